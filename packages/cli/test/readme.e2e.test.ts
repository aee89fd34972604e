import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { type Example, examples, missing } from "./support/markdown.ts";
import { until } from "./support/program.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const documents = ["README.md", ...(existsSync(join(root, "docs")) ? readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`) : [])];
/** Ports that the documents speak of, and what tells the real one: a pattern of the devnet's banner. */
const BANNER_PORTS: readonly (readonly [string, RegExp])[] = [
  ["8545", /L1 900 +http:\/\/127\.0\.0\.1:(\d+)/],
  ["9545", /L2 901 +http:\/\/127\.0\.0\.1:(\d+)/],
  ["9546", /L2 902 +http:\/\/127\.0\.0\.1:(\d+)/],
  ["8420", /supernode http:\/\/127\.0\.0\.1:(\d+)/],
];
const FREE_PORTS = { PANGAEA_L1_PORT: "0", PANGAEA_L2_PORT: "0", PANGAEA_RPC_PORT: "0" };

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Commands in a shell, in a process group of their own. */
class Shell {
  readonly printed: string[] = [];
  readonly #child: ChildProcess;

  constructor(commands: string, environment: Readonly<Record<string, string>>) {
    this.#child = spawn("sh", ["-ec", commands], { cwd: root, env: { ...process.env, ...environment }, stdio: ["ignore", "pipe", "pipe"], detached: true });
    for (const stream of [this.#child.stdout!, this.#child.stderr!]) createInterface({ input: stream }).on("line", (line) => this.printed.push(line));
  }

  async finished(): Promise<number | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, "close");
    return this.#child.exitCode;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    process.kill(-this.#child.pid!, "SIGINT");
    await this.finished();
  }
}

describe.each(documents.map((file) => ({ file, all: examples(file, readFileSync(join(root, file), "utf8")) })).filter(({ all }) => all.length > 0))("the examples of $file", ({ all }) => {
  const folder = mkdtempSync(join(tmpdir(), "pangaea-readme-"));
  const ports = new Map<string, number>();
  const running: Shell[] = [];
  const stopAll = () => Promise.all(running.splice(0).map((shell) => shell.stop()));
  afterAll(async () => {
    await stopAll();
    rmSync(folder, { recursive: true, force: true });
  });

  const rewritten = (commands: string): string => commands.replaceAll("./my-devnet", join(folder, "my-devnet")).replaceAll(/(?<=:|port )\d{4}\b/g, (port) => String(ports.get(port) ?? port));

  async function run({ kind, commands, output }: Example): Promise<void> {
    if (kind === "devnet") await stopAll();
    if (kind === "beside") ports.set("8421", await freePort());
    const shell = new Shell(rewritten(commands), kind === "devnet" ? FREE_PORTS : {});
    if (kind === "once") {
      expect(await shell.finished(), shell.printed.join("\n")).toBe(0);
      expect(missing(output, shell.printed), shell.printed.join("\n")).toEqual([]);
      return;
    }
    running.push(shell);
    await until("the promised output comes", async () => {
      const lacks = missing(output, shell.printed);
      if (lacks.length > 0) throw new Error(`missing: ${lacks.join("\n")}\nprinted: ${shell.printed.join("\n")}`);
      return true;
    });
    if (kind === "devnet") for (const [port, pattern] of BANNER_PORTS) ports.set(port, Number(pattern.exec(shell.printed.join("\n"))![1]));
  }

  it.each(all)("line $line: $commands", run);
});
