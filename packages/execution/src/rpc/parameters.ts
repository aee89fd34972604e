import { type AccessList, type Authorization, type Hex, hexToBytes, InvalidInputError, isHex, NotFoundError, quantityToBigInt, quantityToNumber } from "@pangaea/primitives";
import { accessListJson, addressJson, authorizationListJson, hashJson, hexJson, parseJson } from "@pangaea/rpc";
import { z } from "zod";
import type { Block } from "../block/block.ts";
import type { Blockchain } from "../chain/blockchain.ts";

/** A 32-byte word as clients write it: hex with or without leading zeros. */
const word = z.custom<Hex>((value) => typeof value === "string" && /^0x[0-9a-fA-F]{1,64}$/.test(value), "is not a hex quantity of at most 32 bytes");

export const addressParam = (value: unknown): Hex => parseJson(addressJson, value, "address");

export function hashParam(value: unknown): Hex {
  if (!isHex(value, 32)) throw new InvalidInputError("invalid hash: it wants 32 bytes of hex");
  return value.toLowerCase() as Hex;
}

export const slotParam = (value: unknown): bigint => quantityToBigInt(value, "storage slot");

const blockObject = z.union([z.object({ blockHash: hashJson, requireCanonical: z.boolean().nullish() }), z.object({ blockNumber: word })]);

/** The block that a number, tag or block object means; `latest` when there is none. Undefined when it does not exist. */
export function findBlock(chain: Blockchain, value: unknown): Block | undefined {
  switch (value) {
    case undefined:
    case null:
    case "latest":
    case "pending":
      return chain.head;
    case "safe":
      return chain.label("safe");
    case "finalized":
      return chain.label("finalized");
    case "earliest":
      return chain.blockByNumber(0);
    default: {
      if (isHex(value, 32)) return chain.blockByHash(value.toLowerCase() as Hex);
      if (typeof value !== "object") return chain.blockByNumber(quantityToNumber(value, "block number"));
      const object = parseJson(blockObject, value, "block");
      return "blockHash" in object ? blockByHash(chain, object.blockHash, object.requireCanonical === true) : chain.blockByNumber(quantityToNumber(object.blockNumber, "block number"));
    }
  }
}

function blockByHash(chain: Blockchain, hash: Hex, canonical: boolean): Block | undefined {
  const block = chain.blockByHash(hash);
  if (canonical && block !== undefined && !chain.isCanonical(block)) throw new NotFoundError(`hash ${hash} is not currently canonical`);
  return block;
}

export function requireBlock(chain: Blockchain, value: unknown): Block {
  const block = findBlock(chain, value);
  if (block === undefined) throw new NotFoundError("header not found");
  return block;
}

const callSchema = z.object({
  from: addressJson.nullish(), to: addressJson.nullish(), gas: word.nullish(), gasPrice: word.nullish(), maxFeePerGas: word.nullish(), maxPriorityFeePerGas: word.nullish(), value: word.nullish(), nonce: word.nullish(),
  data: hexJson.nullish(), input: hexJson.nullish(), accessList: accessListJson.nullish(), authorizationList: authorizationListJson.nullish(),
});

/** A call that is to be tried. Value and price in wei; without `gas` the most is given. */
export interface CallRequest {
  readonly from: Hex;
  readonly to?: Hex;
  readonly gas: number | undefined;
  readonly gasPrice: bigint;
  readonly value: bigint;
  readonly data: Uint8Array;
  readonly accessList: AccessList;
  readonly authorizationList: readonly Authorization[];
}

export function callParam(value: unknown): CallRequest {
  const call = parseJson(callSchema, value, "transaction");
  return {
    from: call.from ?? `0x${"00".repeat(20)}`,
    ...(call.to == null ? {} : { to: call.to }),
    gas: call.gas == null ? undefined : Number(quantityToBigInt(call.gas)),
    gasPrice: quantityToBigInt(call.maxFeePerGas ?? call.gasPrice ?? "0x0"),
    value: quantityToBigInt(call.value ?? "0x0"),
    data: hexToBytes(call.input ?? call.data ?? "0x"),
    accessList: call.accessList ?? [],
    authorizationList: call.authorizationList ?? [],
  };
}

const slots = z.record(z.string().regex(/^0x[0-9a-fA-F]{1,64}$/, "is not a storage slot"), word);
const overrideSchema = z.record(z.string().regex(/^0x[0-9a-fA-F]{40}$/, "is not an address"), z.object({ balance: word.nullish(), nonce: word.nullish(), code: hexJson.nullish(), state: slots.nullish(), stateDiff: slots.nullish() }));
export type StateOverrides = z.infer<typeof overrideSchema>;
export const overridesParam = (value: unknown): StateOverrides => (value == null ? {} : parseJson(overrideSchema, value, "state overrides"));

const filterSchema = z.object({ fromBlock: z.unknown().optional(), toBlock: z.unknown().optional(), blockHash: hashJson.nullish(), address: z.union([addressJson, z.array(addressJson)]).nullish(), topics: z.array(z.union([z.null(), hashJson, z.array(hashJson)])).max(4).nullish() });

export interface LogFilter {
  readonly fromBlock: unknown;
  readonly toBlock: unknown;
  readonly blockHash: Hex | undefined;
  readonly addresses: readonly Hex[];
  readonly topics: readonly (readonly Hex[])[];
}

export function logFilterParam(value: unknown): LogFilter {
  const filter = parseJson(filterSchema, value ?? {}, "filter");
  return {
    fromBlock: filter.fromBlock,
    toBlock: filter.toBlock,
    blockHash: filter.blockHash ?? undefined,
    addresses: filter.address == null ? [] : Array.isArray(filter.address) ? filter.address : [filter.address],
    topics: (filter.topics ?? []).map((topic) => (topic === null ? [] : Array.isArray(topic) ? topic : [topic])),
  };
}

const MAX_PERCENTILES = 100;
const percentilesSchema = z.array(z.number().min(0, "is below 0").max(100, "is above 100")).max(MAX_PERCENTILES, `has more than ${MAX_PERCENTILES} percentiles`);
/** Percentiles of a block's gas; none when they are left out. */
export const percentilesParam = (value: unknown): readonly number[] => (value == null ? [] : parseJson(percentilesSchema, value, "list of percentiles"));
