import { TemporaryError } from "@pangaea/primitives";
import type { ChainContainer } from "@pangaea/supernode";
import { batcherOf, chainOf, type FaultModules } from "./fault-modules.ts";

/** What of a chain can be stopped and started. */
export const CHAIN_PARTS = ["sequencer", "batcher", "execution"] as const;
export type ChainPart = (typeof CHAIN_PARTS)[number];

export interface PartInput {
  readonly chainId: number;
  readonly part: ChainPart;
}

export interface PartState extends PartInput {
  readonly running: boolean;
}

const START_POLL_MS = 50;
const START_MS = 45_000;

/** Stops a part of a chain: a sequencer and a batcher as they are, the execution layer from under its node. One that is stopped stays so. */
export async function stopPart(modules: FaultModules, { chainId, part }: PartInput): Promise<PartState> {
  const chain = chainOf(modules, chainId);
  switch (part) {
    case "sequencer":
      if (await isSequencing(chain)) await admin(chain, "admin_stopSequencer");
      break;
    case "batcher":
      await batcherOf(modules, chainId).stop({ flush: false });
      break;
    case "execution":
      await chain.stopExecution();
  }
  return { chainId, part, running: false };
}

/** Starts a part of a chain again, on what the chain has now; one that runs goes on. Throws `TemporaryError` when the execution layer does not come up. */
export async function startPart(modules: FaultModules, { chainId, part }: PartInput): Promise<PartState> {
  const chain = chainOf(modules, chainId);
  switch (part) {
    case "sequencer":
      if (!(await isSequencing(chain))) await admin(chain, "admin_startSequencer", chain.syncStatus().unsafe_l2.hash);
      break;
    case "batcher":
      batcherOf(modules, chainId).start();
      break;
    case "execution":
      chain.resume();
      await untilRunning(modules, chain);
  }
  return { chainId, part, running: true };
}

const isSequencing = async (chain: ChainContainer): Promise<boolean> => (await admin(chain, "admin_sequencerActive")) === true;

async function admin(chain: ChainContainer, method: string, ...params: readonly unknown[]): Promise<unknown> {
  const handler = chain.rpcMethods()[method];
  if (handler === undefined) throw new TemporaryError(`chain ${chain.chainId}: its node does not serve ${method}`);
  return handler(params, {});
}

/** Waits until the chain's node runs and has found its heads. */
async function untilRunning({ clock }: FaultModules, chain: ChainContainer): Promise<void> {
  for (const deadline = clock.now() + START_MS; chain.state !== "running" || chain.node.heads === undefined; ) {
    if (clock.now() > deadline) throw new TemporaryError(`chain ${chain.chainId} does not come up: ${chain.readiness().missing.join("; ")}`);
    await clock.sleep(START_POLL_MS);
  }
}
