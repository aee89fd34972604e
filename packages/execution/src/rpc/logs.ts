import { type Hex, InvalidInputError, logsBloom, hexToBytes, shortJson, toQuantity } from "@pangaea/primitives";
import type { RpcContext, RpcMethods } from "@pangaea/rpc";
import type { Block } from "../block/block.ts";
import type { Blockchain } from "../chain/blockchain.ts";
import type { EmbeddedExecutionLayer } from "../engine/embedded-execution-layer.ts";
import { headerToJson, logsToJson } from "./format.ts";
import { type LogFilter, logFilterParam, requireBlock } from "./parameters.ts";

const MAX_RANGE = 100_000;
const MAX_LOGS = 20_000;
const MAX_FILTERS = 1_000;
/** Subscriptions of one socket. */
const MAX_SUBSCRIPTIONS = 128;
const FILTER_LIFE_MS = 5 * 60_000;

type LogJson = ReturnType<typeof logsToJson>[number];

/** A test of block blooms: whether a block may hold a log that the filter is after. Each value's bits are hashed once. */
function bloomTest({ addresses, topics }: LogFilter): (bloom: Uint8Array) => boolean {
  const groups = [addresses, ...topics].filter((choices) => choices.length > 0).map((choices) => choices.map((value) => logsBloom([{ address: hexToBytes(value), topics: [], data: new Uint8Array(0) }])));
  return (bloom) => groups.every((choices) => choices.some((bits) => bits.every((byte, i) => (byte & bloom[i]!) === byte)));
}

function matches(log: LogJson, { addresses, topics }: LogFilter): boolean {
  if (addresses.length > 0 && !addresses.includes(log.address)) return false;
  return topics.every((choices, i) => choices.length === 0 || (log.topics[i] !== undefined && choices.includes(log.topics[i])));
}

/** Reads the logs of blocks that a filter is after. */
function logReader(chain: Blockchain, filter: LogFilter): (block: Block, removed?: boolean) => readonly LogJson[] {
  const mayHold = bloomTest(filter);
  return (block, removed = false) => (mayHold(block.header.logsBloom) ? logsToJson(block, chain.receipts(block.hash), removed).filter((log) => matches(log, filter)) : []);
}

function logsInRange(chain: Blockchain, filter: LogFilter): readonly LogJson[] {
  const logsOf = logReader(chain, filter);
  if (filter.blockHash !== undefined) return logsOf(requireBlock(chain, filter.blockHash));
  const first = requireBlock(chain, filter.fromBlock).header.number;
  const bound = typeof filter.toBlock === "string" && /^0x/.test(filter.toBlock) && Number(filter.toBlock) > chain.head.header.number ? "latest" : filter.toBlock;
  const last = requireBlock(chain, bound).header.number;
  if (last - first > MAX_RANGE) throw new InvalidInputError(`the filter spans ${last - first} blocks; at most ${MAX_RANGE} are searched at once`);
  const found: LogJson[] = [];
  for (let number = first; number <= last; number++) {
    found.push(...logsOf(chain.blockByNumber(number)!));
    if (found.length > MAX_LOGS) throw new InvalidInputError(`more than ${MAX_LOGS} logs match; narrow the filter`);
  }
  return found;
}

interface LiveFilter {
  readonly drain: () => unknown[];
  readonly stop: () => void;
  usedAt: number;
}

/** Logs, filters and subscriptions. Source: execution-apis `eth`, geth's pubsub. */
export function logMethods({ chain, pool }: EmbeddedExecutionLayer, now: () => number): RpcMethods {
  const filters = new Map<string, LiveFilter & { readonly filter: LogFilter | undefined }>();
  let nextId = 1;
  const watch = (kind: "logs" | "newHeads" | "newPendingTransactions", filter: LogFilter, emit: (item: unknown) => void, asHash: boolean): (() => void) => {
    if (kind === "newPendingTransactions") return pool.onAdded(({ hash }) => emit(hash));
    const logsOf = logReader(chain, filter);
    return chain.onHeadChange(({ removed, added }) => {
      if (kind === "newHeads") for (const block of added) emit(asHash ? block.hash : headerToJson(block));
      else {
        for (const block of removed) for (const log of logsOf(block, true)) emit(log);
        for (const block of added) for (const log of logsOf(block)) emit(log);
      }
    });
  };
  const install = (kind: "logs" | "newHeads" | "newPendingTransactions", raw: unknown): Hex => {
    for (const [id, one] of filters) {
      if (now() - one.usedAt <= FILTER_LIFE_MS && filters.size < MAX_FILTERS) continue;
      one.stop();
      filters.delete(id);
    }
    const filter = logFilterParam(raw);
    const items: unknown[] = [];
    const stop = watch(kind, filter, (item) => {
      if (items.length < MAX_LOGS) items.push(item);
    }, true);
    const id = toQuantity(nextId++);
    filters.set(id, { filter: kind === "logs" ? filter : undefined, drain: () => items.splice(0), stop, usedAt: now() });
    return id;
  };
  // What is no text is the id of nothing.
  const idOf = (id: unknown): string => (typeof id === "string" ? id : "");
  const requireFilter = (id: unknown) => {
    const filter = filters.get(idOf(id));
    if (filter === undefined) throw new InvalidInputError("filter not found");
    filter.usedAt = now();
    return filter;
  };
  const subscriptions = new WeakMap<RpcContext, Map<string, () => void>>();
  return {
    eth_getLogs: ([filter]) => logsInRange(chain, logFilterParam(filter)),
    eth_newFilter: ([filter]) => install("logs", filter),
    eth_newBlockFilter: () => install("newHeads", {}),
    eth_newPendingTransactionFilter: () => install("newPendingTransactions", {}),
    eth_getFilterChanges: ([id]) => requireFilter(id).drain(),
    eth_getFilterLogs: ([id]) => {
      const { filter } = requireFilter(id);
      if (filter === undefined) throw new InvalidInputError("filter not found");
      return logsInRange(chain, filter);
    },
    eth_uninstallFilter: ([id]) => {
      filters.get(idOf(id))?.stop();
      return filters.delete(idOf(id));
    },
    eth_subscribe: ([kind, filter], context: RpcContext) => {
      const { notify, onClose } = context;
      if (notify === undefined) throw new InvalidInputError("notifications not supported: subscribe over WebSocket");
      if (kind !== "logs" && kind !== "newHeads" && kind !== "newPendingTransactions") throw new InvalidInputError(`no ${shortJson(kind)} subscription in eth namespace`);
      const own = subscriptions.get(context) ?? new Map<string, () => void>();
      if (own.size >= MAX_SUBSCRIPTIONS) throw new InvalidInputError(`this socket has ${own.size} subscriptions, the most that one may have: unsubscribe, or open another`);
      const id = toQuantity(nextId++);
      const stop = watch(kind, logFilterParam(filter ?? {}), (result) => notify("eth_subscription", { subscription: id, result }), false);
      own.set(id, stop);
      if (subscriptions.get(context) === undefined) {
        subscriptions.set(context, own);
        onClose?.(() => {
          for (const end of own.values()) end();
        });
      }
      return id;
    },
    eth_unsubscribe: ([id], context) => {
      const own = subscriptions.get(context);
      own?.get(idOf(id))?.();
      return own?.delete(idOf(id)) ?? false;
    },
  };
}
