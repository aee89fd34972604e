import { readFileSync } from "node:fs";
import { brotliDecompressSync } from "node:zlib";
import { optionalWhole, parseRollupConfig, type RollupConfig, text } from "@pangaea/config";
import { epochsOf, openChannel, placeSpanBatch } from "@pangaea/derivation";
import {
  decodeSingularBatch, decodeSpanBatch, errorMessage, type Frame, FRAMES_VERSION, InvalidInputError, joinBytes, parseFrames, rlpReadSpan, SINGULAR_BATCH_TYPE, SPAN_BATCH_TYPE, transactionHash,
} from "@pangaea/primitives";
import { MAX_DECOMPRESSED } from "@pangaea/registry";
import { frameSummary, inspection, needed } from "./inspection.ts";
import type { Input } from "./read-input.ts";

const BROTLI_VERSION = 1;
const ZLIB_METHODS = [8, 15];
/** A time at which every fork is active. */
const NEWEST = Number.MAX_SAFE_INTEGER;

const compressionOf = (first: number | undefined): "zlib" | "brotli" | undefined => (first === undefined ? undefined : first === BROTLI_VERSION ? "brotli" : ZLIB_METHODS.includes(first & 0x0f) ? "zlib" : undefined);

/** Frames with the version byte of a data item before them, or bare. Throws `InvalidInputError`. */
export function framesOf(item: Uint8Array): Frame[] {
  if (item[0] === FRAMES_VERSION) {
    try {
      return parseFrames(item.subarray(1));
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      try {
        return parseFrames(item);
      } catch {
        throw error;
      }
    }
  }
  return parseFrames(item);
}

/** The channel's frames, in the order given; undefined when the data is a channel's without frames. */
function framesIn(input: Input): Frame[] | undefined {
  try {
    return input.items.flatMap(framesOf);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    if (compressionOf(input.bytes[0]) !== undefined) return undefined;
    throw new InvalidInputError(`${input.name} holds neither frames (${error.message}) nor a compressed channel (its first byte is ${input.bytes[0]}; zlib begins with 0x78, brotli with 1)`);
  }
}

/** The frames' data from the first up to the first that lacks. */
function assemble(frames: readonly Frame[]): { readonly data: Uint8Array; readonly missing: readonly number[]; readonly isClosed: boolean } {
  const byNumber = new Map(frames.map((frame) => [frame.number, frame]));
  const last = Math.max(...byNumber.keys());
  const missing = Array.from({ length: last + 1 }, (_, i) => i).filter((i) => !byNumber.has(i));
  const sound = Array.from({ length: missing[0] ?? last + 1 }, (_, i) => byNumber.get(i)!.data);
  return { data: joinBytes(sound), missing, isClosed: byNumber.get(last)!.isLast };
}

function batchOf(config: RollupConfig, encoded: Uint8Array): Readonly<Record<string, unknown>> {
  const body = encoded.subarray(1);
  if (encoded[0] === SINGULAR_BATCH_TYPE) {
    const { parentHash, epochNumber, epochHash, timestamp, transactions } = decodeSingularBatch(body);
    return { type: "singular", length: encoded.length, parentHash, blocks: [{ timestamp, l1Origin: { number: epochNumber, hash: epochHash }, transactions: transactions.map(transactionHash) }] };
  }
  if (encoded[0] !== SPAN_BATCH_TYPE) throw new InvalidInputError(`batch type ${encoded[0]} is unknown`);
  const placed = placeSpanBatch(config, decodeSpanBatch(body, { l2ChainId: config.l2ChainId }));
  const epochs = epochsOf(placed);
  const { parentCheck, l1OriginCheck, blocks } = placed.batch;
  return {
    type: "span", length: encoded.length, parentCheck, l1OriginCheck,
    blocks: blocks.map(({ transactions }, i) => ({ timestamp: placed.startTime + i * config.blockTime, l1Origin: { number: epochs[i] }, transactions: transactions.map(transactionHash) })),
  };
}

/** What brotli makes of a channel that lacks the version byte before it, as some tools write it; undefined when it is no brotli. */
function asBareBrotli(data: Uint8Array): Uint8Array | undefined {
  try {
    return brotliDecompressSync(data, { maxOutputLength: MAX_DECOMPRESSED });
  } catch {
    return undefined;
  }
}

/** Every batch in a channel's stream; the first that cannot be read ends it and is told of. */
function batchesIn(config: RollupConfig, stream: Uint8Array): { readonly batches: readonly Readonly<Record<string, unknown>>[]; readonly problem?: string } {
  const batches: Readonly<Record<string, unknown>>[] = [];
  for (let at = 0; at < stream.length; ) {
    try {
      const span = rlpReadSpan(stream, at, stream.length);
      if (span.isList) throw new InvalidInputError("it is a list, not a string");
      batches.push(batchOf(config, stream.subarray(span.start, span.end)));
      at = span.end;
    } catch (error) {
      return { batches, problem: `batch ${batches.length}, at byte ${at} of ${stream.length}: ${errorMessage(error)}` };
    }
  }
  return { batches };
}

/** As `batchesIn`; tools that leave out the version byte leave out the RLP string around a single batch too. */
function bareBatches(config: RollupConfig, stream: Uint8Array): ReturnType<typeof batchesIn> {
  try {
    return { batches: [batchOf(config, stream)] };
  } catch {
    return batchesIn(config, stream);
  }
}

/** Reads a rollup.json named by a flag; one that leaves Regolith out, as kona's do, has it from genesis. Throws `InvalidInputError`. */
export function rollupConfigAt(path: string): RollupConfig {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new InvalidInputError(`--rollup-config: ${path} cannot be read: ${errorMessage(error)}`);
  }
  if (typeof json === "object" && json !== null && (!("regolith_time" in json) || json.regolith_time === null)) return parseRollupConfig({ ...json, regolith_time: 0 }, path);
  return parseRollupConfig(json, path);
}

/** Opens a channel: its frames, how it is compressed, its batches and their blocks. */
export const channel = inspection({
  summary: "open a channel, from its frames or its compressed data",
  takesFile: true,
  flags: {
    "rollup-config": text("the chain's rollup.json", "FILE"),
    "inclusion-time": optionalWhole("time of the L1 block that ends the channel, which decides on the rules; the newest unless given", "SECONDS"),
    channel: text("which channel, where the frames are of several", "ID"),
  },
  run: async (read, { "rollup-config": path, "inclusion-time": inclusionTime, channel: wanted }) => {
    const config = rollupConfigAt(needed(path, "rollup-config"));
    const input = await read();
    const all = framesIn(input);
    const ids = [...new Set(all?.map(({ channelId }) => channelId))];
    const id = wanted ?? ids[0];
    if (wanted === undefined && ids.length > 1) throw new InvalidInputError(`${input.name} has frames of ${ids.length} channels: say which with --channel, ${ids.join(", ")}`);
    const frames = all?.filter(({ channelId }) => channelId === id);
    if (frames?.length === 0) throw new InvalidInputError(`${input.name} has no frame of channel ${wanted}; it has ${ids.join(", ")}`);
    const { data, missing, isClosed } = frames === undefined ? { data: input.bytes, missing: [], isClosed: true } : assemble(frames);
    const compression = compressionOf(data[0]);
    const bare = compression === undefined ? asBareBrotli(data) : undefined;
    const stream = bare ?? (await openChannel(config, data, inclusionTime ?? NEWEST));
    const { batches, problem } = bare === undefined ? batchesIn(config, stream) : bareBatches(config, stream);
    const found = {
      ...(frames === undefined ? {} : { channelId: id }), frames: frameSummary(frames ?? []), isComplete: isClosed && missing.length === 0, ...(missing.length === 0 ? {} : { missingFrames: missing }),
      compression: compression ?? (bare === undefined ? null : "brotli"), compressedLength: data.length, length: stream.length, batches,
    };
    if (bare !== undefined) return { found, problem: `${input.name}: the channel is brotli without the version byte 1 before it: a node drops it` };
    if (data.length > 0 && compression === undefined) return { found, problem: `${input.name}: the channel begins with byte ${data[0]}, which is neither zlib (0x78) nor brotli (1)` };
    if (stream.length === 0) return { found, problem: `${input.name}: the channel gives no data: it is damaged, its first frame lacks, or its compression is not allowed at the inclusion time` };
    return problem === undefined ? { found } : { found, problem: `${input.name}: ${problem}` };
  },
});
