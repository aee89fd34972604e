import { bigIntToBytes, bytesToBigInt, bytesToHex, concatBytes, type ExecutionPayload, type Hex, hexToBytes, InvalidInputError, joinBytes, toSafeNumber } from "@pangaea/primitives";

/** The versions of a payload on the wire: 1 before Canyon, 2 from Canyon, 3 from Ecotone, 4 from Isthmus. */
export const PAYLOAD_VERSIONS = [1, 2, 3, 4] as const;
export type PayloadVersion = (typeof PAYLOAD_VERSIONS)[number];

/** A withdrawal of the beacon chain; `amount` in gwei. No OP Stack block has one, the format does. */
export interface Withdrawal {
  readonly index: bigint;
  readonly validatorIndex: bigint;
  readonly address: Hex;
  readonly amount: bigint;
}

/** A payload as SSZ can carry it. */
export type SszPayload = Omit<ExecutionPayload, "withdrawals"> & { readonly withdrawals?: readonly Withdrawal[] };

/** Bytes before the variable part: those of Bedrock, then a withdrawals offset, then two integers of blob gas, then a withdrawals root. */
const FIXED_SIZE: Readonly<Record<PayloadVersion, number>> = { 1: 508, 2: 512, 3: 528, 4: 560 };
const MAX_EXTRA_DATA = 32;
const MAX_TRANSACTIONS = 1 << 20;
const MAX_WITHDRAWALS = 16;
const WITHDRAWAL_SIZE = 44;
const OFFSET_SIZE = 4;

/** Little-endian integers of a fixed part, read and written in order. */
class Fields {
  readonly #view: DataView;
  readonly #data: Uint8Array;
  #at = 0;

  constructor(data: Uint8Array) {
    this.#data = data;
    this.#view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  }

  take(size: number): Uint8Array {
    this.#at += size;
    return this.#data.slice(this.#at - size, this.#at);
  }
  hex(size: number): Hex {
    return bytesToHex(this.take(size));
  }
  u32(): number {
    this.#at += 4;
    return this.#view.getUint32(this.#at - 4, true);
  }
  u64(): bigint {
    this.#at += 8;
    return this.#view.getBigUint64(this.#at - 8, true);
  }
  number(what: string): number {
    return toSafeNumber(this.u64(), what);
  }

  put(bytes: Uint8Array): void {
    this.#data.set(bytes, this.#at);
    this.#at += bytes.length;
  }
  putU32(value: number): void {
    this.#view.setUint32(this.#at, value, true);
    this.#at += 4;
  }
  putU64(value: bigint | number): void {
    this.#view.setBigUint64(this.#at, BigInt(value), true);
    this.#at += 8;
  }
}

function decodeTransactions(data: Uint8Array): Uint8Array[] {
  if (data.length === 0) return [];
  if (data.length < OFFSET_SIZE) throw new InvalidInputError(`the payload's transactions have ${data.length} bytes; an offset has ${OFFSET_SIZE}`);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const first = view.getUint32(0, true);
  if (first === 0 || first % OFFSET_SIZE !== 0 || first > data.length) throw new InvalidInputError(`the payload's first transaction is at offset ${first} of ${data.length} bytes, which no list of offsets fits before`);
  const count = first / OFFSET_SIZE;
  if (count > MAX_TRANSACTIONS) throw new InvalidInputError(`the payload has ${count} transactions; at most ${MAX_TRANSACTIONS} are allowed`);
  const transactions: Uint8Array[] = [];
  for (let i = 0, start = first; i < count; i++) {
    const end = i + 1 < count ? view.getUint32((i + 1) * OFFSET_SIZE, true) : data.length;
    if (end < start || end > data.length) throw new InvalidInputError(`the payload's transaction ${i} reaches from byte ${start} to ${end} of ${data.length}`);
    transactions.push(data.slice(start, end));
    start = end;
  }
  return transactions;
}

function encodeTransactions(transactions: readonly Uint8Array[]): Uint8Array {
  const head = new Uint8Array(transactions.length * OFFSET_SIZE);
  const view = new DataView(head.buffer);
  let at = head.length;
  for (const [i, transaction] of transactions.entries()) {
    view.setUint32(i * OFFSET_SIZE, at, true);
    at += transaction.length;
  }
  return joinBytes([head, ...transactions]);
}

function decodeWithdrawals(data: Uint8Array): Withdrawal[] {
  if (data.length % WITHDRAWAL_SIZE !== 0) throw new InvalidInputError(`the payload's withdrawals have ${data.length} bytes, no multiple of ${WITHDRAWAL_SIZE}`);
  const count = data.length / WITHDRAWAL_SIZE;
  if (count > MAX_WITHDRAWALS) throw new InvalidInputError(`the payload has ${count} withdrawals; at most ${MAX_WITHDRAWALS} are allowed`);
  const fields = new Fields(data);
  return Array.from({ length: count }, () => ({ index: fields.u64(), validatorIndex: fields.u64(), address: fields.hex(20), amount: fields.u64() }));
}

function encodeWithdrawals(withdrawals: readonly Withdrawal[]): Uint8Array {
  const out = new Uint8Array(withdrawals.length * WITHDRAWAL_SIZE);
  const fields = new Fields(out);
  for (const { index, validatorIndex, address, amount } of withdrawals) {
    fields.putU64(index);
    fields.putU64(validatorIndex);
    fields.put(hexToBytes(address, 20));
    fields.putU64(amount);
  }
  return out;
}

/**
 * A payload from its SSZ encoding, which must fill `data`. Throws `InvalidInputError` for offsets out of order or range, lists longer than
 * allowed, and integers above 2^53-1. Source: specs `protocol/rollup-node-p2p.md#block-encoding`.
 */
export function decodePayloadSsz(data: Uint8Array, version: PayloadVersion): SszPayload {
  const fixed = FIXED_SIZE[version];
  if (data.length < fixed) throw new InvalidInputError(`a payload of version ${version} has at least ${fixed} bytes, not ${data.length}`);
  const fields = new Fields(data);
  const head = {
    parentHash: fields.hex(32), feeRecipient: fields.hex(20), stateRoot: fields.hex(32), receiptsRoot: fields.hex(32), logsBloom: fields.take(256), prevRandao: fields.hex(32),
    blockNumber: fields.number("block number"), gasLimit: fields.number("gas limit"), gasUsed: fields.number("gas used"), timestamp: fields.number("timestamp"),
  };
  const extraAt = fields.u32();
  const baseFeePerGas = bytesToBigInt(fields.take(32).reverse());
  const blockHash = fields.hex(32);
  const transactionsAt = fields.u32();
  const withdrawalsAt = version >= 2 ? fields.u32() : data.length;
  const blobs = version >= 3 ? { blobGasUsed: fields.number("blob gas used"), excessBlobGas: fields.number("excess blob gas") } : {};
  const root = version >= 4 ? { withdrawalsRoot: fields.hex(32) } : {};
  if (extraAt !== fixed) throw new InvalidInputError(`the payload's extra data is at offset ${extraAt}; in version ${version} it is at ${fixed}: is the version right?`);
  if (transactionsAt < extraAt || transactionsAt - extraAt > MAX_EXTRA_DATA) throw new InvalidInputError(`the payload's extra data reaches from ${extraAt} to ${transactionsAt}; it has at most ${MAX_EXTRA_DATA} bytes`);
  if (withdrawalsAt < transactionsAt || withdrawalsAt > data.length) throw new InvalidInputError(`the payload's transactions reach from ${transactionsAt} to ${withdrawalsAt} of ${data.length} bytes`);
  return {
    ...head, extraData: data.slice(extraAt, transactionsAt), baseFeePerGas, blockHash, transactions: decodeTransactions(data.subarray(transactionsAt, withdrawalsAt)),
    ...(version >= 2 ? { withdrawals: decodeWithdrawals(data.subarray(withdrawalsAt)) } : {}), ...blobs, ...root,
  };
}

/** The SSZ encoding of a payload. Throws `InvalidInputError` when it lacks a field of the version, or has more than fits. */
export function encodePayloadSsz(payload: SszPayload, version: PayloadVersion): Uint8Array {
  const need = <T>(value: T | undefined, what: string): T => {
    if (value === undefined) throw new InvalidInputError(`a payload of version ${version} has ${what}, this one (block ${payload.blockNumber}) has not`);
    return value;
  };
  if (payload.extraData.length > MAX_EXTRA_DATA) throw new InvalidInputError(`extra data has ${payload.extraData.length} bytes; at most ${MAX_EXTRA_DATA} are allowed`);
  if (payload.transactions.length > MAX_TRANSACTIONS) throw new InvalidInputError(`the payload has ${payload.transactions.length} transactions; at most ${MAX_TRANSACTIONS} are allowed`);
  const transactions = encodeTransactions(payload.transactions);
  const withdrawals = version >= 2 ? need(payload.withdrawals, "withdrawals") : [];
  if (withdrawals.length > MAX_WITHDRAWALS) throw new InvalidInputError(`the payload has ${withdrawals.length} withdrawals; at most ${MAX_WITHDRAWALS} are allowed`);
  const out = new Uint8Array(FIXED_SIZE[version]);
  const fields = new Fields(out);
  fields.put(hexToBytes(payload.parentHash, 32));
  fields.put(hexToBytes(payload.feeRecipient, 20));
  fields.put(hexToBytes(payload.stateRoot, 32));
  fields.put(hexToBytes(payload.receiptsRoot, 32));
  fields.put(payload.logsBloom);
  fields.put(hexToBytes(payload.prevRandao, 32));
  for (const value of [payload.blockNumber, payload.gasLimit, payload.gasUsed, payload.timestamp]) fields.putU64(value);
  fields.putU32(out.length);
  fields.put(bigIntToBytes(payload.baseFeePerGas, 32).reverse());
  fields.put(hexToBytes(payload.blockHash, 32));
  const transactionsAt = out.length + payload.extraData.length;
  fields.putU32(transactionsAt);
  if (version >= 2) fields.putU32(transactionsAt + transactions.length);
  if (version >= 3) {
    fields.putU64(need(payload.blobGasUsed, "blobGasUsed"));
    fields.putU64(need(payload.excessBlobGas, "excessBlobGas"));
  }
  if (version >= 4) fields.put(hexToBytes(need(payload.withdrawalsRoot, "a withdrawalsRoot"), 32));
  return concatBytes(out, payload.extraData, transactions, encodeWithdrawals(withdrawals));
}

/** The payload as the Engine API takes it. Throws `InvalidInputError` when it has withdrawals, which no OP Stack block has. */
export function enginePayloadOf({ withdrawals, ...payload }: SszPayload): ExecutionPayload {
  if (withdrawals === undefined) return payload;
  if (withdrawals.length > 0) throw new InvalidInputError(`block ${payload.blockNumber} has ${withdrawals.length} withdrawals; blocks of the OP Stack have none`);
  return { ...payload, withdrawals: [] };
}
