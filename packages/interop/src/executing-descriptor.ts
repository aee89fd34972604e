import { type Hex, InvalidInputError, quantityToBigInt, quantityToNumber, shortJson, toQuantity } from "@pangaea/primitives";

/** When, how much later at the most (seconds), and on which chain a transaction is to execute its messages: what `interop_checkAccessList` is told. */
export interface ExecutingDescriptor {
  readonly timestamp: number;
  readonly timeout: number;
  /** Absent when a client of the older method does not say. */
  readonly chainId?: bigint;
}

function chainIdOf(value: unknown): bigint {
  if (typeof value === "string" && /^\d{1,78}$/.test(value)) return BigInt(value);
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return BigInt(value);
  return quantityToBigInt(value, "executing descriptor: chainID");
}

/** Reads a descriptor: quantities, `timeout` and `chainID` may be missing, `chainID` may be decimal. Throws `InvalidInputError` naming the field and its value. */
export function parseExecutingDescriptor(json: unknown): ExecutingDescriptor {
  if (typeof json !== "object" || json === null || Array.isArray(json)) throw new InvalidInputError(`executing descriptor: wanted an object with timestamp, timeout and chainID (is ${shortJson(json)})`);
  const { timestamp, timeout, chainID }: { timestamp?: unknown; timeout?: unknown; chainID?: unknown } = json;
  return {
    timestamp: quantityToNumber(timestamp, "executing descriptor: timestamp"),
    timeout: timeout === undefined || timeout === null ? 0 : quantityToNumber(timeout, "executing descriptor: timeout"),
    ...(chainID === undefined || chainID === null ? {} : { chainId: chainIdOf(chainID) }),
  };
}

/** The descriptor as clients send it. */
export function executingDescriptorToJson({ timestamp, timeout, chainId }: ExecutingDescriptor): { readonly timestamp: Hex; readonly timeout: Hex; readonly chainID?: Hex } {
  return { timestamp: toQuantity(timestamp), timeout: toQuantity(timeout), ...(chainId === undefined ? {} : { chainID: toQuantity(chainId) }) };
}
