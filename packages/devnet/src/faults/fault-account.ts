import { type AccessList, encodeTransaction, errorKind, type Hex, type L2BlockRef, type Log, NotFoundError, quantityToNumber, signTransaction, TemporaryError, transactionHash, TX_FEE_MARKET } from "@pangaea/primitives";
import { RpcClient } from "@pangaea/rpc";
import type { ChainContainer } from "@pangaea/supernode";
import { devnetKey } from "../keys.ts";
import { chainOf, type FaultModules } from "./fault-modules.ts";

/** Who sends the transactions of faults; it has ether on every chain from genesis. */
const ACCOUNT = devnetKey("faults");
const GAS = 300_000;
const TIP = 1_000_000_000n;
const MAX_FEE = 1_000_000_000_000n;

export interface FaultCall {
  readonly to: Hex;
  readonly data?: Uint8Array;
  readonly accessList?: AccessList;
}

/** A call of the faults' account, signed for the state of now. Throws `TemporaryError` while the chain's execution layer cannot be reached. */
export async function signFaultCall(modules: FaultModules, chainId: number, { to, data = new Uint8Array(0), accessList = [] }: FaultCall): Promise<Uint8Array> {
  const rpc = new RpcClient(modules.l2Url(chainId));
  try {
    const nonce = quantityToNumber(await rpc.call("eth_getTransactionCount", [ACCOUNT.address, "latest"]), "nonce");
    return encodeTransaction(signTransaction({ type: TX_FEE_MARKET, chainId, nonce, maxPriorityFeePerGas: TIP, maxFeePerGas: MAX_FEE, gas: GAS, to, value: 0n, data, accessList }, ACCOUNT.key));
  } finally {
    rpc.close();
  }
}

/** A log with its place among all logs of its block. */
export interface PlacedLog {
  readonly log: Log;
  readonly logIndex: number;
}

/** Every log of a block, in order. Throws `NotFoundError` when the block is gone. */
export async function logsOfBlock({ chains }: Pick<FaultModules, "chains">, chainId: number, hash: Hex): Promise<readonly PlacedLog[]> {
  const receipts = await chainOf({ chains }, chainId).execution.receiptsByHash(hash);
  return receipts.flatMap(({ logs }) => logs).map((log, logIndex) => ({ log, logIndex }));
}

/** How often a call is signed anew when its nonce does not fit any more: the chain went back meanwhile, or another fault came before. */
const SIGNINGS = 5;

/** Puts a call of the faults' account into a block; gives it with the block. Throws `TemporaryError` when it reverted, else as `VirtualNode.forceTransactions`. */
export async function forceFaultCall(modules: FaultModules, chainId: number, call: FaultCall): Promise<{ readonly transactionHash: Hex; readonly block: L2BlockRef }> {
  const chain = chainOf(modules, chainId);
  const { raw, block } = await forceSigned(modules, chain, call, SIGNINGS);
  const hash = transactionHash(raw);
  const receipt = (await chain.execution.receiptsByHash(block.hash)).find((one) => one.transactionHash === hash);
  if (receipt === undefined) throw new NotFoundError(`transaction ${hash} is not in block ${block.number} of chain ${chainId}`);
  if (receipt.status !== 1) throw new TemporaryError(`transaction ${hash} reverted in block ${block.number} of chain ${chainId}: the fault has no effect, try again`);
  return { transactionHash: hash, block };
}

async function forceSigned(modules: FaultModules, chain: ChainContainer, call: FaultCall, signings: number): Promise<{ readonly raw: Uint8Array; readonly block: L2BlockRef }> {
  const raw = await signFaultCall(modules, chain.chainId, call);
  try {
    return { raw, block: (await chain.node.forceTransactions([raw])).block };
  } catch (error) {
    if (signings <= 1 || errorKind(error) !== "invalid") throw error;
    return forceSigned(modules, chain, call, signings - 1);
  }
}
