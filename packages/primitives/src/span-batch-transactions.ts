import { ByteReader, encodeBits, encodeUvarint } from "./byte-reader.ts";
import { bigIntToBytes, concatBytes, EMPTY_BYTES, hexToBytes } from "./bytes.ts";
import { InvalidInputError } from "./errors.ts";
import { rlpEncode, rlpInteger, type RlpItem, rlpDecode, rlpList, rlpReadSpan } from "./rlp.ts";
import { decodeTransaction, signedFields } from "./transaction.ts";
import { TX_ACCESS_LIST, TX_BLOB, TX_DEPOSIT, TX_FEE_MARKET, TX_LEGACY, TX_SET_CODE } from "./transaction-types.ts";

/** Collects transactions into the columns of a span batch. Source: specs `protocol/delta/span-batches.md#span-batch-format`. */
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
    const tx = decodeTransaction(encoded);
    if (tx.type === TX_DEPOSIT || tx.type === TX_BLOB) throw new InvalidInputError(`a span batch cannot carry transactions of type ${tx.type}`);
    if (tx.chainId !== undefined && tx.chainId !== this.#l2ChainId) throw new InvalidInputError(`the transaction is for chain ${tx.chainId}, the batch for ${this.#l2ChainId}`);
    this.#creations.push(tx.to === undefined ? 1 : 0);
    this.#parities.push(tx.yParity);
    this.#signatures.push(bigIntToBytes(tx.r, 32), bigIntToBytes(tx.s, 32));
    if (tx.to !== undefined) this.#tos.push(hexToBytes(tx.to));
    this.#nonces.push(encodeUvarint(tx.nonce));
    this.#gases.push(encodeUvarint(tx.gas));
    const value = rlpInteger(tx.value);
    if (tx.type === TX_LEGACY) {
      this.#protected.push(tx.chainId === undefined ? 0 : 1);
      this.#datas.push(rlpEncode([value, rlpInteger(tx.gasPrice), tx.data]));
      return;
    }
    const fields = signedFields(tx);
    const accessList = fields[tx.type === TX_ACCESS_LIST ? 7 : 8]!;
    const fees = tx.type === TX_ACCESS_LIST ? [rlpInteger(tx.gasPrice)] : [rlpInteger(tx.maxPriorityFeePerGas), rlpInteger(tx.maxFeePerGas)];
    const body = [value, ...fees, tx.data, accessList, ...(tx.type === TX_SET_CODE ? [fields[9]!] : [])];
    this.#datas.push(concatBytes(Uint8Array.of(tx.type), rlpEncode(body)));
  }

  encode(): Uint8Array {
    return concatBytes(
      encodeBits(this.#creations), encodeBits(this.#parities), ...this.#signatures, ...this.#tos, ...this.#datas, ...this.#nonces, ...this.#gases, encodeBits(this.#protected),
    );
  }
}

/** The data column's entry of one transaction: its type and where its RLP list lies. */
function takeData(reader: ByteReader): { readonly type: number; readonly list: Uint8Array } {
  const rest = reader.rest();
  const first = rest[0];
  if (first === undefined) throw new InvalidInputError("span batch transaction data is cut off");
  const type = first >= 0xc0 ? TX_LEGACY : first;
  const start = type === TX_LEGACY ? 0 : 1;
  if (type !== TX_LEGACY && type !== TX_ACCESS_LIST && type !== TX_FEE_MARKET && type !== TX_SET_CODE) throw new InvalidInputError(`a span batch cannot carry transactions of type ${type}`);
  const span = rlpReadSpan(rest, start, rest.length);
  if (!span.isList) throw new InvalidInputError("span batch transaction data is not an RLP list");
  reader.skip(span.end);
  return { type, list: rest.subarray(start, span.end) };
}

/** Drops the leading zeros of a 32-byte word. */
function trimZeros(word: Uint8Array): Uint8Array {
  let at = 0;
  while (at < word.length && word[at] === 0) at++;
  return word.subarray(at);
}

/** Rebuilds `count` encoded transactions from the columns. Throws `InvalidInputError`. */
export function decodeSpanTransactions(reader: ByteReader, count: number, l2ChainId: number): Uint8Array[] {
  const creations = reader.bits(count, "contract creation bits");
  const parities = reader.bits(count, "y parity bits");
  const signatures = reader.take(64 * count, "span batch signatures");
  const toCount = count - creations.reduce((sum, bit) => sum + bit, 0);
  const tos = reader.take(20 * toCount, "span batch recipients");
  const datas = Array.from({ length: count }, () => takeData(reader));
  const nonces = Array.from({ length: count }, () => reader.uvarint("span batch nonce"));
  const gases = Array.from({ length: count }, () => reader.uvarint("span batch gas"));
  const legacyCount = datas.reduce((sum, { type }) => sum + (type === TX_LEGACY ? 1 : 0), 0);
  const protectedBits = reader.bits(legacyCount, "protected bits");
  const chainId = rlpInteger(l2ChainId);
  let toAt = 0;
  let legacyAt = 0;
  return datas.map(({ type, list }, i) => {
    const creation = creations[i] === 1;
    const to = creation ? EMPTY_BYTES : tos.subarray(toAt, (toAt += 20));
    const r = trimZeros(signatures.subarray(64 * i, 64 * i + 32));
    const s = trimZeros(signatures.subarray(64 * i + 32, 64 * i + 64));
    const parity = parities[i]!;
    const nonce = rlpInteger(nonces[i]!);
    const gas = rlpInteger(gases[i]!);
    if (type === TX_LEGACY) {
      const [value, gasPrice, data] = rlpList(rlpDecode(list), "span batch legacy data", 3);
      const v = protectedBits[legacyAt++] === 1 ? BigInt(l2ChainId) * 2n + 35n + BigInt(parity) : BigInt(27 + parity);
      return rlpEncode([nonce, gasPrice!, gas, to, value!, data!, rlpInteger(v), r, s]);
    }
    return concatBytes(Uint8Array.of(type), rlpEncode(typedFields(type, list, { chainId, nonce, gas, to, creation, tail: [rlpInteger(parity), r, s] })));
  });
}

interface Shared {
  readonly chainId: Uint8Array;
  readonly nonce: Uint8Array;
  readonly gas: Uint8Array;
  readonly to: Uint8Array;
  readonly creation: boolean;
  readonly tail: readonly Uint8Array[];
}

function typedFields(type: number, list: Uint8Array, { chainId, nonce, gas, to, creation, tail }: Shared): RlpItem[] {
  const fields = rlpDecode(list);
  if (type === TX_ACCESS_LIST) {
    const [value, gasPrice, data, accessList] = rlpList(fields, "span batch access list data", 4);
    return [chainId, nonce, gasPrice!, gas, to, value!, data!, accessList!, ...tail];
  }
  if (type === TX_FEE_MARKET) {
    const [value, tip, feeCap, data, accessList] = rlpList(fields, "span batch fee market data", 5);
    return [chainId, nonce, tip!, feeCap!, gas, to, value!, data!, accessList!, ...tail];
  }
  if (creation) throw new InvalidInputError("a set-code transaction cannot create a contract");
  const [value, tip, feeCap, data, accessList, authorizations] = rlpList(fields, "span batch set-code data", 6);
  return [chainId, nonce, tip!, feeCap!, gas, to, value!, data!, accessList!, authorizations!, ...tail];
}
