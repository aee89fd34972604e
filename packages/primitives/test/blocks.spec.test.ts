import { describe, expect, it } from "vitest";
import {
  type BlockHeader, encodeTransaction, headerHash, type Hex, hexToBytes, l1InfoSourceHash, orderedTrieRoot, quantityToBigInt, quantityToNumber, recoverSender, type SignedTransaction, transactionHash, TX_ACCESS_LIST, TX_FEE_MARKET, TX_LEGACY, upgradeSourceHash, userDepositSourceHash,
} from "../src/index.ts";
import { haveVectors, vectorJson } from "./vectors.ts";

type Json = Readonly<Record<string, Hex>>;
type Block = Json & { readonly transactions: readonly (Json & { readonly accessList?: readonly { readonly address: Hex; readonly storageKeys: readonly Hex[] }[] })[] };

function headerOf(json: Json): BlockHeader {
  const n = (key: string) => quantityToNumber(json[key]);
  return {
    parentHash: json.parentHash!, ommersHash: json.sha3Uncles!, coinbase: json.miner!, stateRoot: json.stateRoot!, transactionsRoot: json.transactionsRoot!, receiptsRoot: json.receiptsRoot!, logsBloom: hexToBytes(json.logsBloom!), difficulty: quantityToBigInt(json.difficulty),
    number: n("number"), gasLimit: n("gasLimit"), gasUsed: n("gasUsed"), timestamp: n("timestamp"), extraData: hexToBytes(json.extraData!), mixHash: json.mixHash!, nonce: json.nonce!, baseFeePerGas: quantityToBigInt(json.baseFeePerGas), ...(json.withdrawalsRoot === undefined ? {} : { withdrawalsRoot: json.withdrawalsRoot }),
  };
}

function transactionOf(json: Block["transactions"][number]): SignedTransaction {
  const big = (key: string) => quantityToBigInt(json[key]);
  const type = quantityToNumber(json.type);
  const common = { nonce: quantityToNumber(json.nonce), gas: quantityToNumber(json.gas), ...(json.to == null ? {} : { to: json.to }), value: big("value"), data: hexToBytes(json.input!), r: big("r"), s: big("s") };
  const v = big("v");
  if (type === TX_LEGACY) return { type, ...common, gasPrice: big("gasPrice"), ...(v < 35n ? {} : { chainId: Number((v - 35n) / 2n) }), yParity: (v < 35n ? v - 27n : (v - 35n) % 2n) === 0n ? 0 : 1 };
  const typed = { ...common, chainId: quantityToNumber(json.chainId), accessList: json.accessList ?? [], yParity: v === 0n ? (0 as const) : (1 as const) };
  if (type === TX_ACCESS_LIST) return { type, ...typed, gasPrice: big("gasPrice") };
  return { type: TX_FEE_MARKET, ...typed, maxFeePerGas: big("maxFeePerGas"), maxPriorityFeePerGas: big("maxPriorityFeePerGas") };
}

const blockOf = (name: string) => vectorJson<Block>(`l1-rpc-blocks/${name}_data.json`);

describe.skipIf(!haveVectors)("real L1 blocks", () => {
  it.each(["pre-shanghai-success", "post-shanghai-success"])("%s: header hash, transactions root, transaction hashes and senders", (name) => {
    const block = blockOf(name);
    expect(headerHash(headerOf(block))).toBe(block.hash);
    const transactions = block.transactions.map(transactionOf);
    const encoded = transactions.map(encodeTransaction);
    expect(encoded.map(transactionHash)).toEqual(block.transactions.map(({ hash }) => hash));
    expect(transactions.map(recoverSender)).toEqual(block.transactions.map(({ from }) => from));
    expect(orderedTrieRoot(encoded)).toBe(block.transactionsRoot);
  });

  it("with a changed receipts root have another hash", () => {
    const block = blockOf("post-shanghai-bad-receipts-hash");
    expect(headerHash(headerOf(block))).not.toBe(block.hash);
  });

  it("with changed transactions have another root", () => {
    const block = blockOf("post-shanghai-bad-transactions-hash");
    const honest = headerHash(headerOf(block)) === block.hash && orderedTrieRoot(block.transactions.map(transactionOf).map(encodeTransaction)) === block.transactionsRoot;
    expect(honest).toBe(false);
  });
});

interface SourceHash {
  readonly kind: string;
  readonly expected: Hex;
  readonly intent?: string;
  readonly l1BlockHash?: Hex;
  readonly seqNumber?: number;
}

describe.skipIf(!haveVectors)("deposit source hashes", () => {
  const vectors = haveVectors ? vectorJson<readonly SourceHash[]>("inline-curated/deposit-source-hashes.json") : [];
  it("of upgrades and of L1 attributes equal the published ones", () => {
    const known = vectors.flatMap(({ intent, l1BlockHash, seqNumber, expected }) => (intent !== undefined ? [[upgradeSourceHash(intent), expected]] : l1BlockHash !== undefined ? [[l1InfoSourceHash(l1BlockHash, seqNumber ?? 0), expected]] : []));
    expect(known).toHaveLength(3);
    for (const [actual, expected] of known) expect(actual).toBe(expected);
  });

  it("of a user's deposit differ by block and by log", () => {
    const hashes = [userDepositSourceHash(`0x${"01".repeat(32)}`, 0), userDepositSourceHash(`0x${"01".repeat(32)}`, 1), userDepositSourceHash(`0x${"02".repeat(32)}`, 0)];
    expect(new Set(hashes).size).toBe(3);
  });
});
