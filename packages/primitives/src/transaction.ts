import { bigIntToBytes, bytesToHex, concatBytes, EMPTY_BYTES, type Hex, hexToBytes, toSafeNumber } from "./bytes.ts";
import { InvalidInputError } from "./errors.ts";
import { keccak256, keccak256Hex } from "./keccak.ts";
import { type RlpItem, rlpBigInt, rlpBytes, rlpDecode, rlpEncode, rlpInteger, rlpList, rlpNumber } from "./rlp.ts";
import { recoverAddress, signHash } from "./secp256k1.ts";
import {
  type AccessList, type Authorization, type DepositTransaction, type Signature, type Signed, type SignedTransaction, type Transaction,
  TX_ACCESS_LIST, TX_BLOB, TX_DEPOSIT, TX_FEE_MARKET, TX_LEGACY, TX_SET_CODE, type UnsignedTransaction,
} from "./transaction-types.ts";

const SECP256K1_N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const SECP256K1_HALF_N = SECP256K1_N / 2n;

const optionalAddress = (address: Hex | undefined): Uint8Array => (address === undefined ? EMPTY_BYTES : hexToBytes(address, 20));
const encodeAccessList = (list: AccessList): RlpItem => list.map(({ address, storageKeys }) => [hexToBytes(address, 20), storageKeys.map((key) => hexToBytes(key, 32))]);

function encodeAuthorization(authorization: Authorization): RlpItem {
  const { chainId, address, nonce, yParity, r, s } = authorization;
  return [rlpInteger(chainId), hexToBytes(address, 20), rlpInteger(nonce), rlpInteger(yParity), rlpInteger(r), rlpInteger(s)];
}

/** The fields of a transaction that its signature covers, in order. */
function unsignedFields(tx: UnsignedTransaction): RlpItem[] {
  const to = optionalAddress(tx.to);
  const tail = [rlpInteger(tx.gas), to, rlpInteger(tx.value), tx.data];
  switch (tx.type) {
    case TX_LEGACY:
      return [rlpInteger(tx.nonce), rlpInteger(tx.gasPrice), ...tail];
    case TX_ACCESS_LIST:
      return [rlpInteger(tx.chainId), rlpInteger(tx.nonce), rlpInteger(tx.gasPrice), ...tail, encodeAccessList(tx.accessList)];
    default: {
      const fields = [rlpInteger(tx.chainId), rlpInteger(tx.nonce), rlpInteger(tx.maxPriorityFeePerGas), rlpInteger(tx.maxFeePerGas), ...tail, encodeAccessList(tx.accessList)];
      if (tx.type === TX_BLOB) return [...fields, rlpInteger(tx.maxFeePerBlobGas), tx.blobVersionedHashes.map((hash) => hexToBytes(hash, 32))];
      if (tx.type === TX_SET_CODE) return [...fields, tx.authorizationList.map(encodeAuthorization)];
      return fields;
    }
  }
}

const typed = (type: number, fields: RlpItem): Uint8Array => concatBytes(Uint8Array.of(type), rlpEncode(fields));

/** The 32-byte hash that the sender signs. */
export function signingHash(tx: UnsignedTransaction): Uint8Array {
  const fields = unsignedFields(tx);
  if (tx.type !== TX_LEGACY) return keccak256(typed(tx.type, fields));
  if (tx.chainId !== undefined) fields.push(rlpInteger(tx.chainId), EMPTY_BYTES, EMPTY_BYTES);
  return keccak256(rlpEncode(fields));
}

/** The RLP fields of a signed transaction: what stands after the type byte. */
export function signedFields(tx: SignedTransaction): RlpItem[] {
  const v = tx.type !== TX_LEGACY ? BigInt(tx.yParity) : tx.chainId === undefined ? BigInt(27 + tx.yParity) : BigInt(tx.chainId) * 2n + 35n + BigInt(tx.yParity);
  return [...unsignedFields(tx), rlpInteger(v), rlpInteger(tx.r), rlpInteger(tx.s)];
}

/** The EIP-2718 encoding of a transaction; of a blob transaction without its sidecar. */
export function encodeTransaction(tx: Transaction): Uint8Array {
  if (tx.type === TX_LEGACY) return rlpEncode(signedFields(tx));
  if (tx.type !== TX_DEPOSIT) return typed(tx.type, signedFields(tx));
  return typed(TX_DEPOSIT, [
    hexToBytes(tx.sourceHash, 32), hexToBytes(tx.from, 20), optionalAddress(tx.to), rlpInteger(tx.mint), rlpInteger(tx.value), rlpInteger(tx.gas), rlpInteger(tx.isSystemTx ? 1 : 0), tx.data,
  ]);
}

/** Whether encoded bytes are a deposit. */
export function isDepositTransaction(encoded: Uint8Array): boolean {
  return encoded[0] === TX_DEPOSIT;
}

/** The hash by which a transaction is known, from its EIP-2718 encoding. */
export function transactionHash(encoded: Uint8Array): Hex {
  return keccak256Hex(encoded);
}

/** Signs with a 32-byte private key. */
export function signTransaction<T extends UnsignedTransaction>(tx: T, key: Uint8Array): Signed<T> {
  const { signature, recovery } = signHash(signingHash(tx), key);
  return { ...tx, r: BigInt(bytesToHex(signature.subarray(0, 32))), s: BigInt(bytesToHex(signature.subarray(32))), yParity: recovery === 0 ? 0 : 1 };
}

/** The address that signed a 32-byte hash. Throws `InvalidInputError` for values out of range, and for high s (EIP-2). */
export function recoverSigner(hash: Uint8Array, { r, s, yParity }: { readonly r: bigint; readonly s: bigint; readonly yParity: number }): Hex {
  if (r <= 0n || r >= SECP256K1_N || s <= 0n || s > SECP256K1_HALF_N) throw new InvalidInputError("the signature's r or s is out of range");
  if (yParity !== 0 && yParity !== 1) throw new InvalidInputError(`the signature's parity is ${yParity}, not 0 or 1`);
  return bytesToHex(recoverAddress(hash, concatBytes(bigIntToBytes(r, 32), bigIntToBytes(s, 32)), yParity));
}

/** The address that signed a transaction. Throws `InvalidInputError` for a signature that no key can have made. */
export function recoverSender(tx: SignedTransaction): Hex {
  return recoverSigner(signingHash(tx), tx);
}

function decodeTo(item: RlpItem | undefined, required: boolean): Hex | undefined {
  const bytes = rlpBytes(item, "to");
  if (bytes.length === 0 && !required) return undefined;
  return bytesToHex(rlpBytes(bytes, "to", 20));
}

function decodeAccessList(item: RlpItem | undefined): AccessList {
  return rlpList(item, "access list").map((entry) => {
    const [address, keys] = rlpList(entry, "access list entry", 2);
    return { address: bytesToHex(rlpBytes(address, "access list address", 20)), storageKeys: rlpList(keys, "storage keys").map((key) => bytesToHex(rlpBytes(key, "storage key", 32))) };
  });
}

function decodeAuthorization(item: RlpItem): Authorization {
  const [chainId, address, nonce, yParity, r, s] = rlpList(item, "authorization", 6);
  return {
    chainId: rlpBigInt(chainId, "authorization chain id"),
    address: bytesToHex(rlpBytes(address, "authorization address", 20)),
    nonce: rlpBigInt(nonce, "authorization nonce", 8),
    yParity: Number(rlpBigInt(yParity, "authorization parity", 1)),
    r: rlpBigInt(r, "authorization r"),
    s: rlpBigInt(s, "authorization s"),
  };
}

function decodeSignature(parity: RlpItem | undefined, r: RlpItem | undefined, s: RlpItem | undefined): Signature {
  const yParity = rlpBigInt(parity, "y parity", 1);
  if (yParity > 1n) throw new InvalidInputError(`y parity is ${yParity}, not 0 or 1`);
  return { yParity: yParity === 0n ? 0 : 1, r: rlpBigInt(r, "r"), s: rlpBigInt(s, "s") };
}

function decodeLegacy(encoded: Uint8Array): Transaction {
  const [nonce, gasPrice, gas, to, value, data, vItem, r, s] = rlpList(rlpDecode(encoded), "legacy transaction", 9);
  const v = rlpBigInt(vItem, "v");
  const unprotected = v === 27n || v === 28n;
  if (!unprotected && v < 35n) throw new InvalidInputError(`v is ${v}: neither 27, 28 nor of EIP-155`);
  const address = decodeTo(to, false);
  return {
    type: TX_LEGACY,
    ...(unprotected ? {} : { chainId: toSafeNumber((v - 35n) / 2n, "chain id") }),
    nonce: rlpNumber(nonce, "nonce"),
    gasPrice: rlpBigInt(gasPrice, "gas price"),
    gas: rlpNumber(gas, "gas"),
    ...(address === undefined ? {} : { to: address }),
    value: rlpBigInt(value, "value"),
    data: rlpBytes(data, "data"),
    yParity: (unprotected ? v - 27n : (v - 35n) % 2n) === 0n ? 0 : 1,
    r: rlpBigInt(r, "r"),
    s: rlpBigInt(s, "s"),
  };
}

function decodeAccessListTransaction(fields: readonly RlpItem[]): Transaction {
  const [chainId, nonce, gasPrice, gas, to, value, data, accessList, parity, r, s] = rlpList(fields, "access list transaction", 11);
  const address = decodeTo(to, false);
  return {
    type: TX_ACCESS_LIST,
    chainId: rlpNumber(chainId, "chain id"), nonce: rlpNumber(nonce, "nonce"), gasPrice: rlpBigInt(gasPrice, "gas price"), gas: rlpNumber(gas, "gas"),
    ...(address === undefined ? {} : { to: address }),
    value: rlpBigInt(value, "value"), data: rlpBytes(data, "data"), accessList: decodeAccessList(accessList), ...decodeSignature(parity, r, s),
  };
}

const FEE_MARKET_FIELDS = 9;
const EXTRA_FIELDS = { [TX_FEE_MARKET]: 0, [TX_BLOB]: 2, [TX_SET_CODE]: 1 } as const;

function decodeFeeMarketFamily(type: typeof TX_FEE_MARKET | typeof TX_BLOB | typeof TX_SET_CODE, fields: readonly RlpItem[]): Transaction {
  rlpList(fields, `type ${type} transaction`, FEE_MARKET_FIELDS + EXTRA_FIELDS[type] + 3);
  const [chainId, nonce, tip, feeCap, gas, to, value, data, accessList] = fields;
  const extra = fields.slice(FEE_MARKET_FIELDS, FEE_MARKET_FIELDS + EXTRA_FIELDS[type]);
  const [parity, r, s] = fields.slice(-3);
  const address = decodeTo(to, type !== TX_FEE_MARKET);
  const common = {
    chainId: rlpNumber(chainId, "chain id"), nonce: rlpNumber(nonce, "nonce"), maxPriorityFeePerGas: rlpBigInt(tip, "priority fee"), maxFeePerGas: rlpBigInt(feeCap, "fee cap"), gas: rlpNumber(gas, "gas"),
    value: rlpBigInt(value, "value"), data: rlpBytes(data, "data"), accessList: decodeAccessList(accessList), ...decodeSignature(parity, r, s),
  };
  if (type === TX_FEE_MARKET || address === undefined) return { type: TX_FEE_MARKET, ...common, ...(address === undefined ? {} : { to: address }) };
  if (type === TX_BLOB) {
    return { type, ...common, to: address, maxFeePerBlobGas: rlpBigInt(extra[0], "blob fee cap"), blobVersionedHashes: rlpList(extra[1], "blob hashes").map((hash) => bytesToHex(rlpBytes(hash, "blob hash", 32))) };
  }
  return { type, ...common, to: address, authorizationList: rlpList(extra[0], "authorization list").map(decodeAuthorization) };
}

function decodeDeposit(fields: readonly RlpItem[]): Transaction {
  const [sourceHash, from, to, mint, value, gas, isSystem, data] = rlpList(fields, "deposit", 8);
  const address = decodeTo(to, false);
  const system = rlpBigInt(isSystem, "isSystemTx", 1);
  if (system > 1n) throw new InvalidInputError(`isSystemTx is ${system}, not 0 or 1`);
  return {
    type: TX_DEPOSIT,
    sourceHash: bytesToHex(rlpBytes(sourceHash, "source hash", 32)), from: bytesToHex(rlpBytes(from, "from", 20)),
    ...(address === undefined ? {} : { to: address }),
    mint: rlpBigInt(mint, "mint"), value: rlpBigInt(value, "value"), gas: rlpNumber(gas, "gas"), isSystemTx: system === 1n, data: rlpBytes(data, "data"),
  } satisfies DepositTransaction;
}

/** Decodes an EIP-2718 transaction that fills `encoded`; `data` is a view of it. Throws `InvalidInputError`. */
export function decodeTransaction(encoded: Uint8Array): Transaction {
  const first = encoded[0];
  if (first === undefined) throw new InvalidInputError("a transaction has no bytes");
  if (first >= 0xc0) return decodeLegacy(encoded);
  if (first !== TX_ACCESS_LIST && first !== TX_FEE_MARKET && first !== TX_BLOB && first !== TX_SET_CODE && first !== TX_DEPOSIT) throw new InvalidInputError(`unknown transaction type 0x${first.toString(16)}`);
  const fields = rlpList(rlpDecode(encoded.subarray(1)), `type ${first} transaction`);
  if (first === TX_DEPOSIT) return decodeDeposit(fields);
  if (first === TX_ACCESS_LIST) return decodeAccessListTransaction(fields);
  return decodeFeeMarketFamily(first, fields);
}
