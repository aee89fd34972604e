import { readdirSync } from "node:fs";
import type { RollupConfig } from "@pangaea/config";
import { WorldState } from "@pangaea/evm";
import { type BlockHeader, bytesToHex, headerHash, type Hex, hexToBytes, quantityToBigInt, quantityToNumber } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { BlockBuilder } from "../src/index.ts";
import { haveVectors, VECTORS, vectorJson } from "./vectors.ts";

interface Vector {
  readonly rollup_config: Readonly<Record<string, unknown>> & { readonly l2_chain_id: number };
  readonly parent_header: Readonly<Record<string, Hex>>;
  readonly executing_payload: { readonly timestamp: Hex; readonly prevRandao: Hex; readonly suggestedFeeRecipient: Hex; readonly parentBeaconBlockRoot: Hex; readonly transactions: readonly Hex[]; readonly gasLimit: Hex; readonly eip1559Params: Hex };
  readonly expected_block_hash: Hex;
  readonly preimages: Readonly<Record<Hex, Hex>>;
}

function headerOf(json: Readonly<Record<string, Hex>>): BlockHeader {
  const n = (key: string) => quantityToNumber(json[key]);
  return {
    parentHash: json.parentHash!, ommersHash: json.sha3Uncles!, coinbase: json.miner!, stateRoot: json.stateRoot!, transactionsRoot: json.transactionsRoot!, receiptsRoot: json.receiptsRoot!,
    logsBloom: hexToBytes(json.logsBloom!), difficulty: 0n, number: n("number"), gasLimit: n("gasLimit"), gasUsed: n("gasUsed"), timestamp: n("timestamp"), extraData: hexToBytes(json.extraData!),
    mixHash: json.mixHash!, nonce: json.nonce!, baseFeePerGas: quantityToBigInt(json.baseFeePerGas), withdrawalsRoot: json.withdrawalsRoot!, blobGasUsed: n("blobGasUsed"), excessBlobGas: quantityToBigInt(json.excessBlobGas), parentBeaconBlockRoot: json.parentBeaconBlockRoot!,
  };
}

function configOf(json: Vector["rollup_config"]): RollupConfig {
  const forks = Object.fromEntries(Object.entries(json).flatMap(([key, value]) => (key.endsWith("_time") && typeof value === "number" ? [[key.slice(0, -5), value]] : [])));
  const zero: Hex = `0x${"00".repeat(20)}`;
  const block = { hash: `0x${"00".repeat(32)}` as Hex, number: 0 };
  return {
    genesis: { l1: block, l2: block, l2Time: 0, systemConfig: { batcherAddress: zero, overhead: block.hash, scalar: block.hash, gasLimit: 0, eip1559Params: "0x0000000000000000", operatorFeeParams: block.hash, minBaseFee: 0n, daFootprintGasScalar: 0 } },
    blockTime: 2, maxSequencerDrift: 600, seqWindowSize: 3600, channelTimeout: 300, l1ChainId: 11155111, l2ChainId: json.l2_chain_id, forks: { regolith: 0, ...forks }, keepKarstUpgradeGas: false,
    batchInboxAddress: zero, depositContractAddress: zero, l1SystemConfigAddress: zero, protocolVersionsAddress: zero, feeMarket: { elasticity: 6, denominator: 50, denominatorCanyon: 250 },
  };
}

const folder = "monorepo-2026-06/kona-executor-blocks";

describe.skipIf(!haveVectors)("real OP Sepolia blocks, executed from their witness", () => {
  it.each(haveVectors ? readdirSync(`${VECTORS}/${folder}`).filter((name) => name.endsWith(".json.gz")) : [])("%s has the hash that the chain has", (name) => {
    const vector = vectorJson<Vector>(`${folder}/${name}`);
    const preimages = new Map(Object.entries(vector.preimages).map(([hash, bytes]) => [hash.toLowerCase(), hexToBytes(bytes)]));
    const parent = headerOf(vector.parent_header);
    const { transactions, ...payload } = vector.executing_payload;
    const builder = new BlockBuilder(new WorldState({ get: (hash) => preimages.get(bytesToHex(hash)) }, hexToBytes(parent.stateRoot)), {
      config: configOf(vector.rollup_config),
      parent,
      parentHash: headerHash(parent),
      attributes: { timestamp: quantityToNumber(payload.timestamp), prevRandao: payload.prevRandao, suggestedFeeRecipient: payload.suggestedFeeRecipient, withdrawals: [], parentBeaconBlockRoot: payload.parentBeaconBlockRoot, gasLimit: quantityToNumber(payload.gasLimit), eip1559Params: hexToBytes(payload.eip1559Params) },
      blockHash: () => undefined,
    });
    for (const transaction of transactions) builder.add(hexToBytes(transaction));
    expect(builder.seal().hash).toBe(vector.expected_block_hash);
  });
});
