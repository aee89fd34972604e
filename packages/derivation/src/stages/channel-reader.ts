import { createBrotliDecompress, createInflate } from "node:zlib";
import { isForkActiveAtInclusion, maxRlpBytesPerChannel, type RollupConfig } from "@pangaea/config";
import { concatBytes, decodeSingularBatch, decodeSpanBatch, InvalidInputError, type L1BlockRef, rlpReadSpan, SINGULAR_BATCH_TYPE, SPAN_BATCH_TYPE, type SingularBatch } from "@pangaea/primitives";
import { type PlacedSpanBatch, placeSpanBatch } from "../rules/placed-span-batch.ts";

export type Batch = { readonly kind: "singular"; readonly batch: SingularBatch } | { readonly kind: "span"; readonly batch: PlacedSpanBatch };

const BROTLI_VERSION = 1;
const ZLIB_METHODS = [8, 15];

/**
 * Decompresses as far as the data goes: a cut or corrupt tail, or the limit, ends the output and loses nothing before it.
 * Node's decompressor reports a fault only after it has given out everything that came before.
 */
async function decompress(stream: ReturnType<typeof createInflate | typeof createBrotliDecompress>, data: Uint8Array, most: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  await new Promise<void>((resolve) => {
    stream.on("data", (chunk: Buffer) => {
      const room = most - size;
      chunks.push(chunk.length <= room ? chunk : chunk.subarray(0, room));
      size += Math.min(chunk.length, room);
      if (size >= most) {
        stream.destroy();
        resolve();
      }
    });
    stream.on("end", resolve);
    stream.on("error", () => resolve());
    stream.on("close", resolve);
    stream.end(data);
  });
  return concatBytes(...chunks);
}

/** The decompressed batches of a channel, as one stream of RLP strings; nothing when the compression is unknown. */
export async function openChannel(config: RollupConfig, data: Uint8Array, inclusionTime: number): Promise<Uint8Array> {
  const most = maxRlpBytesPerChannel(config, inclusionTime);
  const first = data[0];
  if (first === undefined) return new Uint8Array(0);
  if (ZLIB_METHODS.includes(first & 0x0f)) return decompress(createInflate({ chunkSize: 65_536 }), data, most);
  if (first === BROTLI_VERSION && isForkActiveAtInclusion(config.forks, "fjord", inclusionTime)) return decompress(createBrotliDecompress({ chunkSize: 65_536 }), data.subarray(1), most);
  return new Uint8Array(0);
}

/**
 * Reads batches out of a channel: in, a channel's data; out, batches one by one. A batch that does not decode is invalid, and ends
 * its channel as an invalid batch does. Source: specs `protocol/derivation.md#channel-reader`, `protocol/holocene/derivation.md#fast-channel-invalidation`.
 */
export class ChannelReader {
  readonly #config: RollupConfig;
  #stream = new Uint8Array(0);
  #at = 0;
  #origin: L1BlockRef | undefined;

  constructor(config: RollupConfig) {
    this.#config = config;
  }

  async open(data: Uint8Array, origin: L1BlockRef): Promise<void> {
    this.#stream = new Uint8Array(await openChannel(this.#config, data, origin.timestamp));
    this.#at = 0;
    this.#origin = origin;
  }

  flush(): void {
    this.#stream = new Uint8Array(0);
    this.#at = 0;
  }

  next(): Batch | undefined {
    const encoded = this.#nextString();
    if (encoded === undefined) return undefined;
    const batch = this.#decode(encoded);
    if (batch === undefined) this.flush();
    return batch;
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

  #decode(encoded: Uint8Array): Batch | undefined {
    const body = encoded.subarray(1);
    try {
      if (encoded[0] === SINGULAR_BATCH_TYPE) return { kind: "singular", batch: decodeSingularBatch(body) };
      if (encoded[0] !== SPAN_BATCH_TYPE || this.#origin === undefined || !isForkActiveAtInclusion(this.#config.forks, "delta", this.#origin.timestamp)) return undefined;
      return { kind: "span", batch: placeSpanBatch(this.#config, decodeSpanBatch(body, { l2ChainId: this.#config.l2ChainId })) };
    } catch (error) {
      if (error instanceof InvalidInputError) return undefined;
      throw error;
    }
  }
}
