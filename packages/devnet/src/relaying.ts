import { join } from "node:path";
import { localSigner } from "@pangaea/batcher";
import type { DependencySet } from "@pangaea/config";
import { type Clock, errorMessage, type Logger, type Random } from "@pangaea/primitives";
import { JsonRpcRelayChain, Relayer, type RelayerOptions } from "@pangaea/relayer";
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
export function startRelaying({ clock, random, log }: RelayingModules, { chains, dependencySet, folder, options }: RelayingSettings): { readonly relayer: Relayer; readonly stop: () => Promise<void> } {
  const store = openStore(join(folder, "relayer"));
  const clients = chains.map(({ chainId, url }) => ({ chainId, rpc: new RpcClient(url) }));
  const relayer = new Relayer({ chains: clients.map(({ chainId, rpc }) => new JsonRpcRelayChain(chainId, rpc)), dependencySet, signer: localSigner(devnetKey("relayer").key), store, clock, random, log }, options);
  const abort = new AbortController();
  const running = relayer.run(abort.signal).catch((error: unknown) => log.error("the relayer failed", { error: errorMessage(error) }));
  const stop = async () => {
    abort.abort();
    await running;
    for (const { rpc } of clients) rpc.close();
    await store.close();
  };
  return { relayer, stop };
}
