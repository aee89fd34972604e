import { p256 } from "@noble/curves/nist.js";
import { concatBytes, EMPTY_BYTES } from "@pangaea/primitives";
import type { Precompile } from "./precompile.ts";

/** 0x100: verifies a secp256r1 signature. Source: RIP-7212, EIP-7951. */
export function p256Verify(gas: number): Precompile {
  return (data) => ({
    gas,
    run: () => {
      if (data.length !== 160) return EMPTY_BYTES;
      try {
        const key = concatBytes(Uint8Array.of(4), data.subarray(96, 160));
        if (!p256.verify(data.slice(32, 96), data.slice(0, 32), key, { prehash: false, lowS: false })) return EMPTY_BYTES;
      } catch {
        return EMPTY_BYTES;
      }
      const out = new Uint8Array(32);
      out[31] = 1;
      return out;
    },
  });
}
