import { createPublicClient, createWalletClient, defineChain, http, type PublicClient } from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { Program, until } from "./program.ts";

/** What `pangaea devnet --json` prints when ready. */
export interface ReadyLine {
  readonly l1: { readonly chainId: number; readonly url: string; readonly beacon: string };
  readonly supernode: { readonly url: string };
  readonly da?: { readonly url: string };
  readonly configDir: string;
  readonly dependencySet?: string;
  readonly chains: readonly {
    readonly chainId: number;
    readonly url: string;
    readonly node: string;
    readonly rollupConfig: string;
    readonly genesis: string;
    readonly contracts: { readonly optimismPortal: `0x${string}`; readonly systemConfig: `0x${string}`; readonly batchInbox: `0x${string}`; readonly batcher: `0x${string}`; readonly dataAvailabilityChallenge?: `0x${string}` };
  }[];
}

export interface Head {
  readonly hash: `0x${string}`;
  readonly number: number;
  readonly timestamp: number;
  readonly l1origin: { readonly hash: `0x${string}`; readonly number: number };
}

export interface Status {
  readonly head_l1: Head;
  readonly current_l1: Head;
  readonly unsafe_l2: Head;
  readonly cross_unsafe_l2: Head;
  readonly safe_l2: Head;
  readonly local_safe_l2: Head;
  readonly finalized_l2: Head;
}

/** For tests to which it does not matter how data comes to L1: blobs take seconds of a core, their setup and the work on each. */
export const CALLDATA = "--batcher.data-availability-type=calldata";

let nextRpcId = 1;

export async function rpc<T>(url: string, method: string, params: readonly unknown[] = []): Promise<T> {
  const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ jsonrpc: "2.0", id: nextRpcId++, method, params }) });
  const body = (await response.json()) as { result?: T; error?: { code: number; message: string } };
  if (body.error !== undefined) throw new Error(`${method}: ${body.error.code} ${body.error.message}`);
  return body.result as T;
}

/** Several calls in one request, begun in their order. */
export async function rpcBatch<T extends readonly unknown[]>(url: string, ...calls: readonly (readonly [method: string, params: readonly unknown[]])[]): Promise<T> {
  const first = nextRpcId;
  nextRpcId += calls.length;
  const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(calls.map(([method, params], i) => ({ jsonrpc: "2.0", id: first + i, method, params }))) });
  const answers = (await response.json()) as readonly { id: number; result?: unknown; error?: { message: string } }[];
  return calls.map(([method], i) => {
    const answer = answers.find(({ id }) => id === first + i);
    if (answer?.error !== undefined || answer === undefined) throw new Error(`${method}: ${answer?.error?.message ?? "no answer"}`);
    return answer.result;
  }) as readonly unknown[] as T;
}

/** A devnet in a process of its own, on free ports, as a developer starts it. */
export class Devnet {
  readonly program: Program;
  readonly ready: ReadyLine;

  private constructor(program: Program, ready: ReadyLine) {
    this.program = program;
    this.ready = ready;
  }

  static async start(flags: readonly string[] = [], environment: Readonly<Record<string, string>> = {}): Promise<Devnet> {
    const program = new Program(["devnet", "--json", "--l1.port=0", "--l2.port=0", "--rpc.port=0", "--l1.block-time=1", ...flags], environment);
    const line = await program.line((text) => text.startsWith("{"));
    return new Devnet(program, JSON.parse(line) as ReadyLine);
  }

  chain(index: number): ReadyLine["chains"][number] {
    return this.ready.chains[index]!;
  }

  status(index: number, supernodeUrl = this.ready.supernode.url): Promise<Status> {
    return rpc<Status>(`${supernodeUrl}/${this.chain(index).chainId}/`, "optimism_syncStatus");
  }

  async l1<T>(method: string, params: readonly unknown[] = []): Promise<T> {
    return rpc<T>(this.ready.l1.url, method, params);
  }

  /** The block hash that a chain's execution layer has at a height. */
  async blockHash(index: number, number: number): Promise<string | undefined> {
    const block = await rpc<{ hash: string } | null>(this.chain(index).url, "eth_getBlockByNumber", [`0x${number.toString(16)}`, false]);
    return block?.hash;
  }

  untilSafe(index: number, number: number, seconds = 60): Promise<Status> {
    return until(`chain ${this.chain(index).chainId}: safe reaches ${number}`, async () => {
      const status = await this.status(index);
      return status.safe_l2.number >= number && status;
    }, seconds, () => this.program.stderr);
  }

  untilFinalized(index: number, number: number, seconds = 90): Promise<Status> {
    return until(`chain ${this.chain(index).chainId}: finalized reaches ${number}`, async () => {
      const status = await this.status(index);
      return status.finalized_l2.number >= number && status;
    }, seconds, () => this.program.stderr);
  }

  stop(): Promise<unknown> {
    return this.program.stop();
  }
}

export const account = (index: number) => mnemonicToAccount("test test test test test test test test test test test junk", { addressIndex: index });

export function viemChain(chainId: number, url: string) {
  return defineChain({ id: chainId, name: `chain ${chainId}`, nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 }, rpcUrls: { default: { http: [url] } } });
}

export function publicClient(chainId: number, url: string): PublicClient {
  return createPublicClient({ chain: viemChain(chainId, url), transport: http(url), pollingInterval: 100 });
}

export function walletClient(chainId: number, url: string, index: number) {
  return createWalletClient({ chain: viemChain(chainId, url), transport: http(url), account: account(index) });
}
