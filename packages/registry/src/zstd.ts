import { createDCtx, decompressUsingDict, freeDCtx, init } from "@bokuweb/zstd-wasm";
import { errorMessage, InvalidInputError } from "@pangaea/primitives";

/** Most bytes that a compressed file may hold: several times the largest genesis allocation there is. */
export const MAX_DECOMPRESSED = 256 * 1024 * 1024;
/** What room is tried, where a frame does not say its size. */
const ROOMS = [1, 8, 64, 256].map((mebibytes) => mebibytes * 1024 * 1024);
const MAGIC = [0x28, 0xb5, 0x2f, 0xfd];

let loaded: Promise<void> | undefined;

/** Whether bytes begin as a zstd frame does. */
export function isZstd(data: Uint8Array): boolean {
  return MAGIC.every((byte, i) => data[i] === byte);
}

/** The size that a frame says of its content; undefined when it says none. Source: RFC 8878, section 3.1.1.1. */
function contentSize(frame: Uint8Array): bigint | undefined {
  const descriptor = frame[4] ?? 0;
  const flag = descriptor >> 6;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const size = flag === 0 ? (isSingleSegment ? 1 : 0) : 1 << flag;
  if (size === 0) return undefined;
  const at = 5 + (isSingleSegment ? 0 : 1) + [0, 1, 2, 4][descriptor & 3]!;
  let value = 0n;
  for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(frame[at + i] ?? 0);
  return size === 2 ? value + 256n : value;
}

function attempt(data: Uint8Array, dictionary: Uint8Array, room: number): Uint8Array {
  const context = createDCtx();
  try {
    return decompressUsingDict(context, data, dictionary, { defaultHeapSize: room });
  } finally {
    freeDCtx(context);
  }
}

/**
 * Decompresses one zstd frame, with a dictionary where it was made with one. At most `MAX_DECOMPRESSED` bytes come out.
 * Throws `InvalidInputError` for data that is no zstd, is damaged, too large, or wants another dictionary.
 * Source: RFC 8878.
 */
export async function decompressZstd(data: Uint8Array, dictionary: Uint8Array = new Uint8Array(0)): Promise<Uint8Array> {
  if (!isZstd(data)) throw new InvalidInputError("the data is not zstd-compressed: it does not begin with 28b52ffd");
  const size = contentSize(data);
  if (size !== undefined && size > BigInt(MAX_DECOMPRESSED)) throw new InvalidInputError(`the zstd frame says ${size} bytes; at most ${MAX_DECOMPRESSED} are read`);
  loaded ??= init();
  await loaded;
  let problem: unknown;
  for (const room of size === undefined ? ROOMS : [Number(size)]) {
    try {
      return attempt(data, dictionary, room);
    } catch (error) {
      problem = error;
    }
  }
  throw new InvalidInputError(`the zstd data cannot be decompressed (${errorMessage(problem)}): it is damaged, holds more than ${MAX_DECOMPRESSED} bytes, or was made with ${dictionary.length === 0 ? "a dictionary" : "another dictionary"}`);
}
