import type { RpcMethods } from "@pangaea/rpc";

/**
 * Something that works above all chains. `start` begins its own work, if it has any; an activity that fails is logged and
 * leaves the other activities and the chains running.
 */
export interface Activity {
  readonly name: string;
  readonly rpcMethods?: RpcMethods;
  start?(signal: AbortSignal): Promise<void>;
}
