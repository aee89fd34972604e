import { gzipSync, deflateSync } from "node:zlib";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RollupConfig, rollupConfigToJson } from "@pangaea/config";
import { CONFIG_UPDATE, TRANSACTION_DEPOSITED } from "@pangaea/derivation";
import { encodeBlockMessage, encodePayloadSsz, encodeSnappyBlock, enginePayloadOf, signBlock } from "@pangaea/gossip";
import { bytesToHex, concatBytes, encodeBlob, encodeFrame, encodeSingularBatch, encodeSpanBatch, type Hex, hexToBytes, joinBytes, payloadBlockHash, privateKeyToAddress, rlpEncode, transactionHash, ZERO_HASH } from "@pangaea/primitives";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toJsonText } from "../src/inspect/inspection.ts";
import { inputOf } from "../src/inspect/read-input.ts";
import { INSPECTIONS } from "../src/verbs/inspect.ts";

const bytesOf = (data: Uint8Array | string) => (typeof data === "string" ? new TextEncoder().encode(data) : data);
async function look(name: string, data: Uint8Array | string, flags: Readonly<Record<string, unknown>> = {}) {
  const { flags: table, run } = INSPECTIONS[name]!;
  return run(() => inputOf(bytesOf(data), "the data"), { ...Object.fromEntries(Object.entries(table).map(([flag, spec]) => [flag, spec.default])), ...flags });
}
const hash = (byte: string): Hex => `0x${byte.repeat(32)}`;
const address = (byte: string): Hex => `0x${byte.repeat(20)}`;
const word = (value: number | bigint) => hexToBytes(`0x${value.toString(16).padStart(64, "0")}`);

const CONFIG: RollupConfig = {
  genesis: { l1: { hash: hash("01"), number: 5 }, l2: { hash: hash("02"), number: 0 }, l2Time: 1_000, systemConfig: { batcherAddress: address("03"), overhead: ZERO_HASH, scalar: hash("01"), gasLimit: 30_000_000, eip1559Params: "0x0000000000000000", operatorFeeParams: ZERO_HASH, minBaseFee: 0n, daFootprintGasScalar: 0 } },
  blockTime: 2, maxSequencerDrift: 600, seqWindowSize: 3_600, channelTimeout: 300, l1ChainId: 900, l2ChainId: 901, keepKarstUpgradeGas: false, forks: { regolith: 0, canyon: 0, delta: 0, ecotone: 0, fjord: 0 },
  batchInboxAddress: address("04"), depositContractAddress: address("05"), l1SystemConfigAddress: address("06"), protocolVersionsAddress: address("07"), feeMarket: { elasticity: 6, denominator: 50, denominatorCanyon: 250 },
};
const singular = encodeSingularBatch({ parentHash: hash("0a"), epochNumber: 7, epochHash: hash("0b"), timestamp: 1_010, transactions: [] });
const span = encodeSpanBatch({ relTimestamp: 20n, l1OriginNumber: 9n, parentCheck: new Uint8Array(20), l1OriginCheck: new Uint8Array(20), blocks: [{ startsEpoch: true, transactions: [] }, { startsEpoch: false, transactions: [] }, { startsEpoch: true, transactions: [] }] }, 901);
const CHANNEL = new Uint8Array(deflateSync(joinBytes([rlpEncode(singular), rlpEncode(span)])));
const BATCHES = [
  { type: "singular", parentHash: hash("0a"), blocks: [{ timestamp: 1_010, l1Origin: { number: 7, hash: hash("0b") }, transactions: [] }] },
  { type: "span", blocks: [{ timestamp: 1_020, l1Origin: { number: 8 } }, { timestamp: 1_022, l1Origin: { number: 8 } }, { timestamp: 1_024, l1Origin: { number: 9 } }] },
];
const id: Hex = `0x${"0c".repeat(16)}`;
const frame = (number: number, data: Uint8Array, isLast: boolean, channelId: Hex = id) => encodeFrame({ channelId, number, data, isLast });
const FRAMES = [frame(0, CHANNEL.subarray(0, 20), false), frame(1, CHANNEL.subarray(20), true)];

describe("data to be looked at", () => {
  const wanted = Uint8Array.of(0xde, 0xad, 0xbe, 0xef);
  it.each([
    ["binary", wanted], ["hex", "0xdeadbeef"], ["hex without 0x, on a line", "deadbeef\n"], ["a JSON string of hex", '"0xDEADBEEF"'], ["hex in two lines", "0xdead\n0xbeef\n"], ["a JSON list of hex", '["0xdead","0xbeef"]'],
    ["binary under gzip", gzipSync(wanted)], ["hex under gzip twice", gzipSync(gzipSync("0xdeadbeef"))],
    ["binary under zstd", Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x20, 4, 0x21, 0, 0, 0xde, 0xad, 0xbe, 0xef)],
  ])("is read as %s", async (_, data) => {
    expect((await inputOf(bytesOf(data), "the data")).bytes).toEqual(wanted);
  });

  it.each([
    ["nothing", new Uint8Array(0), "the data is empty"], ["broken gzip", Uint8Array.of(0x1f, 0x8b, 8, 0, 1), "the data cannot be decompressed"], ["broken zstd", Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x20, 4, 1), "the data cannot be decompressed"],
  ])("is refused where it is %s", async (_, data, message) => {
    await expect(inputOf(data, "the data")).rejects.toThrow(message);
  });
});

describe("inspect channel", () => {
  const folder = mkdtempSync(join(tmpdir(), "pangaea-inspect-"));
  const config = join(folder, "rollup.json");
  const flags = { "rollup-config": config };
  beforeAll(() => writeFileSync(config, JSON.stringify(rollupConfigToJson(CONFIG))));
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ["the compressed data", CHANNEL, 0], ["bare frames", joinBytes(FRAMES), 2], ["frames with a version byte", concatBytes(Uint8Array.of(0), ...FRAMES), 2], ["items of one frame each", FRAMES.map((one) => bytesToHex(concatBytes(Uint8Array.of(0), one))).join("\n"), 2],
    ["frames in another order", joinBytes([...FRAMES].reverse()), 2],
  ])("opens %s", async (_, data, frames) => {
    const { found, problem } = await look("channel", data, flags);
    expect(problem).toBeUndefined();
    expect(found).toMatchObject({ compression: "zlib", isComplete: true, batches: BATCHES });
    expect(found.frames).toHaveLength(frames);
  });

  it("names a frame that lacks, and reads what comes before it", async () => {
    const { found } = await look("channel", joinBytes([frame(0, CHANNEL.subarray(0, -8), false), frame(2, CHANNEL.subarray(-4), true)]), flags);
    expect(found).toMatchObject({ isComplete: false, missingFrames: [1], batches: [BATCHES[0]] });
  });

  it("wants to be told which of several channels", async () => {
    const other: Hex = `0x${"0d".repeat(16)}`;
    const data = joinBytes([...FRAMES, frame(0, CHANNEL, true, other)]);
    await expect(look("channel", data, flags)).rejects.toThrow(`frames of 2 channels: say which with --channel, ${id}, ${other}`);
    expect((await look("channel", data, { ...flags, channel: other })).found).toMatchObject({ channelId: other, batches: BATCHES });
    await expect(look("channel", data, { ...flags, channel: "0x00" })).rejects.toThrow("has no frame of channel 0x00");
  });

  it("says of brotli before Fjord that it gives nothing", async () => {
    expect((await look("channel", concatBytes(Uint8Array.of(1, 0x8b), new Uint8Array(10)), { ...flags, "inclusion-time": 0 })).problem).toMatch(/the channel gives no data/);
  });

  it("says which batch cannot be read", async () => {
    const { found, problem } = await look("channel", new Uint8Array(deflateSync(joinBytes([rlpEncode(singular), rlpEncode(Uint8Array.of(9, 9))]))), flags);
    expect(found.batches).toHaveLength(1);
    expect(problem).toMatch(/batch 1, at byte \d+ of \d+: batch type 9 is unknown/);
  });

  it.each([["neither frames nor a channel", Uint8Array.of(0x33, 1, 2), "holds neither frames"], ["a frame that is cut off", frame(0, CHANNEL, true, `0x${"22".repeat(16)}`).subarray(0, -1), "holds neither frames"]])("refuses %s", async (_, data, message) => {
    await expect(look("channel", data, flags)).rejects.toThrow(message);
  });

  it("refuses a rollup.json that is not there or is none, and wants one", async () => {
    await expect(look("channel", CHANNEL, { "rollup-config": join(folder, "none.json") })).rejects.toThrow("none.json cannot be read");
    await expect(look("channel", CHANNEL)).rejects.toThrow("--rollup-config is wanted");
  });
});

describe("inspect blob", () => {
  it("shows the frames of rollup data, and refuses what is no blob", async () => {
    const blob = encodeBlob(concatBytes(Uint8Array.of(0), ...FRAMES));
    expect((await look("blob", blob)).found).toMatchObject({ encodingVersion: 0, version: 0, frames: [{ channelId: id, number: 0, length: 20, isLast: false }, { number: 1, isLast: true }] });
    await expect(look("blob", blob.subarray(1))).rejects.toThrow("the data has 131071 bytes; a blob has 131072");
    await expect(look("blob", blob.with(1, 5))).rejects.toThrow("blob encoding version 5 is unknown");
  });
});

describe("inspect batcher-tx", () => {
  it.each([["a deposit", "0x7e", /RLP|deposit/], ["a type that nobody knows", "0x55", "unknown transaction type"], ["data of frames that are none", "0x0001", "frame 0 is cut off"]])("refuses %s", async (_, data, message) => {
    await expect(look("batcher-tx", data)).rejects.toThrow(message);
  });
});

describe("inspect envelope", () => {
  const payload = {
    parentHash: hash("01"), feeRecipient: address("02"), stateRoot: hash("03"), receiptsRoot: hash("04"), logsBloom: new Uint8Array(256), prevRandao: hash("06"), blockNumber: 7, gasLimit: 8, gasUsed: 9, timestamp: 10, extraData: new Uint8Array(0), baseFeePerGas: 11n, blockHash: hash("0c"), transactions: [],
  };
  it("says when the fields do not give the block hash that the message says", async () => {
    const message = encodeSnappyBlock(concatBytes(word(1), word(1), Uint8Array.of(0), encodePayloadSsz(payload, 1)));
    const { found, problem } = await look("envelope", message, { version: 1, encode: true });
    expect(found).toMatchObject({ blockHash: hash("0c"), isIdentical: true });
    expect(problem).toContain(`says block ${hash("0c")}, its fields give ${String(found.computedBlockHash)}`);
  });
  it("shows who signed it for a chain, and its transactions", async () => {
    const key = new Uint8Array(32).fill(7);
    const transaction = Uint8Array.of(2, 0xc0);
    const root = hash("0f");
    const block = { ...payload, transactions: [transaction], withdrawals: [], blobGasUsed: 0, excessBlobGas: 0, withdrawalsRoot: hash("0e") };
    const blockHash = payloadBlockHash({ payload: enginePayloadOf(block), parentBeaconBlockRoot: root });
    const message = encodeBlockMessage(signBlock({ payload: { ...block, blockHash }, parentBeaconBlockRoot: root }, 4, 901, key), 4);
    const { found, problem } = await look("envelope", message, { version: 4, chain: 901 });
    expect(problem).toBeUndefined();
    expect(found).toMatchObject({ blockHash, computedBlockHash: blockHash, signer: privateKeyToAddress(key), parentBeaconBlockRoot: root, transactions: [transactionHash(transaction)] });
    expect((await look("envelope", message, { version: 4, chain: 902 })).found.signer).not.toBe(found.signer);
  });

  it.each([[undefined, "--version is wanted"], [5, "--version 5: the versions are 1, 2, 3, 4"]])("with version %s is refused", async (version, message) => {
    await expect(look("envelope", "0x00", { version })).rejects.toThrow(message);
  });
});

describe("inspect deposit", () => {
  const opaque = concatBytes(word(3), word(4), new Uint8Array(5), Uint8Array.of(1, 0, 0, 0), Uint8Array.of(0xab));
  const log = { address: address("05"), topics: [bytesToHex(TRANSACTION_DEPOSITED), `0x${"00".repeat(12)}${"08".repeat(20)}`, `0x${"00".repeat(12)}${"09".repeat(20)}`, ZERO_HASH], data: bytesToHex(concatBytes(word(32), word(opaque.length), opaque, new Uint8Array(96 - opaque.length))) };
  const placed = { ...log, blockHash: hash("0e"), logIndex: "0x2" };

  it.each([["a log", placed], ["a list of logs", [placed]], ["a receipt", { logs: [placed] }], ["a response with receipts", { jsonrpc: "2.0", id: 1, result: [{ logs: [{ ...placed, topics: [ZERO_HASH] }, placed] }] }]])("reads it from %s", async (_, json) => {
    expect((await look("deposit", JSON.stringify(json))).found).toMatchObject({ from: address("08"), to: address("09"), mint: 3n, value: 4n, data: Uint8Array.of(0xab) });
  });
  it("wants the place of a log that does not say it", async () => {
    await expect(look("deposit", JSON.stringify(log))).rejects.toThrow("--l1-block-hash is wanted");
    const flags = { "l1-block-hash": hash("0e"), "log-index": 2 };
    expect((await look("deposit", JSON.stringify(log), flags)).found).toEqual((await look("deposit", JSON.stringify(placed))).found);
  });
  it.each([["another log", { ...placed, topics: [ZERO_HASH] }, "has no TransactionDeposited log"], ["no log", { a: 1 }, "malformed log"], ["a number", 1, "holds no log"]])("refuses %s", async (_, json, message) => {
    await expect(look("deposit", `  ${JSON.stringify({ result: json })}`)).rejects.toThrow(message);
  });
});

describe("inspect system-config", () => {
  const update = (type: number, ...words: readonly (number | bigint)[]) => ({ address: address("06"), topics: [bytesToHex(CONFIG_UPDATE), ZERO_HASH, bytesToHex(word(type))], data: bytesToHex(concatBytes(word(32), word(32 * words.length), ...words.map(word))) });

  it("applies updates in order and says what each sets", async () => {
    const { found } = await look("system-config", JSON.stringify([update(2, 40_000_000), update(1, 0, (1n << 248n) | (7n << 32n) | 5n), update(4, (250n << 32n) | 6n), update(5, (3n << 64n) | 4n), update(6, 9), update(7, 400), update(3, 0x0f), update(0, 0x0e)]));
    expect(found.updates).toMatchObject([
      { name: "gas-limit", gasLimit: 40_000_000 }, { name: "gas-config", baseFeeScalar: 5, blobBaseFeeScalar: 7 }, { name: "eip1559", denominator: 250, elasticity: 6 }, { name: "operator-fee", operatorFeeScalar: 3, operatorFeeConstant: 4n },
      { name: "min-base-fee", minBaseFee: 9n }, { name: "da-footprint-gas-scalar", daFootprintGasScalar: 400 }, { name: "unsafe-block-signer", unsafeBlockSigner: `0x${"00".repeat(19)}0f` }, { name: "batcher", batcherAddress: `0x${"00".repeat(19)}0e` },
    ]);
  });
  it("passes over one that is malformed, and says so", async () => {
    const { found, problem } = await look("system-config", JSON.stringify([update(9, 1), update(2, 5)]));
    expect(found.updates).toMatchObject([{ error: expect.stringContaining("type 9") }, { gasLimit: 5 }]);
    expect(problem).toMatch(/update 0: ConfigUpdate type 9 is unknown/);
  });
  it("wants to know what the data of a log is, and refuses logs without an update", async () => {
    await expect(look("system-config", "0x00")).rejects.toThrow("say with --type what it updates");
    await expect(look("system-config", JSON.stringify({ ...update(2, 5), topics: [] }))).rejects.toThrow("no ConfigUpdate");
  });
});

describe("inspect message", () => {
  it.each([
    ["without its origin", { origin: undefined }, "--origin is wanted"], ["with an origin that is no address", { origin: "0x12" }, "--origin 0x12 is not an address"], ["with a block that is no number", { block: "ten" }, '--block wants a whole number, not "ten"'],
    ["with a timestamp beyond 64 bits", { timestamp: "0x10000000000000000" }, "does not fit into 64 unsigned bits"], ["with a log index beyond 32 bits", { index: "4294967296" }, "does not fit into 32 unsigned bits"], ["with a payload that is no hex", { payload: "zz" }, "not 0x-prefixed hex"],
  ])("%s is refused", async (_, wrong, message) => {
    await expect(look("message", "", { origin: address("01"), block: "1", index: "2", timestamp: "3", chain: "4", payload: "0x", ...wrong })).rejects.toThrow(message);
  });
});

describe("any inspection", () => {
  it.each(["channel", "batcher-tx", "blob", "envelope", "l1-block", "system-config", "deposit", "witness"])("%s never fails on any data but with an error of input", async (name) => {
    const folder = mkdtempSync(join(tmpdir(), "pangaea-inspect-"));
    const config = join(folder, "rollup.json");
    writeFileSync(config, JSON.stringify(rollupConfigToJson(CONFIG)));
    const sound = [CHANNEL, ...FRAMES, bytesOf('{"logs":[{"topics":[],"data":"0x"}]}'), hexToBytes("0x7ef8f8a0")];
    try {
      await fc.assert(fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.tuple(fc.constantFrom(...sound), fc.nat(300), fc.nat(255)).map(([data, at, byte]) => data.with(at % data.length, byte)), fc.json().map(bytesOf)), async (data) => {
        try {
          toJsonText((await look(name, data, { "rollup-config": config, version: 4, type: 2 })).found);
        } catch (error) {
          expect(error).toMatchObject({ kind: "input" });
        }
      }), { numRuns: 100 });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
