import { parseRollupConfig } from "@pangaea/config";
import { type BlockHeader, type Hex, hexToBytes } from "@pangaea/primitives";
import { addressJson, bigQuantityJson, bytesJson, hashJson, hexJson, parseJson, quantityJson, withoutNull } from "@pangaea/rpc";
import { z } from "zod";
import type { BlockWitness } from "./witness.ts";

const headerSchema = z.object({
  parentHash: hashJson, sha3Uncles: hashJson, miner: addressJson, stateRoot: hashJson, transactionsRoot: hashJson, receiptsRoot: hashJson, logsBloom: bytesJson, difficulty: bigQuantityJson.default(0n), number: quantityJson,
  gasLimit: quantityJson, gasUsed: quantityJson, timestamp: quantityJson, extraData: bytesJson, mixHash: hashJson, nonce: hexJson, baseFeePerGas: bigQuantityJson.nullish(), withdrawalsRoot: hashJson.nullish(), blobGasUsed: quantityJson.nullish(),
  excessBlobGas: bigQuantityJson.nullish(), parentBeaconBlockRoot: hashJson.nullish(), requestsHash: hashJson.nullish(),
});
const attributesSchema = z.object({
  timestamp: quantityJson, prevRandao: hashJson, suggestedFeeRecipient: addressJson, parentBeaconBlockRoot: hashJson.nullish(), transactions: z.array(bytesJson), gasLimit: quantityJson,
  eip1559Params: hexJson.nullish(), minBaseFee: bigQuantityJson.nullish(),
});
const witnessSchema = z.object({
  rollup_config: z.record(z.string(), z.unknown()), parent_header: headerSchema, executing_payload: attributesSchema, expected_block_hash: hashJson.nullish(), preimages: z.record(z.string(), bytesJson),
});

/** Where a file does not say it: the public chains began with Regolith, and their configurations leave it out. */
const REGOLITH_TIME = 0;

/** A witness with the hash that its block has on its chain, where the file says so. */
export interface WitnessFile extends BlockWitness {
  readonly expectedBlockHash?: Hex;
}

/**
 * Reads a witness file: `rollup_config` as in rollup.json, `parent_header` and `executing_payload` (payload attributes) as JSON-RPC writes them,
 * `preimages` by keccak, `expected_block_hash` where known. Throws `InvalidInputError` naming the field.
 */
export function parseWitness(json: unknown, where = "witness"): WitnessFile {
  const file = parseJson(witnessSchema, json, where);
  const { sha3Uncles, miner, ...fields } = file.parent_header;
  const parent: BlockHeader = { ...withoutNull(fields), ommersHash: sha3Uncles, coinbase: miner };
  const { eip1559Params, ...attributes } = withoutNull(file.executing_payload);
  return {
    config: parseRollupConfig({ regolith_time: REGOLITH_TIME, ...withoutNull(file.rollup_config) }, `${where}: rollup_config`),
    parent,
    attributes: { ...attributes, withdrawals: [], ...(eip1559Params === undefined ? {} : { eip1559Params: hexToBytes(eip1559Params, 8) }) },
    preimages: new Map(Object.entries(file.preimages).map(([hash, bytes]) => [hash.toLowerCase() as Hex, bytes])),
    ...(file.expected_block_hash == null ? {} : { expectedBlockHash: file.expected_block_hash }),
  };
}
