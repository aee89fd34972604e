import type { Hex } from "./bytes.ts";

export const TX_LEGACY = 0;
export const TX_ACCESS_LIST = 1;
export const TX_FEE_MARKET = 2;
export const TX_BLOB = 3;
export const TX_SET_CODE = 4;
export const TX_DEPOSIT = 126;

export type AccessList = readonly { readonly address: Hex; readonly storageKeys: readonly Hex[] }[];

/** An EIP-7702 authorization tuple. */
export interface Authorization {
  readonly chainId: bigint;
  readonly address: Hex;
  readonly nonce: bigint;
  readonly yParity: number;
  readonly r: bigint;
  readonly s: bigint;
}

interface Payload {
  readonly nonce: number;
  readonly gas: number;
  /** Absent for a contract creation. */
  readonly to?: Hex;
  readonly value: bigint;
  readonly data: Uint8Array;
}

interface FeeMarketFields {
  readonly chainId: number;
  readonly maxPriorityFeePerGas: bigint;
  readonly maxFeePerGas: bigint;
  readonly accessList: AccessList;
}

export interface UnsignedLegacy extends Payload {
  readonly type: typeof TX_LEGACY;
  /** Absent without replay protection (before EIP-155). */
  readonly chainId?: number;
  readonly gasPrice: bigint;
}
export interface UnsignedAccessList extends Payload {
  readonly type: typeof TX_ACCESS_LIST;
  readonly chainId: number;
  readonly gasPrice: bigint;
  readonly accessList: AccessList;
}
export interface UnsignedFeeMarket extends Payload, FeeMarketFields {
  readonly type: typeof TX_FEE_MARKET;
}
export interface UnsignedBlob extends Payload, FeeMarketFields {
  readonly type: typeof TX_BLOB;
  readonly to: Hex;
  readonly maxFeePerBlobGas: bigint;
  readonly blobVersionedHashes: readonly Hex[];
}
export interface UnsignedSetCode extends Payload, FeeMarketFields {
  readonly type: typeof TX_SET_CODE;
  readonly to: Hex;
  readonly authorizationList: readonly Authorization[];
}

export type UnsignedTransaction = UnsignedLegacy | UnsignedAccessList | UnsignedFeeMarket | UnsignedBlob | UnsignedSetCode;

export interface Signature {
  readonly r: bigint;
  readonly s: bigint;
  readonly yParity: 0 | 1;
}

export type Signed<T extends UnsignedTransaction = UnsignedTransaction> = T & Signature;
export type LegacyTransaction = Signed<UnsignedLegacy>;
export type AccessListTransaction = Signed<UnsignedAccessList>;
export type FeeMarketTransaction = Signed<UnsignedFeeMarket>;
export type BlobTransaction = Signed<UnsignedBlob>;
export type SetCodeTransaction = Signed<UnsignedSetCode>;
export type SignedTransaction = LegacyTransaction | AccessListTransaction | FeeMarketTransaction | BlobTransaction | SetCodeTransaction;

/** A deposit: no signature, no fees. `mint` in wei, 0 for none. Source: specs `protocol/deposits.md`. */
export interface DepositTransaction {
  readonly type: typeof TX_DEPOSIT;
  readonly sourceHash: Hex;
  readonly from: Hex;
  readonly to?: Hex;
  readonly mint: bigint;
  readonly value: bigint;
  readonly gas: number;
  readonly isSystemTx: boolean;
  readonly data: Uint8Array;
}

export type Transaction = SignedTransaction | DepositTransaction;
