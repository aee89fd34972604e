import { InvalidInputError } from "./errors.ts";

export const BLOB_SIZE = 131_072;
/** Bytes of data that one blob carries. */
export const BLOB_CAPACITY = 130_044;
const FIELD_ELEMENT = 32;
const ROUNDS = 1024;
/** Four field elements carry 4·31 bytes and three more spread over their top bits. */
const ROUND_DATA = 127;
const HEADER = 4;
const ENCODING_VERSION = 0;

/** A blob that carries `data` (at most `BLOB_CAPACITY` bytes). Source: specs `protocol/derivation.md#blob-encoding`. */
export function encodeBlob(data: Uint8Array): Uint8Array {
  if (data.length > BLOB_CAPACITY) throw new InvalidInputError(`${data.length} bytes do not fit into a blob of ${BLOB_CAPACITY}`);
  const stream = new Uint8Array(ROUNDS * ROUND_DATA);
  stream[0] = ENCODING_VERSION;
  stream[1] = data.length >>> 16;
  stream[2] = data.length >>> 8;
  stream[3] = data.length;
  stream.set(data, HEADER);
  const blob = new Uint8Array(BLOB_SIZE);
  for (let round = 0, at = 0, field = 0; round < ROUNDS && at < HEADER + data.length; round++, at += ROUND_DATA, field += 4 * FIELD_ELEMENT) {
    blob.set(stream.subarray(at, at + 31), field + 1);
    const x = stream[at + 31]!;
    blob.set(stream.subarray(at + 32, at + 63), field + 33);
    const y = stream[at + 63]!;
    blob.set(stream.subarray(at + 64, at + 95), field + 65);
    const z = stream[at + 95]!;
    blob.set(stream.subarray(at + 96, at + 127), field + 97);
    blob[field] = x & 0x3f;
    blob[field + 32] = (y & 0x0f) | ((x & 0xc0) >> 2);
    blob[field + 64] = z & 0x3f;
    blob[field + 96] = ((z & 0xc0) >> 2) | ((y & 0xf0) >> 4);
  }
  return blob;
}

/** The data in a blob. Throws `InvalidInputError` for anything that `encodeBlob` cannot have made. */
export function decodeBlob(blob: Uint8Array): Uint8Array {
  if (blob.length !== BLOB_SIZE) throw new InvalidInputError(`a blob has ${BLOB_SIZE} bytes, not ${blob.length}`);
  if (blob[1] !== ENCODING_VERSION) throw new InvalidInputError(`blob encoding version ${blob[1]} is unknown`);
  const length = (blob[2]! << 16) | (blob[3]! << 8) | blob[4]!;
  if (length > BLOB_CAPACITY) throw new InvalidInputError(`the blob says ${length} bytes; at most ${BLOB_CAPACITY} fit`);
  const stream = new Uint8Array(ROUNDS * ROUND_DATA);
  for (let round = 0, at = 0, field = 0; round < ROUNDS; round++, at += ROUND_DATA, field += 4 * FIELD_ELEMENT) {
    const a = blob[field]!;
    const b = blob[field + 32]!;
    const c = blob[field + 64]!;
    const d = blob[field + 96]!;
    if ((a | b | c | d) & 0xc0) throw new InvalidInputError(`the blob's field elements at ${field / FIELD_ELEMENT} have high bits set`);
    stream.set(blob.subarray(field + 1, field + 32), at);
    stream[at + 31] = a | ((b & 0x30) << 2);
    stream.set(blob.subarray(field + 33, field + 64), at + 32);
    stream[at + 63] = (b & 0x0f) | ((d & 0x0f) << 4);
    stream.set(blob.subarray(field + 65, field + 96), at + 64);
    stream[at + 95] = c | ((d & 0x30) << 2);
    stream.set(blob.subarray(field + 97, field + 128), at + 96);
  }
  for (let i = HEADER + length; i < stream.length; i++) if (stream[i] !== 0) throw new InvalidInputError(`the blob has data after its end at byte ${i}`);
  return stream.slice(HEADER, HEADER + length);
}
