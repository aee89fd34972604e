import { writeSync } from "node:fs";
import { createRequire } from "node:module";
import { isMainThread } from "node:worker_threads";
import type { Database } from "lmdb";

/** What interop's store of decisions holds, by the first byte of the keys. */
const KINDS: Readonly<Record<number, string>> = { 1: "verified", 2: "write-ahead log", 3: "denied", 4: "basis", 5: "failsafe" };
const side = process.env.KILL;
const past = new Set((process.env.PAST ?? "").split(","));

/**
 * `pangaea`, which kills itself at the first write of interop's decisions since its start that is of another kind than those of PAST: KILL=before amid it, while
 * it is not durable, KILL=after as soon as it is. Says on a line what it wrote.
 */
if (isMainThread) {
  const lmdb = createRequire(import.meta.url)("lmdb") as { open: (options: { readonly path: string }) => Database<Uint8Array, Buffer> };
  const { open } = lmdb;
  lmdb.open = (options) => {
    const database = open(options);
    if (!options.path.endsWith("interop/decisions")) return database;
    let wrote = new Set<string>();
    const note = (what: "put" | "remove", key: Uint8Array) => wrote.add(`${what} ${KINDS[key[0]!] ?? "?"}`);
    const dieIf = (now: string) => {
      if (side !== now || [...wrote].every((what) => past.has(what))) return;
      writeSync(1, `${JSON.stringify({ killed: side, wrote: [...wrote] })}\n`);
      process.kill(process.pid, "SIGKILL");
    };
    const { putSync, removeSync, transactionSync } = database;
    database.putSync = (key: Uint8Array, ...rest: readonly unknown[]) => {
      note("put", key);
      return (putSync as (...all: readonly unknown[]) => boolean).call(database, key, ...rest);
    };
    database.removeSync = (key: Uint8Array, ...rest: readonly unknown[]) => {
      note("remove", key);
      return (removeSync as (...all: readonly unknown[]) => boolean).call(database, key, ...rest);
    };
    database.transactionSync = <T>(act: () => T): T => {
      wrote = new Set();
      const done = transactionSync.call(database, () => {
        const result = act();
        dieIf("before");
        return result;
      }) as T;
      dieIf("after");
      return done;
    };
    return database;
  };
}
await import("../../src/main.ts");
