import { executingMessages, logHashOf } from "@pangaea/interop";
import { type Clock, errorKind, errorMessage, type ExecutionPayload, joinBytes, type Logger, NotFoundError, Rest } from "@pangaea/primitives";
import type { IndexedBlock, MessageIndex } from "@pangaea/store";
import type { InteropChain } from "./interop-chain.ts";

/** Blocks read and sealed at a time. */
const CHUNK = 64;
const IDLE_MS = 1_000;
/** Time between two words on how far an index is that has a long way to go. */
const TELL_MS = 5_000;
const RETRY_FIRST_MS = 100;
const RETRY_MOST_MS = 5_000;

export interface ChainIndexerModules {
  readonly chain: InteropChain;
  readonly index: MessageIndex;
  readonly clock: Clock;
  readonly log: Logger;
  /** The block with which an empty index begins; undefined while that is not known. */
  readonly firstBlock: () => number | undefined;
  /** Told when the index has changed. */
  readonly onMoved: () => void;
}

/** Keeps a chain's message index in step with its unsafe chain: fills it from the execution layer, and takes back what a reorg took back. */
export class ChainIndexer {
  readonly #modules: ChainIndexerModules;
  #problem: string | undefined;
  #toldAt: number | undefined;
  readonly #rest: Rest;

  constructor(modules: ChainIndexerModules) {
    this.#modules = modules;
    this.#rest = new Rest(modules.clock);
  }

  /** Why the index cannot be filled just now, if so. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Part of the chain that is indexed, 0 to 1. */
  get progress(): number {
    const { chain, index } = this.#modules;
    const head = chain.heads()?.unsafe.number;
    const { first, last } = index;
    if (head === undefined || first === undefined || last === undefined) return 0;
    return last.number >= head ? 1 : (last.number - first.number + 1) / (head - first.number + 1);
  }

  wake(): void {
    this.#rest.wake();
  }

  /** Runs until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    let delay = RETRY_FIRST_MS;
    while (!signal.aborted) {
      try {
        if (await this.step()) this.#modules.onMoved();
        else await this.#rest.for(IDLE_MS, signal);
        this.#problem = undefined;
        delay = RETRY_FIRST_MS;
      } catch (error) {
        if (signal.aborted) return;
        if (errorKind(error) === "critical") throw error;
        this.#problem = errorMessage(error);
        this.#modules.log.debug("the message index waits", { chain: this.#modules.chain.chainId, reason: this.#problem });
        await this.#modules.clock.sleep(delay, signal).catch(() => {});
        delay = Math.min(delay * 2, RETRY_MOST_MS);
      }
    }
  }

  /** Seals the next blocks or takes back what is no longer on the chain; false when there was nothing to do. Throws what the execution layer throws. */
  async step(): Promise<boolean> {
    const { chain, index, firstBlock } = this.#modules;
    const head = chain.heads()?.unsafe;
    const { last } = index;
    if (head === undefined || last?.hash === head.hash) return false;
    const from = last === undefined ? firstBlock() : last.number + 1;
    if (from === undefined) return false;
    if (last !== undefined && from > head.number) return this.#takeBack();
    const blocks = await this.#read(from, Math.min(head.number, from + CHUNK - 1));
    const [next] = blocks;
    if (next === undefined) return false;
    if (last !== undefined && next.parentHash !== last.hash) return this.#takeBack();
    index.seal(blocks);
    this.#tellProgress(head.number - next.number - blocks.length + 1);
    return true;
  }

  /** Says how far the index is, from time to time, while it is more than one reading behind. */
  #tellProgress(behind: number): void {
    const { chain, index, clock, log } = this.#modules;
    const now = clock.now();
    if (behind === 0 && this.#toldAt !== undefined) {
      this.#toldAt = undefined;
      log.info("the message index has caught up", { chain: chain.chainId, block: index.last?.number });
    } else if (behind >= CHUNK && (this.#toldAt === undefined || now - this.#toldAt >= TELL_MS)) {
      this.#toldAt = now;
      log.info("the message index is being filled", { chain: chain.chainId, block: index.last?.number, behind, percent: Math.floor(this.progress * 100) });
    }
  }

  /** Reads blocks that follow each other; fewer when the chain changes meanwhile. */
  async #read(from: number, to: number): Promise<readonly IndexedBlock[]> {
    const { execution } = this.#modules.chain;
    const blocks = await Promise.all(Array.from({ length: Math.max(to - from + 1, 0) }, async (_, i) => {
      const { payload } = await execution.payloadByNumber(from + i);
      return indexedBlock(payload, await execution.receiptsByHash(payload.blockHash));
    }));
    const gap = blocks.findIndex((block, i) => i > 0 && block.parentHash !== blocks[i - 1]!.hash);
    return gap < 0 ? blocks : blocks.slice(0, gap);
  }

  /** Rewinds to the last block that is still on the chain, found by bisection. */
  async #takeBack(): Promise<boolean> {
    const { chain, index, log } = this.#modules;
    const { first, last } = index;
    if (first === undefined || last === undefined) return false;
    let standing = first.number - 1;
    for (let lost = last.number + 1; lost - standing > 1; ) {
      const middle = Math.floor((standing + lost) / 2);
      if ((await this.#hashAt(middle)) === index.sealOf(middle)?.hash) standing = middle;
      else lost = middle;
    }
    if (standing === last.number) return false;
    log.info("the message index goes back with its chain", { chain: chain.chainId, from: last.number, to: standing });
    index.rewind(index.sealOf(standing));
    return true;
  }

  async #hashAt(number: number): Promise<string | undefined> {
    try {
      return (await this.#modules.chain.execution.payloadByNumber(number)).payload.blockHash;
    } catch (error) {
      if (error instanceof NotFoundError) return undefined;
      throw error;
    }
  }
}

function indexedBlock(payload: ExecutionPayload, receipts: Awaited<ReturnType<InteropChain["execution"]["receiptsByHash"]>>): IndexedBlock {
  const logs = receipts.flatMap((receipt) => receipt.logs);
  return { number: payload.blockNumber, hash: payload.blockHash, parentHash: payload.parentHash, timestamp: payload.timestamp, logHashes: joinBytes(logs.map(logHashOf)), executing: executingMessages(logs) };
}
