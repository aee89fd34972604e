import { createHash } from "node:crypto";
import { bytesToBigInt, EMPTY_BYTES, InvalidInputError, recoverAddress } from "@pangaea/primitives";
import { type Precompile, slice, words } from "./precompile.ts";

const SECP256K1_N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const inRange = (value: bigint): boolean => value > 0n && value < SECP256K1_N;

/** 0x01: the signer of a hash, nothing when there is none. */
export const ecrecover: Precompile = (data) => ({
  gas: 3_000,
  run: () => {
    const v = bytesToBigInt(slice(data, 32, 32));
    const signature = slice(data, 64, 64);
    if ((v !== 27n && v !== 28n) || !inRange(bytesToBigInt(signature.subarray(0, 32))) || !inRange(bytesToBigInt(signature.subarray(32)))) return EMPTY_BYTES;
    try {
      const out = new Uint8Array(32);
      out.set(recoverAddress(slice(data, 0, 32), signature, Number(v - 27n)), 12);
      return out;
    } catch (error) {
      if (error instanceof InvalidInputError) return EMPTY_BYTES;
      throw error;
    }
  },
});

/** 0x02. */
export const sha256: Precompile = (data) => ({ gas: 60 + 12 * words(data.length), run: () => new Uint8Array(createHash("sha256").update(data).digest()) });

/** 0x03. */
export const ripemd160: Precompile = (data) => ({
  gas: 600 + 120 * words(data.length),
  run: () => {
    const out = new Uint8Array(32);
    out.set(createHash("ripemd160").update(data).digest(), 12);
    return out;
  },
});

/** 0x04. */
export const identity: Precompile = (data) => ({ gas: 15 + 3 * words(data.length), run: () => data });
