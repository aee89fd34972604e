import type { L2Genesis, RollupConfig } from "@pangaea/config";
import { keccak256 } from "@pangaea/primitives";
import { type Listening, type RpcMethods, RpcServer } from "@pangaea/rpc";
import { openStore } from "@pangaea/store";
import { Blockchain } from "./chain/blockchain.ts";
import { EmbeddedExecutionLayer } from "./engine/embedded-execution-layer.ts";
import { TransactionPool } from "./pool/pool.ts";
import { ethMethods, netMethods } from "./rpc/eth.ts";
import { logMethods } from "./rpc/logs.ts";

export interface ExecutionServiceOptions {
  readonly config: RollupConfig;
  readonly genesis: L2Genesis;
  /** Folder of the chain's store; without it the chain lives in memory. */
  readonly dataDir?: string;
  /** Where the chain's JSON-RPC and WebSocket are served; absent serves none. */
  readonly rpc?: { readonly host: string; readonly port: number };
}

export interface ExecutionService {
  readonly layer: EmbeddedExecutionLayer;
  readonly rpcPort: number | undefined;
  close(): Promise<void>;
}

/** Every public method of an execution layer. */
export function executionMethods(layer: EmbeddedExecutionLayer): RpcMethods {
  return { ...ethMethods(layer), ...logMethods(layer, Date.now), ...netMethods(layer.chain.config.l2ChainId, keccak256) };
}

/** An execution layer with its servers, in this thread. Throws `CriticalError` when the store or a port cannot be used. */
export async function startExecutionService({ config, genesis, dataDir, rpc }: ExecutionServiceOptions): Promise<ExecutionService> {
  const chain = new Blockchain({ config, genesis, store: openStore(dataDir) });
  const layer = new EmbeddedExecutionLayer(chain, new TransactionPool(chain));
  let listening: Listening | undefined;
  if (rpc !== undefined) {
    const methods = executionMethods(layer);
    listening = await new RpcServer({ route: () => ({ methods }) }, { webSocket: true, allowOrigin: "*" }).listen(rpc);
  }
  return {
    layer,
    rpcPort: listening?.port,
    close: async () => {
      await listening?.close();
      await layer.close();
    },
  };
}
