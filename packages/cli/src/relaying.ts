import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { localSigner, type Signer } from "@pangaea/batcher";
import type { DependencySet } from "@pangaea/config";
import { systemClock, systemRandom } from "@pangaea/devnet";
import { errorMessage, InvalidInputError, type Logger, TemporaryError } from "@pangaea/primitives";
import { checkRelayerOptions, DEFAULT_RELAYER_OPTIONS, JsonRpcRelayChain, type RelayerFlags, relayerFlagTable, type RelayerOptions, relayerOptions, relayPairs, type RelayRpc, type RunningRelayer, startRelayer } from "@pangaea/relayer";
import { RpcClient } from "@pangaea/rpc";
import { openStore } from "@pangaea/store";
import { dependencySetFor, type SupernodeOptions } from "@pangaea/supernode";
import { type ChainPlan, parseKey } from "./chain-setup.ts";

export const RELAYER_FLAGS = relayerFlagTable(DEFAULT_RELAYER_OPTIONS);

/** What a supernode relays, for whom and at whose cost. */
export interface RelayPlan {
  readonly options: RelayerOptions;
  readonly dependencySet: DependencySet;
  readonly signer: Signer;
  /** The chains that take part, and where their execution clients answer when that is not the embedded one's own port. */
  readonly chains: readonly { readonly chainId: number; readonly url: string | undefined }[];
  readonly folder: string | undefined;
}

async function readSigner(file: string | undefined): Promise<Signer> {
  const flag = "--relayer.private-key-file";
  if (file === undefined) throw new InvalidInputError(`${flag} is missing: --relay wants the key of the account that pays on every chain`);
  try {
    return localSigner(parseKey(await readFile(file, "utf8"), file));
  } catch (error) {
    throw error instanceof InvalidInputError ? error : new InvalidInputError(`${flag}: ${file} cannot be read (${errorMessage(error)})`);
  }
}

function rpcUrl({ config, options, execution }: ChainPlan): string | undefined {
  const flag = (name: string) => `--vn.${config.l2ChainId}.${name}`;
  const url = options["l2.rpc-url"];
  if (url !== undefined) {
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) throw new InvalidInputError(`${flag("l2.rpc-url")} wants an http or https URL, not "${url}"`);
    return url;
  }
  if (execution.kind === "external") throw new InvalidInputError(`${flag("l2.rpc-url")} is missing: --relay wants the JSON-RPC of chain ${config.l2ChainId}, which its execution client serves beside ${flag("l2")}`);
  if (execution.rpc === undefined) throw new InvalidInputError(`${flag("l2.rpc.port")} is missing: --relay wants the JSON-RPC of chain ${config.l2ChainId}; 0 takes a free port`);
  return undefined;
}

/** Reads what the flags say of relaying; undefined when nothing is relayed. Throws `InvalidInputError` naming the flag and the remedy. */
export async function planRelaying(plans: readonly ChainPlan[], supernode: SupernodeOptions, flags: RelayerFlags): Promise<RelayPlan | undefined> {
  if (flags.relay.kind === "none") return undefined;
  const configs = plans.map(({ config }) => config);
  const dependencySet = await dependencySetFor(configs, supernode["interop.dependency-set"], supernode["interop.activation-timestamp"]);
  if (dependencySet === undefined) throw new InvalidInputError("--relay wants chains that take each other's messages, and none of these ever activates Lagoon: leave --relay out or give --interop.activation-timestamp");
  const pairs = relayPairs(flags.relay, configs.map(({ l2ChainId }) => l2ChainId), dependencySet);
  const used = plans.filter(({ config }) => pairs.some(({ source, destination }) => source === config.l2ChainId || destination === config.l2ChainId));
  const folder = supernode["data-dir"];
  return {
    options: checkRelayerOptions(relayerOptions(flags)),
    dependencySet,
    signer: await readSigner(flags["relayer.private-key-file"]),
    chains: used.map((plan) => ({ chainId: plan.config.l2ChainId, url: rpcUrl(plan) })),
    folder: folder === undefined ? undefined : join(folder, "relayer"),
  };
}

/** The RPC of a chain whose address is known once its execution layer is open, and may be another after that was opened again. */
class LateRpc implements RelayRpc {
  readonly #chainId: number;
  readonly #urlOf: () => string | undefined;
  #client: RpcClient | undefined;
  #clientUrl: string | undefined;

  constructor(chainId: number, urlOf: () => string | undefined) {
    this.#chainId = chainId;
    this.#urlOf = urlOf;
  }

  async call(method: string, params: readonly unknown[]): Promise<unknown> {
    const url = this.#urlOf();
    if (url === undefined) throw new TemporaryError(`the execution layer of chain ${this.#chainId} is not open yet`);
    if (this.#client === undefined || this.#clientUrl !== url) {
      this.#client?.close();
      this.#client = new RpcClient(url);
      this.#clientUrl = url;
    }
    return this.#client.call(method, params);
  }

  close(): void {
    this.#client?.close();
  }
}

/** Relays as planned until it is stopped. `embeddedUrl` gives where a chain's embedded execution layer answers, while it is open. */
export function startRelaying({ options, dependencySet, signer, chains, folder }: RelayPlan, embeddedUrl: (chainId: number) => string | undefined, log: Logger): RunningRelayer {
  const rpcs = chains.map(({ chainId, url }) => ({ chainId, rpc: new LateRpc(chainId, () => url ?? embeddedUrl(chainId)) }));
  const { relayer, stop } = startRelayer({ chains: rpcs.map(({ chainId, rpc }) => new JsonRpcRelayChain(chainId, rpc)), dependencySet, signer, store: openStore(folder), clock: systemClock, random: systemRandom, log }, options);
  const close = () => {
    for (const { rpc } of rpcs) rpc.close();
  };
  return { relayer, stop: () => stop().finally(close) };
}
