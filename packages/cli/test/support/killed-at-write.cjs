// Loaded ahead of a supernode: it kills itself with SIGKILL at the first write of interop's decisions since its start that is of another kind than those
// of PAST: KILL=before amid it, while it is not durable, KILL=after as soon as it is. It says on a line what it wrote.
const { writeSync } = require("node:fs");
const { isMainThread } = require("node:worker_threads");

/** What interop's store of decisions holds, by the first byte of the keys. */
const KINDS = { 1: "verified", 2: "write-ahead log", 3: "denied", 4: "basis", 5: "failsafe" };
const side = process.env.KILL;
const past = new Set((process.env.PAST ?? "").split(","));

function watched(database) {
  let wrote = new Set();
  const note = (what, key) => wrote.add(`${what} ${KINDS[key[0]] ?? "?"}`);
  const dieIf = (now) => {
    if (side !== now || [...wrote].every((what) => past.has(what))) return;
    writeSync(1, `${JSON.stringify({ killed: side, wrote: [...wrote] })}\n`);
    process.kill(process.pid, "SIGKILL");
  };
  const { putSync, removeSync, transactionSync } = database;
  database.putSync = (key, ...rest) => {
    note("put", key);
    return putSync.call(database, key, ...rest);
  };
  database.removeSync = (key, ...rest) => {
    note("remove", key);
    return removeSync.call(database, key, ...rest);
  };
  database.transactionSync = (act) => {
    wrote = new Set();
    const done = transactionSync.call(database, () => {
      const result = act();
      dieIf("before");
      return result;
    });
    dieIf("after");
    return done;
  };
  return database;
}

if (isMainThread) {
  const lmdb = require("lmdb");
  const { open } = lmdb;
  lmdb.open = (options) => (options.path.endsWith("interop/decisions") ? watched(open(options)) : open(options));
}
