import { l2BlockNumberAt } from "@pangaea/config";
import { encodeSuperRoot } from "@pangaea/interop";
import { type BlockId, errorKind, type Hex, keccak256Hex, NotFoundError, outputRootV0, quantityToNumber, toQuantity } from "@pangaea/primitives";
import type { RpcMethods } from "@pangaea/rpc";
import type { DeniedOutput } from "@pangaea/store";
import { aggregateSyncStatus, lowerOf } from "../../activities/sync-status.ts";
import type { Interop } from "../interop.ts";
import type { WatchedChain } from "../observe.ts";

interface OptimisticOutput {
  readonly output: DeniedOutput;
  readonly output_root: Hex;
  readonly required_l1: BlockId;
}

/** The reply of `superroot_atTimestamp`, key for key as op-supernode's. Source: specs `interop/superroot.md`. */
export interface SuperRootAtTimestamp {
  readonly current_l1: BlockId;
  readonly safe_timestamp: number;
  readonly local_safe_timestamp: number;
  readonly finalized_timestamp: number;
  readonly chain_ids: readonly string[];
  readonly optimistic_at_timestamp: Readonly<Record<string, OptimisticOutput>>;
  readonly data?: {
    readonly verified_required_l1: BlockId;
    readonly super: { readonly timestamp: Hex; readonly chains: readonly { readonly ChainID: string; readonly Output: Hex }[] };
    readonly super_root: Hex;
  };
}

const rootOf = ({ stateRoot, messagePasserStorageRoot, blockHash }: DeniedOutput): Hex => outputRootV0({ stateRoot, messagePasserStorageRoot, blockHash });

/** `superroot_atTimestamp`. Fails as a whole when a chain cannot be read, so that an omission always means "not there yet". */
export function superRootMethods(interop: Interop): RpcMethods {
  return { superroot_atTimestamp: ([timestamp]) => superRootAt(interop, quantityToNumber(timestamp, "timestamp")) };
}

async function superRootAt(interop: Interop, timestamp: number): Promise<SuperRootAtTimestamp> {
  const { chains: _, current_l1, ...aggregate } = aggregateSyncStatus(new Map(interop.chains.map(({ chain }) => [chain.chainId, chain.syncStatus()])));
  const optimistic = new Map<number, OptimisticOutput>();
  for (const watched of interop.chains) {
    const found = await optimisticAt(watched, timestamp);
    if (found !== undefined) optimistic.set(watched.chain.chainId, found);
  }
  const data = await verifiedAt(interop, timestamp, optimistic);
  return { current_l1: lowerOf(current_l1, interop.currentL1), ...aggregate, optimistic_at_timestamp: Object.fromEntries([...optimistic].map(([chainId, output]) => [String(chainId), output])), ...(data === undefined ? {} : { data }) };
}

/** A chain's output at a timestamp before messages are judged: that of the block that was derived first, even if it was replaced. */
async function optimisticAt({ chain, denied }: WatchedChain, timestamp: number): Promise<OptimisticOutput | undefined> {
  const number = l2BlockNumberAt(chain.config, timestamp);
  const { genesis } = chain.config;
  if (timestamp < genesis.l2Time || number > (chain.heads()?.localSafe.number ?? -1)) return undefined;
  try {
    const required_l1 = number <= genesis.l2.number ? genesis.l1 : chain.safeHeads.l1AtSafeHead(number).l1Block;
    const output = denied.lastAt(number)?.output ?? (await outputAt(chain, (await chain.execution.payloadByNumber(number)).payload.blockHash));
    return { output, output_root: rootOf(output), required_l1: { hash: required_l1.hash, number: required_l1.number } };
  } catch (error) {
    if (errorKind(error) === "not-found") return undefined;
    throw error;
  }
}

async function outputAt(chain: WatchedChain["chain"], blockHash: Hex): Promise<DeniedOutput> {
  const { payload } = await chain.execution.payloadByHash(blockHash);
  return { stateRoot: payload.stateRoot, messagePasserStorageRoot: await chain.execution.messagePasserStorageRoot(blockHash), blockHash };
}

async function verifiedAt(interop: Interop, timestamp: number, optimistic: ReadonlyMap<number, OptimisticOutput>): Promise<SuperRootAtTimestamp["data"]> {
  const entry = interop.verified.at(timestamp);
  if (entry !== undefined) {
    const outputs = new Map<number, Hex>();
    // A root over other chains than those that were verified together would be a wrong one.
    const other = interop.chains.find(({ chain }) => !entry.heads.has(chain.chainId))?.chain.chainId ?? [...entry.heads.keys()].find((chainId) => interop.chains.every(({ chain }) => chain.chainId !== chainId));
    if (other !== undefined) throw new NotFoundError(`timestamp ${timestamp} was verified ${entry.heads.has(other) ? "with" : "without"} chain ${other}: run the chains of that time, or delete the folder of the interop activity`);
    for (const [chainId, { hash }] of entry.heads) outputs.set(chainId, rootOf(await outputAt(interop.watched(chainId).chain, hash)));
    return superData(timestamp, outputs, entry.l1Inclusion);
  }
  const first = interop.firstTimestamp();
  if (first === undefined || timestamp >= first || optimistic.size < interop.chains.length) return undefined;
  const required = [...optimistic.values()].map(({ required_l1 }) => required_l1).reduce((most, block) => (block.number > most.number ? block : most));
  return superData(timestamp, new Map([...optimistic].map(([chainId, { output_root }]) => [chainId, output_root])), required);
}

function superData(timestamp: number, outputs: ReadonlyMap<number, Hex>, required: BlockId): SuperRootAtTimestamp["data"] {
  const chains = [...outputs].sort(([a], [b]) => a - b);
  return {
    verified_required_l1: { hash: required.hash, number: required.number },
    super: { timestamp: toQuantity(timestamp), chains: chains.map(([chainId, output]) => ({ ChainID: String(chainId), Output: output })) },
    super_root: keccak256Hex(encodeSuperRoot({ timestamp, chains: chains.map(([chainId, outputRoot]) => ({ chainId: BigInt(chainId), outputRoot })) })),
  };
}
