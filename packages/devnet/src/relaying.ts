import { join } from "node:path";
import { localSigner } from "@pangaea/batcher";
import type { DependencySet } from "@pangaea/config";
import type { Clock, Logger, Random } from "@pangaea/primitives";
import { JsonRpcRelayChain, type RelayerOptions, type RunningRelayer, startRelayer } from "@pangaea/relayer";
import { RpcClient } from "@pangaea/rpc";
import { openStore } from "@pangaea/store";
import { devnetKey } from "./keys.ts";

export interface RelayingModules {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

export interface RelayingSettings {
  /** Where the execution layers answer. */
  readonly chains: readonly { readonly chainId: number; readonly url: string }[];
  readonly dependencySet: DependencySet;
  readonly folder: string;
  readonly options: RelayerOptions;
}

/** The devnet's relayer, at work until it is stopped. Throws `InvalidInputError` for a policy that does not fit the chains. */
export function startRelaying(modules: RelayingModules, { chains, dependencySet, folder, options }: RelayingSettings): RunningRelayer {
  const clients = chains.map(({ chainId, url }) => ({ chainId, rpc: new RpcClient(url) }));
  const { relayer, stop } = startRelayer({ ...modules, chains: clients.map(({ chainId, rpc }) => new JsonRpcRelayChain(chainId, rpc)), dependencySet, signer: localSigner(devnetKey("relayer").key), store: openStore(join(folder, "relayer")) }, options);
  const close = () => {
    for (const { rpc } of clients) rpc.close();
  };
  return { relayer, stop: () => stop().finally(close) };
}
