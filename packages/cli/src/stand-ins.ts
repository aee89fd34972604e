import { nativeKzgProblem } from "@pangaea/l1";
import { secp256k1IsNative } from "@pangaea/primitives";
import { lmdbProblem } from "@pangaea/store";

/** What runs slower here than it might, because a native library is missing: in words, with the remedy. */
export function standIns(): readonly string[] {
  const kzg = nativeKzgProblem();
  const lmdb = lmdbProblem();
  return [
    ...(kzg === undefined ? [] : [`KZG runs in WebAssembly, ten times slower, and needs half a minute to start: @crate-crypto/node-eth-kzg cannot be loaded (${kzg})`]),
    ...(lmdb === undefined ? [] : [`stores are kept in memory and in a log, not in LMDB: lmdb cannot be loaded (${lmdb})`]),
    ...(secp256k1IsNative ? [] : ["signatures are recovered in JavaScript, forty times slower: secp256k1 has no binding for this machine"]),
  ].map((one) => `${one}; run npm install again, on a platform that the package is built for or with a compiler, make and Python`);
}
