import { type ByteReader, encodeBits, encodeUvarint } from "./byte-reader.ts";
import { bytesToBigInt, concatBytes, EMPTY_BYTES, joinBytes, padLeft } from "./bytes.ts";
import { InvalidInputError } from "./errors.ts";
import { rlpEncode, rlpInteger, rlpListOfEncoded, rlpReadSpan, type RlpSpan } from "./rlp.ts";
import { TX_ACCESS_LIST, TX_FEE_MARKET, TX_LEGACY, TX_SET_CODE } from "./transaction-types.ts";

type SpanTxType = typeof TX_LEGACY | typeof TX_ACCESS_LIST | typeof TX_FEE_MARKET | typeof TX_SET_CODE;

const WORD = 32;
const ADDRESS = 20;
const MAX_NONCE_BYTES = 8;

/** Where an item with its header lies, and what its header says. */
interface Item extends RlpSpan {
  readonly at: number;
}

const isSpanTxType = (type: number): type is SpanTxType => type === TX_LEGACY || type === TX_ACCESS_LIST || type === TX_FEE_MARKET || type === TX_SET_CODE;

function itemsWithin(data: Uint8Array, { start, end }: RlpSpan): Item[] {
  const items: Item[] = [];
  for (let at = start; at < end; ) {
    const { isList, start: bodyStart, end: bodyEnd } = rlpReadSpan(data, at, end);
    items.push({ isList, start: bodyStart, end: bodyEnd, at });
    at = bodyEnd;
  }
  return items;
}

function expectString(item: Item, what: string, size?: number): void {
  if (item.isList || (size !== undefined && item.end - item.start !== size)) throw new InvalidInputError(`${what} in a span batch is not ${size ?? "a string of"} bytes`);
}

function expectInteger(data: Uint8Array, item: Item, what: string, most = Number.POSITIVE_INFINITY): void {
  expectString(item, what);
  const length = item.end - item.start;
  if (length > most || (length > 0 && data[item.start] === 0)) throw new InvalidInputError(`${what} in a span batch is not a minimal integer${most === Number.POSITIVE_INFINITY ? "" : ` of at most ${most} bytes`}`);
}

function expectList(data: Uint8Array, item: Item, what: string, length?: number): Item[] {
  if (!item.isList) throw new InvalidInputError(`${what} in a span batch is not a list`);
  const items = itemsWithin(data, item);
  if (length !== undefined && items.length !== length) throw new InvalidInputError(`${what} in a span batch has ${items.length} fields, not ${length}`);
  return items;
}

function expectAccessList(data: Uint8Array, list: Item): void {
  for (const entry of expectList(data, list, "an access list")) {
    const [address, keys] = expectList(data, entry, "an access list entry", 2);
    expectString(address!, "an access list address", ADDRESS);
    for (const key of expectList(data, keys!, "storage keys")) expectString(key, "a storage key", WORD);
  }
}

function expectAuthorizations(data: Uint8Array, list: Item): void {
  for (const entry of expectList(data, list, "an authorization list")) {
    const [chainId, address, nonce, parity, r, s] = expectList(data, entry, "an authorization", 6);
    expectInteger(data, chainId!, "an authorization's chain id", WORD);
    expectString(address!, "an authorization's address", ADDRESS);
    expectInteger(data, nonce!, "an authorization's nonce", MAX_NONCE_BYTES);
    expectInteger(data, parity!, "an authorization's parity", 1);
    expectInteger(data, r!, "an authorization's r", WORD);
    expectInteger(data, s!, "an authorization's s", WORD);
  }
}

/** Fields of the data column's list, by type: the value, then the fees, then the data and what follows it. */
const FEES: Readonly<Record<SpanTxType, number>> = { [TX_LEGACY]: 1, [TX_ACCESS_LIST]: 1, [TX_FEE_MARKET]: 2, [TX_SET_CODE]: 2 };
const EXTRAS: Readonly<Record<SpanTxType, number>> = { [TX_LEGACY]: 0, [TX_ACCESS_LIST]: 1, [TX_FEE_MARKET]: 1, [TX_SET_CODE]: 2 };

/**
 * Collects transactions into the columns of a span batch, straight from their bytes. Source: specs `protocol/delta/span-batches.md#span-batch-format`.
 */
export class SpanTransactionColumns {
  readonly #l2ChainId: number;
  readonly #creations: number[] = [];
  readonly #parities: number[] = [];
  readonly #signatures: Uint8Array[] = [];
  readonly #tos: Uint8Array[] = [];
  readonly #datas: Uint8Array[] = [];
  readonly #nonces: Uint8Array[] = [];
  readonly #gases: Uint8Array[] = [];
  readonly #protected: number[] = [];

  constructor(l2ChainId: number) {
    this.#l2ChainId = l2ChainId;
  }

  /** Adds an encoded transaction. Throws `InvalidInputError` for deposits, blob transactions and those of another chain. */
  add(encoded: Uint8Array): void {
    const first = encoded[0] ?? 0;
    const type = first >= 0xc0 ? TX_LEGACY : first;
    if (!isSpanTxType(type) || (type === TX_LEGACY && first < 0xc0)) throw new InvalidInputError(`a span batch cannot carry transactions of type ${first}`);
    const start = type === TX_LEGACY ? 0 : 1;
    const list = rlpReadSpan(encoded, start, encoded.length);
    if (list.end !== encoded.length) throw new InvalidInputError(`a transaction has ${encoded.length - list.end} bytes after its end`);
    const shared = start + 1 + FEES[type] + 4;
    const items = expectList(encoded, { ...list, at: start }, "a transaction", shared + EXTRAS[type] + 3);
    const bytes = (at: number): Uint8Array => encoded.subarray(items[at]!.start, items[at]!.end);
    const raw = (from: number, to: number): Uint8Array => encoded.subarray(items[from]!.at, items[to - 1]!.end);
    const [nonce, fees] = [start, start + 1];
    const gas = fees + FEES[type];
    const to = bytes(gas + 1);
    const v = this.#parity(type, bytesToBigInt(bytes(items.length - 3)), type === TX_LEGACY ? undefined : bytesToBigInt(bytes(0)));

    this.#parities.push(v);
    this.#creations.push(to.length === 0 ? 1 : 0);
    if (to.length > 0) this.#tos.push(padLeft(to, ADDRESS));
    this.#signatures.push(padLeft(bytes(items.length - 2), WORD), padLeft(bytes(items.length - 1), WORD));
    this.#nonces.push(encodeUvarint(bytesToBigInt(bytes(nonce))));
    this.#gases.push(encodeUvarint(bytesToBigInt(bytes(gas))));
    const body = rlpListOfEncoded([raw(gas + 2, gas + 3), raw(fees, gas), raw(gas + 3, items.length - 3)]);
    this.#datas.push(type === TX_LEGACY ? body : concatBytes(Uint8Array.of(type), body));
  }

  encode(): Uint8Array {
    return concatBytes(
      encodeBits(this.#creations), encodeBits(this.#parities), ...[this.#signatures, this.#tos, this.#datas, this.#nonces, this.#gases].map(joinBytes), encodeBits(this.#protected),
    );
  }

  /** The parity bit of `v`; notes whether a legacy transaction is protected. */
  #parity(type: SpanTxType, v: bigint, chainId: bigint | undefined): number {
    const isProtected = type === TX_LEGACY && v >= 35n;
    const ofChain = isProtected ? (v - 35n) / 2n : chainId;
    if (ofChain !== undefined && ofChain !== BigInt(this.#l2ChainId)) throw new InvalidInputError(`the transaction is for chain ${ofChain}, the batch for ${this.#l2ChainId}`);
    const parity = isProtected ? (v - 35n) % 2n : type === TX_LEGACY ? v - 27n : v;
    if (parity !== 0n && parity !== 1n) throw new InvalidInputError(`a transaction has v ${v}`);
    if (type === TX_LEGACY) this.#protected.push(isProtected ? 1 : 0);
    return Number(parity);
  }
}

/** The data column's entry of one transaction: its type and, checked, where its fields lie in the column. */
interface DataEntry {
  readonly type: SpanTxType;
  readonly column: Uint8Array;
  readonly fields: readonly Item[];
}

function takeData(reader: ByteReader): DataEntry {
  const column = reader.rest();
  const first = column[0];
  if (first === undefined) throw new InvalidInputError("span batch transaction data is cut off");
  const type = first >= 0xc0 ? TX_LEGACY : first;
  if (!isSpanTxType(type) || (type === TX_LEGACY && first < 0xc0)) throw new InvalidInputError(`a span batch cannot carry transactions of type ${first}`);
  const at = type === TX_LEGACY ? 0 : 1;
  const span = rlpReadSpan(column, at, column.length);
  const fields = expectList(column, { ...span, at }, "transaction data", 1 + FEES[type] + 1 + EXTRAS[type]);
  const most = type === TX_SET_CODE ? WORD : undefined;
  const data = 1 + FEES[type];
  for (let i = 0; i < data; i++) expectInteger(column, fields[i]!, i === 0 ? "a value" : "a fee", most);
  expectString(fields[data]!, "call data");
  if (EXTRAS[type] > 0) expectAccessList(column, fields[data + 1]!);
  if (EXTRAS[type] > 1) expectAuthorizations(column, fields[data + 2]!);
  reader.skip(span.end);
  return { type, column, fields };
}

/** Drops the leading zeros of a 32-byte word. */
function trimZeros(word: Uint8Array): Uint8Array {
  let at = 0;
  while (at < word.length && word[at] === 0) at++;
  return word.subarray(at);
}

const RLP_EMPTY = Uint8Array.of(0x80);
const RLP_PARITY = [RLP_EMPTY, Uint8Array.of(1)] as const;

const SMALL = 2 ** 31;

/** An RLP scalar; small numbers, which are most, without the way through big integers. */
function scalar(value: bigint | number): Uint8Array {
  if (typeof value === "bigint" || value >= SMALL) return rlpEncode(rlpInteger(value));
  if (value === 0) return RLP_EMPTY;
  if (value < 0x80) return Uint8Array.of(value);
  if (value < 0x100) return Uint8Array.of(0x81, value);
  if (value < 0x10000) return Uint8Array.of(0x82, value >> 8, value);
  if (value < 0x1000000) return Uint8Array.of(0x83, value >> 16, value >> 8, value);
  return Uint8Array.of(0x84, value >> 24, value >> 16, value >> 8, value);
}

/** Rebuilds `count` encoded transactions from the columns, copying what stands in them as it is. Throws `InvalidInputError`. */
export function decodeSpanTransactions(reader: ByteReader, count: number, l2ChainId: number): Uint8Array[] {
  const creations = reader.bits(count, "contract creation bits");
  const parities = reader.bits(count, "y parity bits");
  const signatures = reader.take(2 * WORD * count, "span batch signatures");
  const toCount = count - creations.reduce((sum, bit) => sum + bit, 0);
  const tos = reader.take(ADDRESS * toCount, "span batch recipients");
  const datas = Array.from({ length: count }, () => takeData(reader));
  const nonces = Array.from({ length: count }, () => reader.uvarint("span batch nonce"));
  const gases = Array.from({ length: count }, () => reader.uvarint("span batch gas"));
  const protectedBits = reader.bits(datas.reduce((sum, { type }) => sum + (type === TX_LEGACY ? 1 : 0), 0), "protected bits");
  const chainId = scalar(l2ChainId);
  const unprotectedV = [scalar(27), scalar(28)] as const;
  const protectedV = [scalar(BigInt(l2ChainId) * 2n + 35n), scalar(BigInt(l2ChainId) * 2n + 36n)] as const;
  let toAt = 0;
  let legacyAt = 0;
  return datas.map(({ type, column, fields }, i) => {
    const isCreation = creations[i] === 1;
    if (isCreation && type === TX_SET_CODE) throw new InvalidInputError("a set-code transaction cannot create a contract");
    const to = isCreation ? EMPTY_BYTES : tos.subarray(toAt, (toAt += ADDRESS));
    const at = 2 * WORD * i;
    const fees = column.subarray(fields[1]!.at, fields[FEES[type]]!.end);
    const value = column.subarray(fields[0]!.at, fields[0]!.end);
    const rest = column.subarray(fields[1 + FEES[type]]!.at, fields.at(-1)!.end);
    const bit = parities[i] === 1 ? 1 : 0;
    const v = type !== TX_LEGACY ? RLP_PARITY[bit] : protectedBits[legacyAt++] === 1 ? protectedV[bit] : unprotectedV[bit];
    return assemble(type, type === TX_LEGACY ? EMPTY_BYTES : chainId, [scalar(nonces[i]!), fees, scalar(gases[i]!)], to, [value, rest, v], trimZeros(signatures.subarray(at, at + WORD)), trimZeros(signatures.subarray(at + WORD, at + 2 * WORD)));
  });
}

const stringLength = (bytes: Uint8Array): number => (bytes.length === 1 && bytes[0]! < 0x80 ? 1 : 1 + bytes.length);

/** Writes a string of less than 56 bytes. */
function writeString(out: Uint8Array, at: number, bytes: Uint8Array): number {
  if (bytes.length !== 1 || bytes[0]! >= 0x80) out[at++] = 0x80 + bytes.length;
  out.set(bytes, at);
  return at + bytes.length;
}

/** One transaction in one allocation. `before` and `after` the recipient are encoded items; recipient, r and s are not. */
function assemble(type: SpanTxType, chainId: Uint8Array, before: readonly Uint8Array[], to: Uint8Array, after: readonly Uint8Array[], r: Uint8Array, s: Uint8Array): Uint8Array {
  let body = chainId.length + stringLength(to) + stringLength(r) + stringLength(s);
  for (const part of before) body += part.length;
  for (const part of after) body += part.length;
  const lengthBytes = body < 56 ? 0 : body < 0x100 ? 1 : body < 0x10000 ? 2 : body < 0x1000000 ? 3 : 4;
  const out = new Uint8Array((type === TX_LEGACY ? 0 : 1) + 1 + lengthBytes + body);
  let at = 0;
  if (type !== TX_LEGACY) out[at++] = type;
  out[at++] = lengthBytes === 0 ? 0xc0 + body : 0xf7 + lengthBytes;
  for (let i = lengthBytes - 1; i >= 0; i--) out[at++] = body >>> (8 * i);
  out.set(chainId, at);
  at += chainId.length;
  for (const part of before) {
    out.set(part, at);
    at += part.length;
  }
  at = writeString(out, at, to);
  for (const part of after) {
    out.set(part, at);
    at += part.length;
  }
  at = writeString(out, at, r);
  writeString(out, at, s);
  return out;
}
