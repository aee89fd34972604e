import { ingressFlagTable } from "./interop/flags.ts";
import { type BatcherFlags, batcherFlagTable, DEFAULT_BATCHER_OPTIONS } from "@pangaea/batcher";
import { ENGINE_KINDS } from "@pangaea/engine";
import { chainIdList, choice, duration, flag, type GivenValues, list, logOptions, MESSAGE_EXPIRY_WINDOW, type OptionTable, type OptionValues, optionalWhole, port, resolveOptions, scopedTable, text, unscoped, whole } from "@pangaea/config";
import { ALT_DA_FLAGS } from "@pangaea/da";

/** Flags of a process that follows L1 and serves an RPC, whichever chains it runs. */
export const PROCESS_OPTIONS = {
  "data-dir": text("where state is kept; without it everything lives in memory", "DIR"),
  l1: list("L1 JSON-RPC endpoints; the first that works is used", "URL,…", (url) => url),
  "l1.beacon": text("L1 beacon API endpoint", "URL"),
  "l1.beacon-fallbacks": list("further beacon endpoints, blob archives among them", "URL,…", (url) => url),
  "l1.http-poll-interval": duration("time between looks at the L1 heads", 1_000, 50, 600_000),
  "l1.max-concurrency": whole("L1 requests under way at once", 10, 1, 1_000),
  "rpc.addr": text("address the RPC listens on", "HOST", "127.0.0.1"),
  "rpc.port": port("port of the RPC: root at /, chains at /<chainId>/; 0 takes a free one", 8420),
  "rpc.enable-admin": flag("serve admin_* methods"),
  "metrics.enabled": flag("serve /metrics on a port of its own too, beside the RPC's"),
  "metrics.addr": text("address of --metrics.enabled", "HOST", "127.0.0.1"),
  "metrics.port": port("port of --metrics.enabled; 0 takes a free one", 7300),
  ...logOptions("info"),
} as const satisfies OptionTable;

/** Flags of the supernode's whole process; names are op-supernode's. */
export const SUPERNODE_OPTIONS = {
  chains: chainIdList("chain ids to run, comma separated; each needs --vn.<id>.rollup.config"),
  ...PROCESS_OPTIONS,
  "interop.dependency-set": text("whose messages each chain accepts, in the reference's format; without it all chains accept all", "FILE"),
  "interop.activation-timestamp": optionalWhole("when messages begin to count on all chains, Unix seconds; without it when Lagoon activates", "T"),
  "interop.log-backfill-depth": duration("how far back messages are indexed before verification begins", MESSAGE_EXPIRY_WINDOW * 1_000, 0, MESSAGE_EXPIRY_WINDOW * 1_000),
  "interop.failsafe-on-invalidation": flag("refuse all messages once a block had to be replaced, until an operator switches that off"),
} as const satisfies OptionTable;

export const SYNC_MODES = ["consensus-layer", "execution-layer"] as const;

const BATCHER_FLAGS = batcherFlagTable(DEFAULT_BATCHER_OPTIONS);

/** Flags of one virtual node: given as --vn.all.<flag> or --vn.<chainId>.<flag>; the chain's own wins. Names are op-node's where it has them. */
export const VIRTUAL_NODE_OPTIONS = {
  "rollup.config": text("the chain's rollup.json", "FILE"),
  "rollup.l1-chain-config": text("chain configuration of an L1 that is no public one, a genesis.json of go-ethereum or its config: when its blob fees change; without it as Prague has them", "FILE"),
  l2: text("Engine API of the chain's execution layer; without it the embedded one runs", "URL"),
  "l2.jwt-secret": text("file with the 32-byte hex secret of the Engine API, of --l2 or of the embedded one", "FILE"),
  "l2.enginekind": choice("which execution client --l2 is", ENGINE_KINDS, "geth"),
  "l2.engine-rpc-timeout": duration("longest wait for an answer of --l2", 10_000, 100, 600_000),
  "l2.genesis": text("the chain's genesis.json, for the embedded execution layer", "FILE"),
  "l2.rpc.addr": text("address of the embedded execution layer's RPC", "HOST", "127.0.0.1"),
  "l2.rpc.port": optionalWhole("port of the embedded execution layer's RPC; absent serves none", "PORT"),
  "l2.rpc.enable-miner": flag("serve miner_setMaxDASize on the embedded execution layer's RPC, by which a batcher of another process makes blocks smaller"),
  "l2.rpc-url": text("JSON-RPC that --relay uses for the chain; without it the embedded execution layer's", "URL"),
  "l2.engine.addr": text("address of the embedded execution layer's Engine API", "HOST", "127.0.0.1"),
  "l2.engine.port": optionalWhole("port of the embedded execution layer's Engine API, which wants --l2.jwt-secret; absent serves none", "PORT"),
  "l2.skip-sync-start-check": flag("do not look at the L1 origins of the unsafe blocks above the safe head when starting"),
  syncmode: choice("who fetches the chain at first: blocks come from L1 and from here one by one, or the execution client of --l2 syncs with its own peers to a block that it is told of", SYNC_MODES, "consensus-layer"),
  "syncmode.offset-el-safe": duration("after a sync of the execution layer, how far behind its end derivation begins and blocks are safe", 0, 0, 2_592_000_000),
  "finality.lookback": whole("L1 blocks to remember for their finality; 0 is as many as finality can lag behind", 0),
  "finality.delay": whole("L1 blocks to derive from before the same finalized L1 block is tried again; 0 is 64", 0),
  "verifier.l1-confs": whole("L1 blocks between the L1 head and the newest block that derivation reads", 0, 0, 10_000),
  "sequencer.enabled": flag("sequence the chain"),
  "sequencer.stopped": flag("start with the sequencer stopped"),
  "sequencer.l1-confs": whole("L1 blocks between the L1 head and the origin that the sequencer picks", 4, 0, 10_000),
  "sequencer.max-safe-lag": whole("stop building when unsafe is this many blocks ahead of safe; 0 is off", 0, 0),
  "sequencer.recover": flag("build only what derivation would build, to meet it again after a missed window"),
  ...ingressFlagTable("cross-unsafe"),
  ...ALT_DA_FLAGS,
  "batcher.enabled": flag("run the chain's batcher in this process"),
  "batcher.private-key-file": text("file with the batcher's 32-byte hex key", "FILE"),
  ...scopedTable("batcher", BATCHER_FLAGS),
} as const satisfies OptionTable;

export type ProcessOptions = OptionValues<typeof PROCESS_OPTIONS>;
export type SupernodeOptions = OptionValues<typeof SUPERNODE_OPTIONS>;
export type VirtualNodeOptions = OptionValues<typeof VIRTUAL_NODE_OPTIONS>;

/** The table of every flag for these chains: the process's own, `vn.all.*`, and `vn.<id>.*` of each chain. */
export function supernodeFlagTable(chainIds: readonly number[]): OptionTable {
  return Object.assign({ ...SUPERNODE_OPTIONS }, ...["all", ...chainIds].map((scope) => scopedTable(`vn.${scope}`, VIRTUAL_NODE_OPTIONS)));
}

/** What was given for one chain: its own flag, else `vn.all`. */
export function givenToVirtualNode(chainId: number, given: GivenValues): GivenValues {
  return Object.fromEntries(Object.keys(VIRTUAL_NODE_OPTIONS).map((name) => [name, given[`vn.${chainId}.${name}`] ?? given[`vn.all.${name}`]]));
}

/** The settings of one chain's node. Throws `InvalidInputError` naming the flag. */
export function virtualNodeOptions(chainId: number, given: GivenValues): VirtualNodeOptions {
  return resolveOptions(VIRTUAL_NODE_OPTIONS, givenToVirtualNode(chainId, given));
}

/** The settings of a chain's batcher. */
export const batcherFlagsOf = (options: VirtualNodeOptions): BatcherFlags => unscoped("batcher", BATCHER_FLAGS, options);
