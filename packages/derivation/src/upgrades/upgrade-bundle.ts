import { type Hex, hexToBytes, InvalidInputError, isHex, shortJson } from "@pangaea/primitives";
import type { UpgradeTransaction } from "./upgrade.ts";

const BUNDLE_VERSION = "1.0.0";

export interface UpgradeBundle {
  readonly transactions: readonly UpgradeTransaction[];
  /** Sum of the transactions' gas limits. */
  readonly gas: number;
}

const fieldOf = (value: unknown, name: string): unknown => (typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined);

function hexField(value: unknown, field: string, size?: number): Hex {
  if (typeof value !== "string" || !isHex(value, size)) throw new InvalidInputError(`${field} wants ${size === undefined ? "" : `${size} bytes of `}0x-prefixed hex (is ${shortJson(value)})`);
  return value.toLowerCase() as Hex;
}

function readTransaction(json: unknown, prefix: string, index: number): UpgradeTransaction {
  const at = `upgrade bundle of ${prefix}: transaction ${index}`;
  const [intent, to, gas] = [fieldOf(json, "intent"), fieldOf(json, "to"), fieldOf(json, "gasLimit")];
  if (typeof intent !== "string" || intent === "") throw new InvalidInputError(`${at} has no intent: its source hash is made of it`);
  if (typeof gas !== "number" || !Number.isSafeInteger(gas) || gas < 0) throw new InvalidInputError(`${at}: gasLimit wants a whole number (is ${shortJson(gas)})`);
  return {
    intent: `${prefix} ${index}: ${intent}`,
    from: hexField(fieldOf(json, "from"), `${at}: from`, 20),
    ...(to === null || to === undefined ? {} : { to: hexField(to, `${at}: to`, 20) }),
    gas,
    data: hexToBytes(hexField(fieldOf(json, "data"), `${at}: data`)),
  };
}

/**
 * Reads a bundle of network upgrade transactions; each intent is put behind the prefix and its place in the bundle.
 * Throws `InvalidInputError` naming the field. Source: specs `protocol/l2-upgrades-1-execution.md#network-upgrade-transaction-bundle`.
 */
export function readUpgradeBundle(prefix: string, json: unknown): UpgradeBundle {
  const version = fieldOf(fieldOf(json, "metadata"), "version");
  if (version !== BUNDLE_VERSION) throw new InvalidInputError(`upgrade bundle of ${prefix}: metadata.version is ${shortJson(version)}; only "${BUNDLE_VERSION}" is known`);
  const list = fieldOf(json, "transactions");
  if (!Array.isArray(list)) throw new InvalidInputError(`upgrade bundle of ${prefix}: transactions wants a list`);
  const transactions = list.map((one: unknown, index) => readTransaction(one, prefix, index));
  return { transactions, gas: transactions.reduce((sum, { gas }) => sum + gas, 0) };
}
