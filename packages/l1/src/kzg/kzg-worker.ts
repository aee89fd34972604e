import { serveWorker } from "@pangaea/rpc";
import type { KzgLibrary } from "./kzg-library.ts";
import { nativeKzg, nativeKzgProblem } from "./native-kzg.ts";
import { wasmKzg } from "./wasm-kzg.ts";

let library: Promise<KzgLibrary> | undefined;
const kzg = (): Promise<KzgLibrary> => (library ??= nativeKzgProblem() === undefined ? Promise.resolve(nativeKzg()) : wasmKzg());
const copy = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes);

serveWorker({
  load: async () => {
    await kzg();
  },
  commit: async (blob: Uint8Array) => copy((await kzg()).commit(blob)),
  prove: async (blob: Uint8Array, commitment: Uint8Array) => copy((await kzg()).prove(blob, commitment)),
  cellProofs: async (blob: Uint8Array) => (await kzg()).cellProofs(blob).map(copy),
  verify: async (blob: Uint8Array, commitment: Uint8Array, proof: Uint8Array) => (await kzg()).verify(blob, commitment, proof),
});
