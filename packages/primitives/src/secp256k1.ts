import { createRequire } from "node:module";
import { secp256k1 as noble } from "@noble/curves/secp256k1.js";
import { bytesToHex, type Hex } from "./bytes.ts";
import { InvalidInputError } from "./errors.ts";
import { keccak256 } from "./keccak.ts";

/** The three operations that the stack needs, over 32-byte hashes and keys, 64-byte r‖s signatures. */
interface Backend {
  recover(hash: Uint8Array, signature: Uint8Array, recovery: number): Uint8Array;
  sign(hash: Uint8Array, key: Uint8Array): { readonly signature: Uint8Array; readonly recovery: number };
  publicKey(key: Uint8Array): Uint8Array;
}

interface NativeModule {
  ecdsaRecover(signature: Uint8Array, recovery: number, hash: Uint8Array, compressed: boolean): Uint8Array;
  ecdsaSign(hash: Uint8Array, key: Uint8Array): { signature: Uint8Array; recid: number };
  publicKeyCreate(key: Uint8Array, compressed: boolean): Uint8Array;
}

function nativeBackend(): Backend {
  const native: NativeModule = createRequire(import.meta.url)("secp256k1/bindings.js");
  return {
    recover: (hash, signature, recovery) => native.ecdsaRecover(signature, recovery, hash, false),
    sign: (hash, key) => {
      const { signature, recid } = native.ecdsaSign(hash, key);
      return { signature, recovery: recid };
    },
    publicKey: (key) => native.publicKeyCreate(key, false),
  };
}

function nobleBackend(): Backend {
  return {
    recover: (hash, signature, recovery) => {
      const tagged = new Uint8Array(65);
      tagged[0] = recovery;
      tagged.set(signature, 1);
      return noble.Point.fromBytes(noble.recoverPublicKey(tagged, hash, { prehash: false })).toBytes(false);
    },
    sign: (hash, key) => {
      const tagged = noble.sign(hash, key, { prehash: false, format: "recovered", lowS: true });
      return { signature: tagged.slice(1), recovery: tagged[0]! };
    },
    publicKey: (key) => noble.getPublicKey(key, false),
  };
}

/** Whether the native library serves signatures; the pure stand-in is some forty times slower. */
export let secp256k1IsNative = true;
let backend: Backend;
try {
  backend = nativeBackend();
} catch {
  secp256k1IsNative = false;
  backend = nobleBackend();
}

/** The address (20 bytes) of an uncompressed 65-byte public key. */
function publicKeyToAddress(publicKey: Uint8Array): Uint8Array {
  return keccak256(publicKey.subarray(1)).slice(12);
}

/**
 * The 20-byte address that signed a 32-byte hash; `signature` is r‖s, `recovery` 0 or 1.
 * Throws `InvalidInputError` when no key can have made the signature.
 */
export function recoverAddress(hash: Uint8Array, signature: Uint8Array, recovery: number): Uint8Array {
  let key: Uint8Array;
  try {
    key = backend.recover(hash, signature, recovery);
  } catch {
    throw new InvalidInputError(`signature ${bytesToHex(signature).slice(0, 20)}… recovers to no public key`);
  }
  return publicKeyToAddress(key);
}

/** Signs a 32-byte hash: r‖s (64 bytes, low s) and the recovery bit. */
export function signHash(hash: Uint8Array, key: Uint8Array): { readonly signature: Uint8Array; readonly recovery: number } {
  return backend.sign(hash, key);
}

/** The address of a 32-byte private key. */
export function privateKeyToAddress(key: Uint8Array): Hex {
  return bytesToHex(publicKeyToAddress(backend.publicKey(key)));
}
