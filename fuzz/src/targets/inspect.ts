import { resolve } from "node:path";
import { deflateSync, gzipSync } from "node:zlib";
import { INSPECTIONS, inputOf } from "@pangaea/cli";
import { type OptionTable, resolveOptions } from "@pangaea/config";
import { BLOB_SIZE, bytesToHex, concatBytes, encodeBlob, encodeFrame, encodeSingularBatch, rlpEncode } from "@pangaea/primitives";
import type { Target } from "../target.ts";
import { CONFIG_LOGS, DEPOSIT_LOG, FEE_MARKET, HASH, LEGACY } from "./samples.ts";
import { FILE_TARGETS } from "./files.ts";
import { GOSSIP_TARGETS } from "./gossip.ts";
import { L1_TARGETS } from "./l1.ts";

const seedsOf = (targets: readonly Target[], name: string): readonly Uint8Array[] => targets.find((target) => target.name === name)!.seeds;
const logJson = ({ address, topics, data }: typeof DEPOSIT_LOG) => ({ address: bytesToHex(address), topics: topics.map(bytesToHex), data: bytesToHex(data) });
const json = (value: unknown): Uint8Array => new Uint8Array(Buffer.from(JSON.stringify(value)));
const channel = new Uint8Array(deflateSync(rlpEncode(encodeSingularBatch({ parentHash: HASH, epochNumber: 1, epochHash: HASH, timestamp: 2, transactions: [FEE_MARKET] }))));
const frames = concatBytes(Uint8Array.of(0), encodeFrame({ channelId: `0x${"11".repeat(16)}`, number: 0, data: channel, isLast: true }));
/** The chain of the samples. Tests and the command run from the root of the project. */
const ROLLUP_JSON = resolve("fuzz/rollup.json");

/** Short inputs stand for the blob that begins with them. */
function asBlob(input: Uint8Array): Uint8Array {
  const blob = new Uint8Array(BLOB_SIZE);
  blob.set(input.subarray(0, BLOB_SIZE));
  return blob;
}

/** `pangaea inspect` of a kind of data, from the file's bytes on. */
function inspectTarget(name: string, seeds: readonly Uint8Array[], flags: Readonly<Record<string, string>> = {}, fill: (input: Uint8Array) => Uint8Array = (input) => input): Target {
  const { run, flags: table }: { readonly run: (typeof INSPECTIONS)[string]["run"]; readonly flags: OptionTable } = INSPECTIONS[name]!;
  const values = resolveOptions(table, Object.fromEntries(Object.entries(flags).map(([flag, text]) => [flag, { text, source: `--${flag}` }])));
  const kind = seeds.every((seed) => seed[0] === 0x7b || seed[0] === 0x5b) ? "json" : "bytes";
  return { name: `inspect-${name}`, kind, seeds, parse: (input) => run(() => inputOf(fill(input), "input"), values) };
}

export const INSPECT_TARGETS = [
  inspectTarget("witness", seedsOf(FILE_TARGETS, "witness")),
  inspectTarget("channel", [frames, channel, new Uint8Array(gzipSync(frames))], { "rollup-config": ROLLUP_JSON }),
  inspectTarget("batcher-tx", [LEGACY, FEE_MARKET, new Uint8Array(Buffer.from(bytesToHex(FEE_MARKET)))]),
  inspectTarget("blob", [encodeBlob(frames).subarray(0, 1_024)], {}, asBlob),
  inspectTarget("envelope", seedsOf(GOSSIP_TARGETS, "gossip-envelope-v4"), { version: "4" }),
  inspectTarget("l1-block", seedsOf(L1_TARGETS, "l1-block")),
  inspectTarget("system-config", [json(CONFIG_LOGS.map(logJson)), json({ result: { logs: [logJson(CONFIG_LOGS[4]!)] } })]),
  inspectTarget("deposit", [json(logJson(DEPOSIT_LOG))], { "l1-block-hash": HASH, "log-index": "1" }),
];
