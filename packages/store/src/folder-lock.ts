import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { CriticalError, errorMessage } from "@pangaea/primitives";

const LOCK_FILE = "lock";
/** Where Linux tells when a process began: the 22nd field of its status, the 20th after the name in parentheses. */
const START_FIELD = 19;
/** A lock left by a dead process may have to be taken twice, when another takes it at the same time. */
const TRIES = 3;

/** The owner of a folder: its process id, and when it began where the system tells, since ids are used again. */
interface Owner {
  readonly pid: number;
  readonly began: string;
}

/**
 * Makes this process the only user of a folder, which is made when it is not there; `release` gives it back. What a process that died held is free.
 * Throws `CriticalError` when another process uses the folder, or when it cannot be made.
 */
export function lockFolder(folder: string): { release(): void } {
  const file = join(folder, LOCK_FILE);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (let attempt = 0; attempt < TRIES; attempt++) {
      if (created(file)) return { release: () => rmSync(file, { force: true }) };
      const owner = readOwner(file);
      if (owner !== undefined && isAlive(owner)) throw new CriticalError(`the folder ${folder} is in use by process ${owner.pid}: stop that, or give another --data-dir`);
      rmSync(file, { force: true });
    }
  } catch (error) {
    if (error instanceof CriticalError) throw error;
    throw new CriticalError(`the folder ${folder} cannot be used (${errorMessage(error)}): give a --data-dir that this user may write to`);
  }
  throw new CriticalError(`the folder ${folder} is being taken by another process: give another --data-dir`);
}

/** Puts this process's mark into the file, unless there is one. */
function created(file: string): boolean {
  try {
    const handle = openSync(file, "wx", 0o600);
    writeSync(handle, `${process.pid} ${beganAt(process.pid)}\n`);
    closeSync(handle);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

function readOwner(file: string): Owner | undefined {
  try {
    const [pid, began = ""] = readFileSync(file, "utf8").trim().split(" ");
    return { pid: Number(pid), began };
  } catch {
    return undefined;
  }
}

function isAlive({ pid, began }: Owner): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EPERM")) return false;
  }
  return beganAt(pid) === began;
}

/** When a process began, in the system's own count; empty where the system does not tell. */
function beganAt(pid: number): string {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, "utf8");
    return status.slice(status.lastIndexOf(")") + 2).split(" ")[START_FIELD] ?? "";
  } catch {
    return "";
  }
}
