import { BLOB_SIZE } from "@pangaea/primitives";
import { expect, it } from "vitest";
import { nativeKzg, nativeKzgProblem } from "../src/kzg/native-kzg.ts";
import { wasmKzg } from "../src/kzg/wasm-kzg.ts";

it("the stand-in in WebAssembly commits, proves and verifies as the native library does", async () => {
  expect(nativeKzgProblem()).toBeUndefined();
  const native = nativeKzg();
  const wasm = await wasmKzg();
  const blob = Uint8Array.from({ length: BLOB_SIZE }, (_, i) => (i % 32 === 0 ? 0 : (i * 11 + 5) & 0xff));
  const commitment = native.commit(blob);
  const proof = native.prove(blob, commitment);
  expect(wasm.commit(blob)).toEqual(new Uint8Array(commitment));
  expect(wasm.prove(blob, commitment)).toEqual(new Uint8Array(proof));
  expect(wasm.cellProofs(blob)).toEqual(native.cellProofs(blob).map((one) => new Uint8Array(one)));
  for (const library of [native, wasm]) {
    expect(library.verify(blob, commitment, proof)).toBe(true);
    expect(library.verify(blob, commitment, commitment)).toBe(false);
    expect(library.verify(blob, commitment, new Uint8Array(48).fill(1))).toBe(false);
    expect(library.verify(new Uint8Array(BLOB_SIZE).fill(0xff), commitment, proof)).toBe(false);
    expect(() => library.commit(new Uint8Array(BLOB_SIZE).fill(0xff))).toThrow();
  }
});
