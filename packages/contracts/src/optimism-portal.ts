import { bytesEqual, bytesToBigInt, bytesToHex, type Hex, InvalidInputError, keccak256, type Log, readU64, toSafeNumber, utf8ToBytes, ZERO_ADDRESS } from "@pangaea/primitives";
import { abiBytesAt, encodeCall } from "./abi.ts";

/** What a call of `depositTransaction` asks for on L2. Wei and gas; `to` undefined creates a contract. The minted amount is the call's own value. */
export interface DepositRequest {
  readonly to?: Hex | undefined;
  readonly value: bigint;
  readonly gasLimit: number;
  readonly data: Uint8Array;
}

/** A `TransactionDeposited` event. `from` is aliased already when a contract called. */
export interface TransactionDeposited extends DepositRequest {
  readonly from: Hex;
  readonly mint: bigint;
}

export const TRANSACTION_DEPOSITED: Uint8Array = keccak256(utf8ToBytes("TransactionDeposited(address,address,uint256,bytes)"));
const DEPOSIT_SIGNATURE = "depositTransaction(address,uint256,uint64,bool,bytes)";
const BASE_GAS = 21_000;
const GAS_PER_BYTE = 40;
const OPAQUE_FIXED_SIZE = 73;

/** Least L2 gas that the portal sells a deposit with so many bytes of data for. Source: specs `protocol/deposits.md`. */
export const minimumDepositGas = (dataLength: number): number => BASE_GAS + GAS_PER_BYTE * dataLength;

/** Calldata for the portal. Source: specs `protocol/deposits.md`. */
export function encodeDepositTransaction({ to, value, gasLimit, data }: DepositRequest): Uint8Array {
  return encodeCall(DEPOSIT_SIGNATURE, [to ?? ZERO_ADDRESS, value, gasLimit, to === undefined, data]);
}

/** Reads the portal's event. Throws `InvalidInputError` when the log is another or malformed. */
export function decodeTransactionDeposited(log: Pick<Log, "topics" | "data">): TransactionDeposited {
  const [event, from, to, version] = log.topics;
  if (event === undefined || from === undefined || to === undefined || version === undefined || log.topics.length !== 4 || !bytesEqual(event, TRANSACTION_DEPOSITED)) {
    throw new InvalidInputError("the log is not a TransactionDeposited");
  }
  if (version.some((byte) => byte !== 0)) throw new InvalidInputError(`TransactionDeposited version ${bytesToHex(version)} is unknown; only 0 is`);
  const opaque = abiBytesAt(log.data, 0);
  if (opaque.length < OPAQUE_FIXED_SIZE) throw new InvalidInputError(`TransactionDeposited has ${opaque.length} bytes of opaque data, fewer than ${OPAQUE_FIXED_SIZE}`);
  return {
    from: bytesToHex(from.subarray(12)),
    to: opaque[72] === 0 ? bytesToHex(to.subarray(12)) : undefined,
    mint: bytesToBigInt(opaque.subarray(0, 32)),
    value: bytesToBigInt(opaque.subarray(32, 64)),
    gasLimit: toSafeNumber(readU64(opaque, 64), "deposit gas limit"),
    data: opaque.slice(OPAQUE_FIXED_SIZE),
  };
}
