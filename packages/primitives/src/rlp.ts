import { bigIntToBytes, bytesToBigInt, bytesToHex, concatBytes, toSafeNumber } from "./bytes.ts";
import { InvalidInputError } from "./errors.ts";

/** An RLP item: bytes, or a list of items. */
export type RlpItem = Uint8Array | readonly RlpItem[];

function lengthOfLength(length: number): number {
  return length < 0x100 ? 1 : length < 0x10000 ? 2 : length < 0x1000000 ? 3 : 4;
}

function headerSize(length: number): number {
  return length < 56 ? 1 : 1 + lengthOfLength(length);
}

function encodedLength(item: RlpItem): number {
  if (item instanceof Uint8Array) return item.length === 1 && item[0]! < 0x80 ? 1 : headerSize(item.length) + item.length;
  const body = listBodyLength(item);
  return headerSize(body) + body;
}

function listBodyLength(items: readonly RlpItem[]): number {
  let length = 0;
  for (const item of items) length += encodedLength(item);
  return length;
}

function writeHeader(out: Uint8Array, at: number, base: number, length: number): number {
  if (length < 56) {
    out[at] = base + length;
    return at + 1;
  }
  const size = lengthOfLength(length);
  out[at] = base + 55 + size;
  for (let i = 0; i < size; i++) out[at + 1 + i] = length / 2 ** (8 * (size - 1 - i));
  return at + 1 + size;
}

function write(out: Uint8Array, at: number, item: RlpItem): number {
  if (item instanceof Uint8Array) {
    if (item.length === 1 && item[0]! < 0x80) {
      out[at] = item[0]!;
      return at + 1;
    }
    const start = writeHeader(out, at, 0x80, item.length);
    out.set(item, start);
    return start + item.length;
  }
  let position = writeHeader(out, at, 0xc0, listBodyLength(item));
  for (const child of item) position = write(out, position, child);
  return position;
}

/** RLP encoding of an item. */
export function rlpEncode(item: RlpItem): Uint8Array {
  const out = new Uint8Array(encodedLength(item));
  write(out, 0, item);
  return out;
}

/** Joins items that are already RLP-encoded into a list. */
export function rlpListOfEncoded(encoded: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of encoded) length += part.length;
  const header = new Uint8Array(headerSize(length));
  writeHeader(header, 0, 0xc0, length);
  return concatBytes(header, ...encoded);
}

/** An unsigned integer as an RLP scalar: minimal big-endian bytes, zero is empty. */
export function rlpInteger(value: bigint | number): Uint8Array {
  return bigIntToBytes(BigInt(value));
}

/** Where an item's header and payload lie. */
export interface RlpSpan {
  readonly isList: boolean;
  readonly start: number;
  readonly end: number;
}

/**
 * Reads the header of the item at `at` within `[at, limit)`.
 * Throws `InvalidInputError` for lengths that are not canonical or pass the limit.
 */
export function rlpReadSpan(data: Uint8Array, at: number, limit: number): RlpSpan {
  if (at >= limit) throw new InvalidInputError(`RLP ends at byte ${at}, an item was expected`);
  const first = data[at]!;
  if (first < 0x80) return { isList: false, start: at, end: at + 1 };
  const isList = first >= 0xc0;
  const short = isList ? 0xc0 : 0x80;
  let start = at + 1;
  let length = first - short;
  if (length > 55) {
    const size = length - 55;
    if (start + size > limit) throw new InvalidInputError(`RLP length at byte ${at} is cut off`);
    if (data[start] === 0) throw new InvalidInputError(`RLP length at byte ${at} has a leading zero`);
    if (size > 6) throw new InvalidInputError(`RLP length at byte ${at} is larger than the data`);
    length = 0;
    for (let i = 0; i < size; i++) length = length * 256 + data[start + i]!;
    if (length < 56) throw new InvalidInputError(`RLP length at byte ${at} is not minimal`);
    start += size;
  }
  const end = start + length;
  if (end > limit) throw new InvalidInputError(`RLP item at byte ${at} needs ${end - limit} bytes more than there are`);
  if (!isList && length === 1 && data[start]! < 0x80) throw new InvalidInputError(`RLP byte at ${at} has a needless header`);
  return { isList, start, end };
}

const MAX_DEPTH = 1024;

function readItem(data: Uint8Array, span: RlpSpan, depth: number): RlpItem {
  if (!span.isList) return data.subarray(span.start, span.end);
  if (depth > MAX_DEPTH) throw new InvalidInputError(`RLP lists are nested deeper than ${MAX_DEPTH}`);
  const items: RlpItem[] = [];
  for (let at = span.start; at < span.end; ) {
    const child = rlpReadSpan(data, at, span.end);
    items.push(readItem(data, child, depth + 1));
    at = child.end;
  }
  return items;
}

/** Decodes exactly one item that fills `data`; byte strings are views of `data`. Throws `InvalidInputError`. */
export function rlpDecode(data: Uint8Array): RlpItem {
  const span = rlpReadSpan(data, 0, data.length);
  if (span.end !== data.length) throw new InvalidInputError(`RLP has ${data.length - span.end} bytes after its end`);
  return readItem(data, span, 0);
}

/** The item as a list, of `length` when given. Throws `InvalidInputError`. */
export function rlpList(item: RlpItem | undefined, what: string, length?: number): readonly RlpItem[] {
  if (item === undefined || item instanceof Uint8Array) throw new InvalidInputError(`${what} is not an RLP list`);
  if (length !== undefined && item.length !== length) throw new InvalidInputError(`${what} has ${item.length} fields, not ${length}`);
  return item;
}

/** The item as bytes, of `size` when given. Throws `InvalidInputError`. */
export function rlpBytes(item: RlpItem | undefined, what: string, size?: number): Uint8Array {
  if (!(item instanceof Uint8Array)) throw new InvalidInputError(`${what} is not an RLP string`);
  if (size !== undefined && item.length !== size) throw new InvalidInputError(`${what} has ${item.length} bytes, not ${size}: ${bytesToHex(item.subarray(0, 40))}`);
  return item;
}

/** The item as an unsigned integer of at most `size` bytes. Throws `InvalidInputError` for leading zeros or more bytes. */
export function rlpBigInt(item: RlpItem | undefined, what: string, size = 32): bigint {
  const bytes = rlpBytes(item, what);
  if (bytes.length > size) throw new InvalidInputError(`${what} has ${bytes.length} bytes, at most ${size} fit`);
  if (bytes.length > 0 && bytes[0] === 0) throw new InvalidInputError(`${what} has leading zeros`);
  return bytesToBigInt(bytes);
}

/** The item as a safe number. Throws `InvalidInputError`. */
export function rlpNumber(item: RlpItem | undefined, what: string): number {
  return toSafeNumber(rlpBigInt(item, what, 8), what);
}
