import { FileStore, LmdbStore } from "../../src/index.ts";

/** Writes batches without end: each has its number in "head" and in a hundred rows; says each number when the batch is durable. */
const [, , path, kind] = process.argv;
const store = kind === "file" ? new FileStore(path!) : new LmdbStore(path!);
for (let number = 1; ; number++) {
  const value = new Uint8Array(Uint32Array.of(number).buffer);
  store.write([[Uint8Array.of(0), value], ...Array.from({ length: 100 }, (_, row) => [Uint8Array.of(1, row), value] as const), [new Uint8Array([2, ...value]), value]]);
  process.stdout.write(`${number}\n`);
}
