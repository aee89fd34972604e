import { promisify } from "node:util";
import { brotliCompress, constants, deflate } from "node:zlib";
import { concatBytes } from "@pangaea/primitives";
import type { CompressionName } from "./options.ts";

const brotli = promisify(brotliCompress);
const zlib = promisify(deflate);

/** First byte of a channel compressed with brotli; zlib's own header stands for itself. Source: specs `protocol/fjord/derivation.md#brotli-channel-compression`. */
const BROTLI_VERSION = 1;

/** Channel data from batches. */
export type Compress = (data: Uint8Array, compression: CompressionName, brotliQuality: number) => Promise<Uint8Array>;

/** Compresses on libuv's threads, so the event loop goes on. */
export async function compressChannel(data: Uint8Array, compression: CompressionName, brotliQuality: number): Promise<Uint8Array> {
  if (compression === "zlib") return zlib(data, { level: constants.Z_BEST_COMPRESSION });
  const params = { [constants.BROTLI_PARAM_QUALITY]: brotliQuality, [constants.BROTLI_PARAM_SIZE_HINT]: data.length };
  return concatBytes(Uint8Array.of(BROTLI_VERSION), await brotli(data, { params }));
}
