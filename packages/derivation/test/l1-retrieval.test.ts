import { encodeBlob, encodeTransaction, type Hex, keccak256, privateKeyToAddress, ResetError, signTransaction, TemporaryError, TX_ACCESS_LIST, TX_BLOB, TX_FEE_MARKET, TX_LEGACY, TX_SET_CODE } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { batcherItems, retrieveL1Data } from "../src/index.ts";
import { bytes, configWith, HOLOCENE, hashOf } from "./support/blocks.ts";
import { FakeL1 } from "./support/fake-l1.ts";

const INBOX: Hex = `0x${"00".repeat(18)}fa1b`;
const OTHER: Hex = `0x${"00".repeat(18)}0bad`;
const config = configWith({ batchInboxAddress: INBOX });
const key = keccak256(bytes(7));
const stranger = keccak256(bytes(8));
const batcher = privateKeyToAddress(key);
const L1_ID = config.l1ChainId;

const common = { chainId: L1_ID, nonce: 0, gas: 21_000, to: INBOX, value: 0n };
const fees = { maxFeePerGas: 1n, maxPriorityFeePerGas: 0n, accessList: [] };
type Fields = { readonly to?: Hex; readonly data?: Uint8Array };
const call = (fields: Fields = {}, by = key) => encodeTransaction(signTransaction({ type: TX_FEE_MARKET, ...common, ...fees, data: bytes(0, 1), ...fields }, by));
const legacy = (fields: Fields = {}) => encodeTransaction(signTransaction({ type: TX_LEGACY, ...common, gasPrice: 1n, data: bytes(0, 2), ...fields }, key));
const listed = () => encodeTransaction(signTransaction({ type: TX_ACCESS_LIST, ...common, gasPrice: 1n, accessList: [], data: bytes(0, 3) }, key));
const setsCode = () => encodeTransaction(signTransaction({ type: TX_SET_CODE, ...common, ...fees, data: bytes(0, 4), authorizationList: [] }, key));
const blobs = (names: readonly string[], fields: Fields = {}, by = key) => encodeTransaction(signTransaction({ type: TX_BLOB, ...common, ...fees, data: bytes(0, 5), maxFeePerBlobGas: 1n, blobVersionedHashes: names.map(hashOf), ...fields }, by));

const itemsOf = (transactions: readonly Uint8Array[], allowed = true) => batcherItems(config, transactions, batcher, allowed);

describe("the batcher's data in an L1 block", () => {
  it.each<[string, readonly Uint8Array[], readonly Uint8Array[]]>([
    ["is the calldata of each kind of transaction, in order", [call(), legacy(), listed()], [bytes(0, 1), bytes(0, 2), bytes(0, 3)]],
    ["is not what somebody else sent", [call({}, stranger), call()], [bytes(0, 1)]],
    ["is not what was sent elsewhere", [call({ to: OTHER }), legacy()], [bytes(0, 2)]],
    ["is not what only mentions the inbox", [call({ to: OTHER, data: bytes(...Buffer.from(INBOX.slice(2), "hex")) })], []],
    ["is not in a transaction that sets code", [setsCode()], []],
    ["is not in what cannot be decoded", [bytes(), bytes(5, 1, 2), bytes(2, ...Buffer.from(INBOX.slice(2), "hex")), call()], [bytes(0, 1)]],
  ])("%s", (_, transactions, data) => {
    expect(itemsOf(transactions)).toEqual(data.map((one) => ({ data: one })));
  });

  it("counts a blob's index over all blobs of the block, whoever sent them and where to", () => {
    expect(itemsOf([blobs(["a", "b"], {}, stranger), blobs(["c"], { to: OTHER }), call(), blobs(["d", "e"]), blobs(["f"], {}, stranger), blobs(["g"])])).toEqual([
      { data: bytes(0, 1) }, { blob: { index: 3, versionedHash: hashOf("d") } }, { blob: { index: 4, versionedHash: hashOf("e") } }, { blob: { index: 6, versionedHash: hashOf("g") } },
    ]);
  });

  it("of a transaction with blobs is its calldata before Ecotone, as of any other, and its blobs alone from then on", () => {
    expect(itemsOf([blobs(["a"]), call()], false)).toEqual([{ data: bytes(0, 5) }, { data: bytes(0, 1) }]);
    expect(itemsOf([blobs(["a"]), call()], true)).toEqual([{ blob: { index: 0, versionedHash: hashOf("a") } }, { data: bytes(0, 1) }]);
  });

  it("does not count a signature that recovers to nobody", () => {
    const signed = signTransaction({ type: TX_FEE_MARKET, ...common, ...fees, data: bytes(0, 1) }, key);
    expect(itemsOf([encodeTransaction({ ...signed, r: 0n })])).toEqual([]);
  });
});

describe("retrieving it", () => {
  const open = (transactions: readonly Uint8Array[], all: readonly (Uint8Array | undefined)[] = []) => {
    const l1 = new FakeL1(1_000);
    return { l1, origin: l1.mine({ transactions, blobs: all }) };
  };

  it("puts the data of blobs where their transactions stand", async () => {
    const { l1, origin } = open([blobs(["x"], {}, stranger), call(), blobs(["a", "b"]), legacy()], [encodeBlob(bytes(9)), encodeBlob(bytes(0, 10)), encodeBlob(bytes(0, 11))]);
    expect(await retrieveL1Data(config, l1, origin, batcher)).toEqual([bytes(0, 1), bytes(0, 10), bytes(0, 11), bytes(0, 2)]);
  });

  it("skips a blob that does not decode, and it alone", async () => {
    const { l1, origin } = open([blobs(["a", "b"])], [new Uint8Array(131_072).fill(0xff), encodeBlob(bytes(0, 11))]);
    expect(await retrieveL1Data(config, l1, origin, batcher)).toEqual([bytes(0, 11)]);
  });

  it("resets when a blob is nowhere, so that L1 is asked anew", async () => {
    const { l1, origin } = open([blobs(["a"])], [undefined]);
    await expect(retrieveL1Data(config, l1, origin, batcher)).rejects.toThrow(ResetError);
  });

  it("lets an L1 that does not answer be asked again", async () => {
    const { l1, origin } = open([call()]);
    l1.down = true;
    await expect(retrieveL1Data(config, l1, origin, batcher)).rejects.toThrow(TemporaryError);
  });

  it("reads blobs from Ecotone on, by the L1 block's time", async () => {
    const { l1, origin } = open([blobs(["a"])], [encodeBlob(bytes(0, 10))]);
    const at = (ecotone: number) => retrieveL1Data(configWith({ batchInboxAddress: INBOX }, { ...HOLOCENE, ecotone }), l1, origin, batcher);
    expect([await at(origin.timestamp), await at(origin.timestamp + 1)]).toEqual([[bytes(0, 10)], [bytes(0, 5)]]);
  });
});
