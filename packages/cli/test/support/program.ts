import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { inject } from "vitest";

const root = fileURLToPath(new URL("../../../../", import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The `pangaea` command as it is shipped: built from the sources of now. */
const PANGAEA = inject("pangaea");

/** The running `pangaea` command, or another program of the tests. */
export class Program {
  readonly child: ChildProcess;
  readonly lines: string[] = [];
  stderr = "";
  #waiting: (() => void)[] = [];

  constructor(argv: readonly string[], environment: Readonly<Record<string, string>> = {}, entry = PANGAEA) {
    this.child = spawn(process.execPath, [...(entry.endsWith(".ts") ? ["scripts/run.mjs"] : []), entry, ...argv], { cwd: root, env: { ...process.env, ...environment }, stdio: ["ignore", "pipe", "pipe"] });
    createInterface({ input: this.child.stdout! }).on("line", (line) => {
      this.lines.push(line);
      this.#notify();
    });
    this.child.stderr!.on("data", (chunk) => {
      this.stderr += String(chunk);
    });
    this.child.on("exit", () => this.#notify());
  }

  #notify(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** The first line of output that satisfies `test`. Throws when the program ends before it comes. */
  async line(test: (line: string) => boolean): Promise<string> {
    for (let seen = 0; ; ) {
      for (; seen < this.lines.length; seen++) if (test(this.lines[seen]!)) return this.lines[seen]!;
      if (this.child.exitCode !== null || this.child.signalCode !== null) throw new Error(`pangaea ended (${this.child.exitCode ?? this.child.signalCode}) before the awaited line\n${this.lines.join("\n")}\n${this.stderr}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  async finished(): Promise<Finished> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, "exit");
    return { code: this.child.exitCode, stdout: this.lines.join("\n"), stderr: this.stderr };
  }

  async stop(signal: NodeJS.Signals = "SIGINT"): Promise<Finished> {
    this.child.kill(signal);
    return this.finished();
  }
}

/** Waits until `probe` gives something other than undefined or false; the failure names what was awaited, the last answer and what `log` then says. */
export async function until<T>(what: string, probe: () => Promise<T | undefined | false>, seconds = 60, log: () => string = () => ""): Promise<T> {
  const deadline = Date.now() + seconds * 1_000;
  let last: unknown;
  while (Date.now() < deadline) {
    try {
      const value = await probe();
      if (value !== undefined && value !== false) return value;
      last = value;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${what}: not so after ${seconds} s (last: ${last instanceof Error ? last.message : JSON.stringify(last)})\n${log()}`);
}
