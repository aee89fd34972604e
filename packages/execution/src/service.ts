import type { L2Genesis, RollupConfig } from "@pangaea/config";
import { type Clock, keccak256, type Logger } from "@pangaea/primitives";
import { type Listening, type RpcMethods, RpcServer, type RpcServerOptions } from "@pangaea/rpc";
import { openStore } from "@pangaea/store";
import { Blockchain } from "./chain/blockchain.ts";
import { EmbeddedExecutionLayer } from "./engine/embedded-execution-layer.ts";
import type { MessageFilter } from "./pool/message-filter.ts";
import { MessageGate, type MessageGateOptions } from "./pool/message-gate.ts";
import { TransactionPool } from "./pool/pool.ts";
import { debugMethods } from "./rpc/debug.ts";
import { engineMethods } from "./rpc/engine.ts";
import { ethMethods, netMethods } from "./rpc/eth.ts";
import { logMethods } from "./rpc/logs.ts";
import { minerMethods } from "./rpc/miner.ts";
import { txpoolMethods } from "./rpc/txpool.ts";

export interface ExecutionServiceOptions {
  readonly config: RollupConfig;
  readonly genesis: L2Genesis;
  /** Folder of the chain's store; without it the chain lives in memory. */
  readonly dataDir?: string;
  /** Where the chain's JSON-RPC and WebSocket are served, and whether with `miner_*`; absent serves none. */
  readonly rpc?: { readonly host: string; readonly port: number; readonly miner?: boolean };
  /** Where the Engine API is served to a consensus node of another process; absent serves none. */
  readonly engineRpc?: { readonly host: string; readonly port: number; readonly jwtSecret: Uint8Array };
  /** How the pool asks its message filter. */
  readonly messageGate?: MessageGateOptions;
}

export interface ExecutionServiceModules {
  /** Asked about transactions with CrossL2Inbox entries; without it they are like any other. */
  readonly messages?: { readonly filter: MessageFilter; readonly clock: Clock };
  readonly log?: Logger;
}

/** Largest request to the engine port: a payload of a full block in hex. */
const MAX_ENGINE_BODY_BYTES = 128_000_000;

export interface ExecutionService {
  readonly layer: EmbeddedExecutionLayer;
  readonly rpcPort: number | undefined;
  readonly enginePort: number | undefined;
  close(): Promise<void>;
}

/** Every public method of an execution layer. */
export function executionMethods(layer: EmbeddedExecutionLayer): RpcMethods {
  return { ...ethMethods(layer), ...logMethods(layer, Date.now), ...netMethods(layer.chain.config.l2ChainId, keccak256), ...txpoolMethods(layer), ...debugMethods(layer) };
}

/** An execution layer with its servers, in this thread. Throws `CriticalError` when the store or a port cannot be used. */
export async function startExecutionService({ config, genesis, dataDir, rpc, engineRpc, messageGate }: ExecutionServiceOptions, { messages, log }: ExecutionServiceModules = {}): Promise<ExecutionService> {
  const chain = new Blockchain({ config, genesis, store: openStore(dataDir) });
  const logged = log === undefined ? {} : { log };
  const pool = new TransactionPool(chain, { ...logged, ...(messages === undefined ? {} : { messages: new MessageGate({ ...messages, ...logged }, messageGate) }) });
  const layer = new EmbeddedExecutionLayer(chain, pool);
  const servers: Listening[] = [];
  const close = async (): Promise<void> => {
    for (const server of servers) await server.close();
    await layer.close();
  };
  const serve = async (methods: RpcMethods, at: { readonly host: string; readonly port: number }, options: RpcServerOptions): Promise<number> => {
    const listening = await new RpcServer({ route: () => ({ methods }) }, options).listen(at);
    servers.push(listening);
    return listening.port;
  };
  try {
    const methods = executionMethods(layer);
    const rpcPort = rpc === undefined ? undefined : await serve({ ...methods, ...(rpc.miner === true ? minerMethods(layer) : {}) }, rpc, { webSocket: true, allowOrigin: "*" });
    const enginePort = engineRpc === undefined ? undefined : await serve({ ...methods, ...engineMethods(layer) }, engineRpc, { jwtSecret: engineRpc.jwtSecret, maxBodyBytes: MAX_ENGINE_BODY_BYTES });
    return { layer, rpcPort, enginePort, close };
  } catch (error) {
    await close();
    throw error;
  }
}
