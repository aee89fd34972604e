import { constants, createBrotliDecompress, createInflate } from "node:zlib";
import { isForkActiveAtInclusion, maxRlpBytesPerChannel, type RollupConfig } from "@pangaea/config";
import { decodeSingularBatch, decodeSpanBatch, InvalidInputError, joinBytes, type L1BlockRef, rlpReadSpan, SINGULAR_BATCH_TYPE, SPAN_BATCH_TYPE, type SingularBatch, type SpanBatch } from "@pangaea/primitives";
import { type PlacedSpanBatch, placeSpanBatch } from "../rules/placed-span-batch.ts";

export type Batch = { readonly kind: "singular"; readonly batch: SingularBatch } | { readonly kind: "span"; readonly batch: PlacedSpanBatch };

const BROTLI_VERSION = 1;
const ZLIB_METHODS = [8, 15];
const CHUNK_SIZE = 65_536;
/** Bytes of compressed data that are fed at once: at first, and where a fault was found. */
const PIECE_SIZES = [1_048_576, 4_096, 64, 1];

type Decompressor = ReturnType<typeof createInflate | typeof createBrotliDecompress>;
/** Both give out what they have when the data ends too early. */
const openInflate = (): Decompressor => createInflate({ chunkSize: CHUNK_SIZE, finishFlush: constants.Z_SYNC_FLUSH });
const openBrotli = (): Decompressor => createBrotliDecompress({ chunkSize: CHUNK_SIZE, finishFlush: constants.BROTLI_OPERATION_FLUSH });

/**
 * Decompresses as far as the data goes: a cut or corrupt tail, or the limit, ends the output and loses nothing before it.
 * A fault takes along what the piece of input that it stands in has given so far. So the piece is gone through again in smaller ones,
 * down to single bytes.
 */
async function decompress(open: () => Decompressor, data: Uint8Array, most: number): Promise<Uint8Array> {
  let sound = 0;
  for (const [i, size] of PIECE_SIZES.entries()) {
    // The output of an attempt is let go of before the next: a channel's worth at a time is enough.
    const { output, faultyFrom } = await feed(open(), data, sound, size, most);
    if (faultyFrom === undefined || i === PIECE_SIZES.length - 1) return joinBytes(output);
    sound = faultyFrom;
  }
  return new Uint8Array(0);
}

/** What a decompressor gives for data in pieces: `sound` bytes at once, then pieces of a size, up to the limit or the piece that has a fault. */
async function feed(stream: Decompressor, data: Uint8Array, sound: number, size: number, most: number): Promise<{ readonly output: readonly Uint8Array[]; readonly faultyFrom?: number }> {
  const output: Uint8Array[] = [];
  let room = most;
  let over = false;
  const ended = new Promise<void>((resolve) => {
    const end = () => {
      over = true;
      resolve();
    };
    stream.on("data", (chunk: Buffer) => {
      output.push(chunk.length <= room ? chunk : chunk.subarray(0, room));
      room -= Math.min(chunk.length, room);
      if (room === 0) end();
    });
    stream.on("end", end);
    stream.on("error", end);
    stream.on("close", end);
  });
  try {
    for (let from = 0; from < data.length && !over; ) {
      const to = from < sound ? sound : Math.min(from + size, data.length);
      const fault = await Promise.race([ended, new Promise<Error | null | undefined>((resolve) => stream.write(data.subarray(from, to), resolve))]);
      if (fault instanceof Error || stream.errored !== null) return { output, faultyFrom: from };
      from = to;
    }
    if (!over) stream.end();
    await ended;
    return { output };
  } finally {
    stream.destroy();
  }
}

/** The decompressed batches of a channel, as one stream of RLP strings; nothing when the compression is unknown. */
export async function openChannel(config: RollupConfig, data: Uint8Array, inclusionTime: number): Promise<Uint8Array> {
  const most = maxRlpBytesPerChannel(config, inclusionTime);
  const first = data[0];
  if (first === undefined) return new Uint8Array(0);
  if (ZLIB_METHODS.includes(first & 0x0f)) return decompress(openInflate, data, most);
  if (first === BROTLI_VERSION && isForkActiveAtInclusion(config.forks, "fjord", inclusionTime)) return decompress(openBrotli, data.subarray(1), most);
  return new Uint8Array(0);
}

/**
 * Reads batches out of a channel: in, a channel's data; out, batches one by one. A batch that does not decode ends its channel. One that is
 * invalid by what it says, which is a span batch before Delta or of impossible numbers, is passed over before Holocene and ends its channel from then on.
 * Source: specs `protocol/derivation.md#channel-reader`, `protocol/holocene/derivation.md#fast-channel-invalidation`.
 */
export class ChannelReader {
  readonly #config: RollupConfig;
  #stream: Uint8Array = new Uint8Array(0);
  #at = 0;
  #origin: L1BlockRef | undefined;

  constructor(config: RollupConfig) {
    this.#config = config;
  }

  async open(data: Uint8Array, origin: L1BlockRef): Promise<void> {
    this.#stream = await openChannel(this.#config, data, origin.timestamp);
    this.#at = 0;
    this.#origin = origin;
  }

  flush(): void {
    this.#stream = new Uint8Array(0);
    this.#at = 0;
  }

  next(): Batch | undefined {
    for (;;) {
      const encoded = this.#nextString();
      if (encoded === undefined) return undefined;
      const batch = this.#decode(encoded);
      if (batch === "invalid" && !this.#isActive("holocene")) continue;
      if (batch !== undefined && batch !== "invalid") return batch;
      this.flush();
      return undefined;
    }
  }

  #isActive(fork: "delta" | "holocene"): boolean {
    return this.#origin !== undefined && isForkActiveAtInclusion(this.#config.forks, fork, this.#origin.timestamp);
  }

  #nextString(): Uint8Array | undefined {
    if (this.#at >= this.#stream.length) return undefined;
    try {
      const span = rlpReadSpan(this.#stream, this.#at, this.#stream.length);
      if (span.isList) throw new InvalidInputError("a channel holds RLP strings, not lists");
      this.#at = span.end;
      return this.#stream.subarray(span.start, span.end);
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      this.flush();
      return undefined;
    }
  }

  /** A batch; "invalid" for one that reads well and cannot be, undefined for one that does not read. */
  #decode(encoded: Uint8Array): Batch | "invalid" | undefined {
    const body = encoded.subarray(1);
    try {
      if (encoded[0] === SINGULAR_BATCH_TYPE) return { kind: "singular", batch: decodeSingularBatch(body) };
      if (encoded[0] !== SPAN_BATCH_TYPE) return undefined;
      const batch = decodeSpanBatch(body, { l2ChainId: this.#config.l2ChainId });
      return this.#isActive("delta") ? this.#place(batch) : "invalid";
    } catch (error) {
      if (error instanceof InvalidInputError) return undefined;
      throw error;
    }
  }

  #place(batch: SpanBatch): Batch | "invalid" {
    try {
      return { kind: "span", batch: placeSpanBatch(this.#config, batch) };
    } catch (error) {
      if (error instanceof InvalidInputError) return "invalid";
      throw error;
    }
  }
}
