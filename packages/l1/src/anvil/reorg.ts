import { type BlockId, CriticalError, isHex, quantityToNumber } from "@pangaea/primitives";
import type { RpcClient } from "@pangaea/rpc";

/** L1's head before and after a reorg that was made on purpose. `newHead` is at least as high as `oldHead`. */
export interface AnvilReorg {
  readonly depth: number;
  readonly oldHead: BlockId;
  readonly newHead: BlockId;
}

/** The block of a number or label on anvil. Throws `CriticalError` when it has none. */
export async function anvilBlock(rpc: Pick<RpcClient, "call">, block: number | "latest" | "finalized"): Promise<BlockId> {
  const json = await rpc.call("eth_getBlockByNumber", [typeof block === "number" ? `0x${block.toString(16)}` : block, false]);
  if (typeof json !== "object" || json === null || !("hash" in json) || !("number" in json) || !isHex(json.hash, 32)) throw new CriticalError(`the local L1 gave no block ${block}`);
  return { hash: json.hash, number: quantityToNumber(json.number) };
}

/** Replaces anvil's newest `depth` blocks by as many empty ones. Throws `RpcError` when anvil refuses. */
export async function reorgAnvil(rpc: Pick<RpcClient, "call">, depth: number): Promise<AnvilReorg> {
  const oldHead = await anvilBlock(rpc, "latest");
  await rpc.call("anvil_reorg", [depth, []]);
  return { depth, oldHead, newHead: await anvilBlock(rpc, "latest") };
}
