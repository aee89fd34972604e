import { INTEROP_PREDEPLOYS } from "@pangaea/config";
import { type Clock, type Hex, type Logger, silentLogger } from "@pangaea/primitives";
import type { MessageCheck, MessageCheckResult, MessageDescriptor, MessageFilter } from "../../src/index.ts";
import { type Account, signed } from "./chain.ts";

export const OK: MessageCheckResult = { kind: "ok" };
export const REFUSED: MessageCheckResult = { kind: "refused", code: -320600, message: "conflicting data" };
export const WAIT: MessageCheckResult = { kind: "wait", code: -320500, message: "skipped data" };

export const entry = (n: number): Hex => `0x03${n.toString(16).padStart(62, "0")}`;

/** A signed call with these entries under CrossL2Inbox. */
export function executing(from: Account, nonce: number, entries: readonly Hex[], fields: Parameters<typeof signed>[2] = {}): Uint8Array {
  return signed(from, nonce, { ...fields, accessList: [{ address: INTEROP_PREDEPLOYS.crossL2Inbox, storageKeys: [...entries] }] });
}

export interface Question {
  readonly checks: readonly MessageCheck[];
  readonly descriptor: MessageDescriptor;
}

/** A filter that says of each check what its first entry is scripted to get, or else yes, and keeps what it was asked. */
export class ScriptedFilter implements MessageFilter {
  readonly asked: Question[] = [];
  readonly script = new Map<Hex, MessageCheckResult>();
  /** Takes the place of the script, when set. */
  instead: (() => Promise<readonly MessageCheckResult[]>) | undefined;

  async check(checks: readonly MessageCheck[], descriptor: MessageDescriptor): Promise<readonly MessageCheckResult[]> {
    this.asked.push({ checks, descriptor });
    return this.instead?.() ?? checks.map(({ entries }) => this.script.get(entries[0]!) ?? OK);
  }
}

/** A clock on which every sleep lasts until `pass`. */
export class StoppedClock implements Clock {
  readonly #sleepers = new Map<() => void, number>();
  now(): number {
    return 0;
  }
  /** How long each sleeper wants to sleep, in milliseconds. */
  get sleeping(): readonly number[] {
    return [...this.#sleepers.values()];
  }
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#sleepers.set(resolve, ms);
      signal?.addEventListener("abort", () => {
        this.#sleepers.delete(resolve);
        reject(signal.reason as Error);
      });
    });
  }
  pass(): void {
    for (const wake of this.#sleepers.keys()) wake();
    this.#sleepers.clear();
  }
}

/** A logger that keeps the debug lines and the warnings. */
export function keptLines(): Logger & { readonly lines: { readonly message: string; readonly fields: unknown }[] } {
  const lines: { message: string; fields: unknown }[] = [];
  const keep: Logger["debug"] = (message, fields) => void lines.push({ message, fields });
  return { ...silentLogger, lines, debug: keep, warn: keep };
}
