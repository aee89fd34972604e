import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { type AddressInfo, createServer } from "node:net";
import { CriticalError, errorMessage } from "@pangaea/primitives";
import { RpcClient } from "@pangaea/rpc";

export interface AnvilOptions {
  /** File of the module from whose place @foundry-rs/anvil is looked up. */
  readonly resolveFrom: string;
  readonly chainId: number;
  /** Seconds. */
  readonly blockTime: number;
  /** Unix seconds of the genesis block. */
  readonly genesisTimestamp: number;
  readonly slotsInEpoch: number;
  /** File that keeps the chain between starts. */
  readonly statePath?: string;
  /** "prague" unless given. */
  readonly hardfork?: string;
  /** Number of funded accounts, and the words that they come from; anvil's well-known ones unless given. */
  readonly accounts?: number;
  readonly mnemonic?: string;
  /** Ether of each funded account. */
  readonly balance?: number;
  /** Private loopback port; a free one unless given. */
  readonly port?: number;
}

export interface Anvil {
  readonly url: string;
  readonly rpc: RpcClient;
  /** Of the guard that ends anvil with us. */
  readonly pid: number | undefined;
  readonly exited: Promise<void>;
  stop(): Promise<void>;
}

const READY_TRIES = 200;
const READY_WAIT_MS = 25;
const STOP_MS = 2_500;
/** Ether. */
const BALANCE = 10_000;
/** Seconds between saves of the chain. */
const STATE_INTERVAL_S = 1;
/** Ends anvil in order when its own input ends, so that it never outlives the program that started it, however that died. */
const GUARD = 'trap "" INT; "$@" </dev/null & pid=$!; trap "kill -TERM $pid" TERM; cat >/dev/null; kill -TERM $pid 2>/dev/null; wait $pid';

function binary(resolveFrom: string): string {
  const name = `@foundry-rs/anvil-${process.platform}-${process.arch === "x64" ? "amd64" : process.arch}`;
  try {
    // The binary is a dependency of anvil's package: from there it is found however an installer lays packages out.
    return createRequire(createRequire(resolveFrom).resolve("@foundry-rs/anvil/package.json")).resolve(`${name}/bin/anvil`);
  } catch {
    throw new CriticalError(`anvil for this platform (package ${name}) is not installed: run npm install, or use an L1 of your own`);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Starts anvil on a private loopback port. Throws `CriticalError` when it does not come up. */
export async function startAnvil(options: AnvilOptions): Promise<Anvil> {
  const port = options.port ?? (await freePort());
  const flags = [
    "--host", "127.0.0.1", "--port", String(port), "--chain-id", String(options.chainId), "--block-time", String(options.blockTime), "--timestamp", String(options.genesisTimestamp),
    "--slots-in-an-epoch", String(options.slotsInEpoch), "--hardfork", options.hardfork ?? "prague", "--balance", String(options.balance ?? BALANCE), "--no-request-size-limit", "--quiet", "--preserve-historical-states",
    ...(options.accounts === undefined ? [] : ["--accounts", String(options.accounts)]),
    ...(options.mnemonic === undefined ? [] : ["--mnemonic", options.mnemonic]),
    ...(options.statePath === undefined ? [] : ["--state", options.statePath, "--state-interval", String(STATE_INTERVAL_S)]),
  ];
  const child: ChildProcess = spawn("/bin/sh", ["-c", GUARD, "sh", binary(options.resolveFrom), ...flags], { stdio: ["pipe", "ignore", "pipe"], detached: true });
  let stderr = "";
  child.stderr?.on("data", (chunk) => {
    stderr = (stderr + String(chunk)).slice(-2_000);
  });
  const exited = once(child, "exit").then(() => {});
  const rpc = new RpcClient(`http://127.0.0.1:${port}`);
  for (let attempt = 0; ; attempt++) {
    try {
      await rpc.call("eth_chainId");
      break;
    } catch (error) {
      if (attempt >= READY_TRIES || child.exitCode !== null) throw new CriticalError(`anvil did not start: ${stderr.trim() || errorMessage(error)}`);
      await new Promise((resolve) => setTimeout(resolve, READY_WAIT_MS));
    }
  }
  return {
    url: `http://127.0.0.1:${port}`,
    rpc,
    pid: child.pid,
    exited,
    stop: async () => {
      rpc.close();
      child.stdin?.end();
      const killer = setTimeout(() => child.pid !== undefined && process.kill(-child.pid, "SIGKILL"), STOP_MS);
      await exited;
      clearTimeout(killer);
    },
  };
}
