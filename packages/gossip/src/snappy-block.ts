import { ByteReader, InvalidInputError } from "@pangaea/primitives";

/** Input is compressed in blocks of this size; none refers to another. */
const BLOCK_SIZE = 65_536;
const INPUT_MARGIN = 15;
/** Shorter blocks are stored as they are. */
const MIN_COMPRESSED = INPUT_MARGIN + 2;
const TABLE_BITS = 14;
const HASH_MULTIPLIER = 0x1e35a7bd;
const LITERAL = 0;
const COPY_1 = 1;
const COPY_2 = 2;

const load32 = (data: Uint8Array, at: number): number => data[at]! | (data[at + 1]! << 8) | (data[at + 2]! << 16) | (data[at + 3]! << 24);

/**
 * The data of a message in snappy's block format, of at most `most` bytes: the length that it says is checked before anything is unpacked.
 * Throws `InvalidInputError` naming the byte. Source: snappy `format_description.txt`.
 */
export function decodeSnappyBlock(message: Uint8Array, most: number): Uint8Array {
  const reader = new ByteReader(message);
  const length = reader.safeUvarint("snappy length");
  if (length > most) throw new InvalidInputError(`the snappy message says ${length} bytes; at most ${most} are read`);
  const out = new Uint8Array(length);
  let at = 0;
  const room = (size: number) => {
    if (size > length - at) throw new InvalidInputError(`the snappy message holds more than the ${length} bytes that it says (at byte ${reader.position})`);
  };
  const little = (size: number, what: string): number => reader.take(size, what).reduceRight((value, byte) => value * 256 + byte, 0);
  while (reader.remaining > 0) {
    const tag = reader.take(1, "snappy tag")[0]!;
    const kind = tag & 3;
    if (kind === LITERAL) {
      const short = tag >> 2;
      const size = (short < 60 ? short : little(short - 59, "snappy literal length")) + 1;
      room(size);
      out.set(reader.take(size, "snappy literal"), at);
      at += size;
      continue;
    }
    const size = kind === COPY_1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
    const offset = kind === COPY_1 ? ((tag >> 5) << 8) | little(1, "snappy offset") : little(kind === COPY_2 ? 2 : 4, "snappy offset");
    if (offset === 0 || offset > at) throw new InvalidInputError(`the snappy message copies from ${offset} bytes back, ${at} are there (at byte ${reader.position})`);
    room(size);
    for (const end = at + size; at < end; at++) out[at] = out[at - offset]!;
  }
  if (at !== length) throw new InvalidInputError(`the snappy message says ${length} bytes and holds ${at}`);
  return out;
}

class Writer {
  readonly #out: number[] = [];

  uvarint(value: number): void {
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 128)) this.#out.push((rest & 0x7f) | 0x80);
    this.#out.push(rest);
  }

  literal(data: Uint8Array): void {
    const n = data.length - 1;
    if (n < 60) this.#out.push((n << 2) | LITERAL);
    else if (n < 256) this.#out.push((60 << 2) | LITERAL, n);
    else this.#out.push((61 << 2) | LITERAL, n & 0xff, n >> 8);
    for (const byte of data) this.#out.push(byte);
  }

  copy(offset: number, length: number): void {
    let left = length;
    const wide = (size: number) => {
      this.#out.push(((size - 1) << 2) | COPY_2, offset & 0xff, offset >> 8);
      left -= size;
    };
    while (left >= 68) wide(64);
    if (left > 64) wide(60);
    if (left >= 12 || offset >= 2048) wide(left);
    else this.#out.push(((offset >> 8) << 5) | ((left - 4) << 2) | COPY_1, offset & 0xff);
  }

  bytes(): Uint8Array {
    return Uint8Array.from(this.#out);
  }
}

function compressBlock(out: Writer, block: Uint8Array): void {
  let bits = 8;
  while (bits < TABLE_BITS && 1 << bits < block.length) bits++;
  const table = new Uint16Array(1 << bits);
  const hash = (value: number): number => Math.imul(value, HASH_MULTIPLIER) >>> (32 - bits);
  const last = block.length - INPUT_MARGIN;
  let emitted = 0;
  let at = 1;
  let nextHash = hash(load32(block, at));
  search: for (;;) {
    let skip = 32;
    let next = at;
    let candidate: number;
    do {
      at = next;
      const step = skip >> 5;
      next = at + step;
      skip += step;
      if (next > last) break search;
      candidate = table[nextHash]!;
      table[nextHash] = at;
      nextHash = hash(load32(block, next));
    } while (load32(block, at) !== load32(block, candidate));
    out.literal(block.subarray(emitted, at));
    for (;;) {
      const base = at;
      at += 4;
      for (let i = candidate + 4; at < block.length && block[i] === block[at]; i++) at++;
      out.copy(base - candidate, at - base);
      emitted = at;
      if (at >= last) break search;
      table[hash(load32(block, at - 1))] = at - 1;
      const current = hash(load32(block, at));
      candidate = table[current]!;
      table[current] = at;
      if (load32(block, at) !== load32(block, candidate)) {
        at++;
        nextHash = hash(load32(block, at));
        break;
      }
    }
  }
  if (emitted < block.length) out.literal(block.subarray(emitted));
}

/** Data in snappy's block format, byte for byte as the Go and Rust libraries write it. Source: snappy `format_description.txt`. */
export function encodeSnappyBlock(data: Uint8Array): Uint8Array {
  const out = new Writer();
  out.uvarint(data.length);
  for (let at = 0; at < data.length; at += BLOCK_SIZE) {
    const block = data.subarray(at, at + BLOCK_SIZE);
    if (block.length < MIN_COMPRESSED) out.literal(block);
    else compressBlock(out, block);
  }
  return out.bytes();
}
