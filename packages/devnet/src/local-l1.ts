import { rm, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type AnvilReorg, BeaconEndpoint, type KzgService, reorgAnvil, startAnvil } from "@pangaea/l1";
import { errorMessage, type Logger } from "@pangaea/primitives";
import type { RpcClient } from "@pangaea/rpc";

export const L1_CHAIN_ID = 900;
/** L1 blocks to an epoch: safe is one behind the head, finalized two. */
const SLOTS_IN_EPOCH = 4;
const FOLLOW_MS = 250;
const LOCK_TRIES = 100;
const LOCK_WAIT_MS = 50;

export interface LocalL1 {
  readonly url: string;
  readonly rpc: RpcClient;
  readonly endpoint: BeaconEndpoint;
  readonly exited: Promise<void>;
  /** Replaces the newest `depth` blocks; the blobs of those that go are kept. Throws `RpcError` when anvil refuses. */
  reorg(depth: number): Promise<AnvilReorg>;
  stop(): Promise<void>;
}

export interface LocalL1Options {
  readonly port: number;
  readonly blockTime: number;
  readonly genesisTimestamp: number;
  /** Folder that keeps the chain between starts. */
  readonly dataDir?: string;
}

/** Waits until the anvil of an earlier run, which saves its chain as it ends, has ended. */
async function awaitEarlier(pidFile: string): Promise<void> {
  for (let attempt = 0; attempt < LOCK_TRIES; attempt++) {
    try {
      process.kill(Number(await readFile(pidFile, "utf8")), 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, LOCK_WAIT_MS));
  }
}

/** A real L1 on this machine: anvil, and the beacon API that it lacks, at one port. Throws `CriticalError` when it cannot start. */
export async function startLocalL1(options: LocalL1Options, kzg: KzgService, log: Logger): Promise<LocalL1> {
  const pidFile = options.dataDir === undefined ? undefined : join(options.dataDir, "anvil.pid");
  if (pidFile !== undefined) await awaitEarlier(pidFile);
  const anvil = await startAnvil({
    resolveFrom: import.meta.url,
    chainId: L1_CHAIN_ID,
    blockTime: options.blockTime,
    genesisTimestamp: options.genesisTimestamp,
    slotsInEpoch: SLOTS_IN_EPOCH,
    ...(options.dataDir === undefined ? {} : { statePath: join(options.dataDir, "l1-state.json") }),
  });
  if (pidFile !== undefined && anvil.pid !== undefined) await writeFile(pidFile, String(anvil.pid));
  const endpoint = new BeaconEndpoint(anvil, kzg, { port: options.port, genesisTime: options.genesisTimestamp, slotTime: options.blockTime, ...(options.dataDir === undefined ? {} : { blobFolder: join(options.dataDir, "l1-blobs") }) });
  let port: number;
  try {
    port = await endpoint.listen();
  } catch (error) {
    await anvil.stop();
    throw error;
  }
  const follower = followBlobs(endpoint, log);
  return {
    url: `http://127.0.0.1:${port}`,
    rpc: anvil.rpc,
    endpoint,
    exited: anvil.exited,
    reorg: async (depth) => {
      await endpoint.catchUp();
      return reorgAnvil(anvil.rpc, depth);
    },
    stop: async () => {
      follower.stop();
      await endpoint.close();
      await anvil.stop();
      if (pidFile !== undefined) await rm(pidFile, { force: true });
    },
  };
}

/** Lets the beacon endpoint keep the blobs of every block as it appears. */
function followBlobs(endpoint: BeaconEndpoint, log: Logger): { stop(): void } {
  let stopped = false;
  const loop = async (): Promise<void> => {
    while (!stopped) {
      await endpoint.catchUp().catch((error: unknown) => stopped || log.debug("L1 could not be followed for blobs", { error: errorMessage(error) }));
      await new Promise((resolve) => setTimeout(resolve, FOLLOW_MS).unref());
    }
  };
  void loop();
  return {
    stop: () => {
      stopped = true;
    },
  };
}
