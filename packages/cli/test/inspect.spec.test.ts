import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { rollupConfigToJson } from "@pangaea/config";
import { openChannel } from "@pangaea/derivation";
import { bytesToHex, concatBytes, decodeSpanBatch, decodeTransaction, type Hex, hexToBytes, rlpDecode, transactionHash } from "@pangaea/primitives";
import { RegistryFolder } from "@pangaea/registry";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inputOf } from "../src/inspect/read-input.ts";
import { INSPECTIONS } from "../src/verbs/inspect.ts";
import { vectorJson, vectorPath, vectorsAreThere } from "./support/vectors.ts";

const WITNESSES = "monorepo-2026-06/kona-executor-blocks";
const L1_BLOCKS = "l1-rpc-blocks";
/** What an inspection finds in data, its flags at their defaults but for those given. */
async function look(name: string, data: Uint8Array | string, flags: Readonly<Record<string, unknown>> = {}) {
  const { flags: table, run } = INSPECTIONS[name]!;
  const defaults = Object.fromEntries(Object.entries(table).map(([flag, spec]) => [flag, spec.default]));
  return run(() => inputOf(typeof data === "string" ? new TextEncoder().encode(data) : data, "the data"), { ...defaults, ...flags });
}
const raw = (path: string) => new Uint8Array(readFileSync(vectorPath(path)));
const items = <T>(path: string, pick: (json: never) => readonly T[]): readonly T[] => (vectorsAreThere ? pick(vectorJson<never>(path)) : []);
const names = (folder: string) => (vectorsAreThere ? readdirSync(vectorPath(folder)) : []);

interface Compressed {
  readonly compressed: Hex;
  readonly decompressed: Hex;
}
interface Attributes {
  readonly fork: string;
  readonly raw_deposit_tx: Hex;
  readonly expect: Readonly<Record<string, string>>;
}
interface Envelope {
  readonly version: number;
  readonly gossip_message_snappy: Hex;
  readonly expected_timestamp: number;
}
interface Update {
  readonly test: string;
  readonly update: string;
  readonly log_data: Hex;
  readonly asserts: readonly string[];
}
interface ComputedMessage {
  readonly name: string;
  readonly identifier: { readonly origin: Hex; readonly blockNumber: string; readonly logIndex: string; readonly timestamp: string; readonly chainId: string };
  readonly payload?: Hex;
  readonly msgHash: Hex;
  readonly logHash: Hex;
  readonly checksum?: Hex;
}
const KIND_OF: Readonly<Record<string, number>> = { batcher: 0, gas_config: 1, gas_limit: 2, signer: 3, eip1559: 4, operator_fee: 5, min_base_fee: 6, da_footprint_gas_scalar: 7 };

describe.skipIf(!vectorsAreThere)("pangaea inspect on data that others made", () => {
  const folder = mkdtempSync(join(tmpdir(), "pangaea-inspect-"));
  const config = join(folder, "rollup.json");
  beforeAll(() => writeFileSync(config, JSON.stringify(rollupConfigToJson(new RegistryFolder(vectorPath("superchain-registry-2026-08")).chain("op-mainnet").config))));
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(names(WITNESSES))("witness %s: gives its block's hash", async (name) => {
    const { found, problem } = await look("witness", raw(`${WITNESSES}/${name}`));
    expect(problem).toBeUndefined();
    expect(found).toMatchObject({ matches: true, blockHash: found.expectedBlockHash, seconds: expect.any(Number) });
  });

  it("witness of another block's hash: says both", async () => {
    const name = names(WITNESSES)[0]!;
    const json = JSON.parse(gunzipSync(raw(`${WITNESSES}/${name}`)).toString());
    const { found, problem } = await look("witness", JSON.stringify({ ...json, expected_block_hash: `0x${"ab".repeat(32)}` }));
    expect(problem).toContain(`has the hash ${String(found.blockHash)}, the file expects 0xabab`);
  });

  it("batcher-tx: OP Mainnet's batcher and its one frame", async () => {
    expect((await look("batcher-tx", raw("monorepo-2026-06/kona-derive/raw_batcher_tx.bin"))).found).toMatchObject({
      type: 2, chainId: 1, from: "0x6887246668a3b87f54deb3b94ba47a6f63f32985", to: "0xff00000000000000000000000000000000000010", version: 0, frames: [{ number: 0, length: 119_799, isLast: true }],
    });
  });

  it("channel: from frames, from calldata and from the bare channel the same batches, every transaction of them", async () => {
    const tx = decodeTransaction(raw("monorepo-2026-06/kona-derive/raw_batcher_tx.bin"));
    const { found, problem } = await look("channel", tx.data, { "rollup-config": config });
    expect(problem).toBeUndefined();
    const data = tx.data.subarray(1 + 22, -1);
    const { batches } = found;
    expect((await look("channel", tx.data.subarray(1), { "rollup-config": config })).found.batches).toEqual(batches);
    expect((await look("channel", data, { "rollup-config": config })).found.batches).toEqual(batches);
    expect((await look("channel", bytesToHex(data), { "rollup-config": config })).found.batches).toEqual(batches);
    const chain = new RegistryFolder(vectorPath("superchain-registry-2026-08")).chain("op-mainnet").config;
    const stream = rlpDecode(await openChannel(chain, data, Number.MAX_SAFE_INTEGER));
    const { blocks } = decodeSpanBatch((stream as Uint8Array).subarray(1), { l2ChainId: 10 });
    expect(batches).toMatchObject([{ type: "span", blocks: blocks.map(({ transactions }) => ({ transactions: transactions.map(transactionHash) })) }]);
    expect(found).toMatchObject({ compression: "zlib", isComplete: true, compressedLength: 119_799 });
  });

  it.each(items<Compressed>("inline-curated/channel-brotli-frames.json", (json: { brotli: Compressed[] }) => json.brotli).map((one, i) => [i, one] as const))("brotli stream %d: gives the reference's bytes, and cut off those that come before", async (_, { compressed, decompressed }) => {
    const chain = new RegistryFolder(vectorPath("superchain-registry-2026-08")).chain("op-mainnet").config;
    const channel = concatBytes(Uint8Array.of(1), hexToBytes(compressed));
    expect(bytesToHex(await openChannel(chain, channel, Number.MAX_SAFE_INTEGER))).toBe(decompressed);
    const cut = bytesToHex(await openChannel(chain, channel.subarray(0, Math.floor(channel.length / 2)), Number.MAX_SAFE_INTEGER));
    expect(decompressed.startsWith(cut)).toBe(true);
  });

  it("brotli frames of kona's example, which are without the version byte: said, and the batch shown all the same", async () => {
    const { frames_to_single_batch: example } = vectorJson<{ frames_to_single_batch: { frames: Hex[]; expect: { timestamp: number; epochNum: number; txCount: number } } }>("inline-curated/channel-brotli-frames.json");
    const { found, problem } = await look("channel", example.frames.join("\n"), { "rollup-config": config });
    expect(problem).toContain("brotli without the version byte");
    expect(found.batches).toMatchObject([{ type: "singular", blocks: [{ timestamp: example.expect.timestamp, l1Origin: { number: example.expect.epochNum }, transactions: Array.from({ length: example.expect.txCount }, () => expect.any(String)) }] }]);
  });

  it.each(items<Envelope>("inline-curated/p2p-payload-envelopes.json", (json: { gossip_envelopes: Envelope[] }) => json.gossip_envelopes))("envelope of version $version: its block, its signer on the chain that is said, and the same bytes again", async ({ version, gossip_message_snappy: text, expected_timestamp: timestamp }) => {
    const seen = await Promise.all([10, 901].map((chain) => look("envelope", text, { version, chain, encode: true })));
    for (const { found, problem } of seen) {
      expect(problem).toBeUndefined();
      expect(found).toMatchObject({ version, timestamp, blockHash: found.computedBlockHash, transactions: [], encoded: hexToBytes(text), isIdentical: true, signer: expect.stringMatching(/^0x[0-9a-f]{40}$/) });
    }
    expect(seen[0]!.found.signer).not.toBe(seen[1]!.found.signer);
    await expect(look("envelope", text, { version: version + 1 })).rejects.toMatchObject({ kind: "input" });
  });

  it.each(items<Attributes>("inline-curated/l1-block-info.json", (json: Attributes[]) => json).filter(({ raw_deposit_tx }) => raw_deposit_tx !== undefined))("deposit: L1 attributes of $fork", async ({ raw_deposit_tx, expect: expected }) => {
    const { found } = await look("deposit", raw_deposit_tx);
    const attributes = JSON.parse(JSON.stringify(found.l1Attributes, (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value))) as Record<string, unknown>;
    const names: Readonly<Record<string, string>> = { l1BaseFee: "baseFee" };
    for (const [name, value] of Object.entries(expected)) expect(String(BigInt(attributes[names[name] ?? name] as string))).toBe(String(BigInt(value)));
    expect(found.encoded).toEqual(hexToBytes(raw_deposit_tx));
  });

  it.each(items<Update>("inline-curated/system-config-updates.json", (json: Update[]) => json))("system-config: $test", async ({ update, log_data, asserts }) => {
    const { found, problem } = await look("system-config", log_data.toLowerCase(), { type: KIND_OF[update], "before-ecotone": true });
    const isBad = asserts.some((assert) => assert.startsWith("err"));
    if (isBad) expect(problem).toMatch(/update 0: /);
    else expect({ problem, updates: found.updates }).toEqual({ problem: undefined, updates: [expect.objectContaining({ type: KIND_OF[update] })] });
  });

  it.each(names(L1_BLOCKS).filter((name) => name.endsWith("_metadata.json")))("l1-block %s: taken or refused as the reference does", async (name) => {
    const { fail = false } = vectorJson<{ fail?: boolean }>(`${L1_BLOCKS}/${name}`);
    const result = look("l1-block", raw(`${L1_BLOCKS}/${name.replace("_metadata", "_data")}`));
    if (fail) await expect(result).rejects.toThrow(/the endpoint is faulty|malformed/);
    else expect((await result).found.verified).toEqual(expect.arrayContaining(["hash", "transactions"]));
  });

  it.each(items<ComputedMessage>("interop-computed.json", (json: { messages: ComputedMessage[] }) => json.messages))("message $name: hashes and checksum", async ({ identifier, payload, msgHash, logHash, checksum }) => {
    const { origin, blockNumber, logIndex, timestamp, chainId } = identifier;
    const { found } = await look("message", "", { origin, block: blockNumber, index: logIndex, timestamp, chain: chainId, ...(payload === undefined ? { "payload-hash": msgHash } : { payload }) });
    expect(found).toMatchObject({ payloadHash: msgHash, logHash: hexToBytes(logHash), ...(checksum === undefined ? {} : { checksum }) });
  });
});
