import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

const SOURCES = ["scripts/run.mjs", "packages/cli/src/main.ts"];

/** The `pangaea` command in a process of its own, in a process group of its own. */
export class Program {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Starts a command line and waits for its line of JSON. */
  static async start(command: string, argv: readonly string[]): Promise<{ readonly program: Program; readonly line: unknown }> {
    const child = spawn(command, argv, { stdio: ["ignore", "pipe", "inherit"], detached: true });
    for await (const line of createInterface({ input: child.stdout })) if (line.startsWith("{")) return { program: new Program(child), line: JSON.parse(line) };
    throw new Error(`${command} ${argv.join(" ")} ended before it was ready`);
  }

  static pangaea(...argv: readonly string[]): Promise<{ readonly program: Program; readonly line: unknown }> {
    return Program.start(process.execPath, [...SOURCES, ...argv]);
  }

  /** Resident memory of Pangaea's process and all below it, in megabytes; an npm above it does not count. */
  memory(): number {
    const rows = execFileSync("ps", ["-eo", "pid=,ppid=,rss=,args="]).toString().trim().split("\n").map((line) => {
      const [pid, ppid, rss, ...args] = line.trim().split(/\s+/);
      return { pid: Number(pid), ppid: Number(ppid), rss: Number(rss), args: args.join(" ") };
    });
    const family = (pid: number): typeof rows => rows.filter((row) => row.pid === pid || row.ppid === pid).flatMap((row) => (row.pid === pid ? [row] : family(row.pid)));
    const isOurs = (args: string) => args.includes(SOURCES.join(" ")) && !args.startsWith("sh ");
    const top = family(this.#child.pid!).find(({ args }) => isOurs(args));
    if (top === undefined) throw new Error("the cluster is not to be found among the processes");
    return family(top.pid).reduce((sum, { rss }) => sum + rss, 0) / 1_024;
  }

  /** Ends it as Ctrl-C does: every process of the group hears of it. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, "exit");
    process.kill(-this.#child.pid!, "SIGINT");
    await exited;
  }
}
