import { deserialize, serialize } from "node:v8";
import type { L2Genesis, RollupConfig } from "@pangaea/config";
import { type NodeStore, WorldState } from "@pangaea/evm";
import { bytesToHex, CriticalError, type ExecutionPayloadEnvelope, hexToBytes, type Hex, InvalidBlockError, NotFoundError, readU64, concatBytes } from "@pangaea/primitives";
import type { Store, Write } from "@pangaea/store";
import type { Block, ExecutedBlock, StoredReceipt } from "../block/block.ts";
import { BlockBuilder, type BlockInput } from "../block/block-builder.ts";
import { processBlock } from "../block/process-block.ts";
import { genesisBlock } from "./genesis-block.ts";
import { blockKey, canonicalKey, labelKey, nodeKey, receiptsKey, transactionKey, u64 } from "./keys.ts";
import { Lru } from "./lru.ts";

const LABELS = ["head", "safe", "finalized"] as const;
export type ChainLabel = (typeof LABELS)[number];

/** The state of the newest block is passed on to its child, so that hot accounts stay loaded; after this many blocks or new trie nodes it starts afresh. */
const MAX_STATE_AGE = 200;
const MAX_STATE_NODES = 200_000;
const BLOCK_CACHE = 256;
const NODE_CACHE = 100_000;

interface WarmState {
  readonly hash: Hex;
  readonly state: WorldState;
  readonly age: number;
  readonly nodes: number;
}

/** A change of the canonical chain: blocks that left it, newest first, and blocks that joined it, oldest first. */
export interface HeadChange {
  readonly removed: readonly Block[];
  readonly added: readonly Block[];
}

/**
 * One L2's chain: blocks, receipts and states in a store, and the labels that forkchoice gives. Every block is written in one
 * batch, and labels move in another, so that a crash leaves either the old or the new.
 */
export class Blockchain {
  readonly config: RollupConfig;
  readonly genesisHash: Hex;
  readonly #store: Store;
  readonly #nodes: NodeStore;
  readonly #blocks = new Lru<Hex, Block>(BLOCK_CACHE);
  readonly #receipts = new Lru<Hex, readonly StoredReceipt[]>(BLOCK_CACHE);
  readonly #labels: Record<ChainLabel, Block>;
  readonly #listeners = new Set<(change: HeadChange) => void>();
  #warm: WarmState | undefined;
  #headState: { readonly hash: Hex; readonly state: WorldState } | undefined;

  /** Opens the chain in a store, or begins it. Throws `CriticalError` when the store holds another chain. */
  constructor({ config, genesis, store }: { readonly config: RollupConfig; readonly genesis: L2Genesis; readonly store: Store }) {
    this.config = config;
    this.#store = store;
    const cache = new Lru<string, Uint8Array>(NODE_CACHE);
    this.#nodes = {
      get: (hash) => {
        const id = Buffer.from(hash).toString("latin1");
        const known = cache.get(id);
        if (known !== undefined) return known;
        const found = store.get(nodeKey(hash));
        if (found !== undefined) cache.set(id, found);
        return found;
      },
    };
    const first = genesisBlock(genesis, config.forks);
    this.genesisHash = first.hash;
    const stored = store.get(canonicalKey(0));
    if (stored === undefined) {
      this.#persist(first, [[canonicalKey(0), hexToBytes(first.hash)], ...LABELS.map((label): Write => [labelKey(label), hexToBytes(first.hash)])]);
    } else if (bytesToHex(stored) !== first.hash) {
      throw new CriticalError(`the data directory holds the chain of genesis ${bytesToHex(stored)}, the configuration says ${first.hash}: use another --data-dir or the configuration that made this one`);
    }
    const labelled = (label: ChainLabel) => this.requireBlock(bytesToHex(store.get(labelKey(label)) ?? hexToBytes(first.hash)));
    this.#labels = { head: labelled("head"), safe: labelled("safe"), finalized: labelled("finalized") };
  }

  label(label: ChainLabel): Block {
    return this.#labels[label];
  }

  get head(): Block {
    return this.#labels.head;
  }

  onHeadChange(listener: (change: HeadChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  blockByHash(hash: Hex): Block | undefined {
    const known = this.#blocks.get(hash);
    if (known !== undefined) return known;
    const raw = this.#store.get(blockKey(hash));
    if (raw === undefined) return undefined;
    const block: Block = { hash, ...(deserialize(raw) as Omit<Block, "hash">) };
    this.#blocks.set(hash, block);
    return block;
  }

  /** Throws `NotFoundError`. */
  requireBlock(hash: Hex): Block {
    const block = this.blockByHash(hash);
    if (block === undefined) throw new NotFoundError(`there is no block ${hash}`);
    return block;
  }

  /** The canonical block at a height. */
  blockByNumber(number: number): Block | undefined {
    if (number > this.head.header.number) return undefined;
    const hash = this.#store.get(canonicalKey(number));
    return hash === undefined ? undefined : this.blockByHash(bytesToHex(hash));
  }

  isCanonical(block: Block): boolean {
    return this.blockByNumber(block.header.number)?.hash === block.hash;
  }

  receipts(hash: Hex): readonly StoredReceipt[] {
    const known = this.#receipts.get(hash);
    if (known !== undefined) return known;
    const raw = this.#store.get(receiptsKey(hash));
    if (raw === undefined) throw new NotFoundError(`there is no block ${hash}`);
    const receipts = deserialize(raw) as readonly StoredReceipt[];
    this.#receipts.set(hash, receipts);
    return receipts;
  }

  /** The canonical block that holds a transaction, and its place there. */
  locateTransaction(hash: Hex): { readonly block: Block; readonly index: number } | undefined {
    const raw = this.#store.get(transactionKey(hash));
    if (raw === undefined) return undefined;
    const block = this.blockByHash(bytesToHex(raw.subarray(0, 32)));
    return block === undefined || !this.isCanonical(block) ? undefined : { block, index: Number(readU64(raw, 32)) };
  }

  /** A state to read from (or to try things on) as it is after a block. */
  stateAt(block: Block): WorldState {
    return new WorldState(this.#nodes, hexToBytes(block.header.stateRoot));
  }

  /** The head's state, for reading only. */
  headState(): WorldState {
    if (this.#headState?.hash !== this.head.hash) this.#headState = { hash: this.head.hash, state: this.stateAt(this.head) };
    return this.#headState.state;
  }

  /** Executes and keeps a block that was given; known ones are not executed again. Throws `InvalidBlockError`. */
  importBlock(envelope: ExecutionPayloadEnvelope): Block {
    const { payload } = envelope;
    const known = this.blockByHash(payload.blockHash);
    if (known !== undefined) return known;
    const parent = this.requireBlock(payload.parentHash);
    if (payload.blockNumber !== parent.header.number + 1) throw new InvalidBlockError(`L2 block ${payload.blockHash} has number ${payload.blockNumber}, its parent has ${parent.header.number}`);
    return this.#execute(parent, (state) => processBlock(this.config, state, parent.header, parent.hash, envelope, this.#ancestorHashes(parent)));
  }

  /** Builds, executes and keeps a block; `fill` adds its transactions. It joins the canonical chain only by `setLabels`. */
  buildBlock(parent: Block, attributes: BlockInput["attributes"], fill: (builder: BlockBuilder) => void): Block {
    return this.#execute(parent, (state) => {
      const builder = new BlockBuilder(state, { config: this.config, parent: parent.header, parentHash: parent.hash, attributes, blockHash: this.#ancestorHashes(parent) });
      fill(builder);
      return builder.seal();
    });
  }

  /** A builder on a throw-away state, for simulation. */
  simulate(parent: Block, attributes: BlockInput["attributes"]): BlockBuilder {
    return new BlockBuilder(this.stateAt(parent), { config: this.config, parent: parent.header, parentHash: parent.hash, attributes, blockHash: this.#ancestorHashes(parent) });
  }

  #execute(parent: Block, work: (state: WorldState) => ExecutedBlock): Block {
    const known = this.#warm;
    const isFit = known !== undefined && known.hash === parent.hash && known.age < MAX_STATE_AGE && known.nodes < MAX_STATE_NODES;
    const warm = isFit ? known : { state: this.stateAt(parent), age: 0, nodes: 0 };
    this.#warm = undefined;
    const block = work(warm.state);
    this.#persist(block, []);
    this.#warm = { hash: block.hash, state: warm.state, age: warm.age + 1, nodes: warm.nodes + block.nodes.length };
    return this.requireBlock(block.hash);
  }

  #persist(block: ExecutedBlock, more: readonly Write[]): void {
    const { hash, header, transactions, receipts, nodes } = block;
    this.#store.write([
      ...nodes.map(([nodeHash, encoded]): Write => [nodeKey(nodeHash), encoded]),
      [blockKey(hash), serialize({ header, transactions })],
      [receiptsKey(hash), serialize(receipts)],
      ...more,
    ]);
    this.#blocks.set(hash, { hash, header, transactions });
    this.#receipts.set(hash, receipts);
  }

  #ancestorHashes(parent: Block): (number: number) => Hex | undefined {
    return (number) => {
      let block: Block | undefined = parent;
      while (block !== undefined && block.header.number > number) {
        if (this.isCanonical(block)) return this.blockByNumber(number)?.hash;
        block = this.blockByHash(block.header.parentHash);
      }
      return block?.hash;
    };
  }

  /** Moves the labels, in one write with the index of the canonical chain. */
  setLabels(labels: Readonly<Record<ChainLabel, Block>>): void {
    if (LABELS.every((label) => labels[label].hash === this.#labels[label].hash)) return;
    const removed: Block[] = [];
    const added: Block[] = [];
    let fresh: Block | undefined = labels.head;
    while (fresh !== undefined && !this.isCanonical(fresh)) {
      added.unshift(fresh);
      fresh = this.blockByHash(fresh.header.parentHash);
    }
    const writes: Write[] = LABELS.map((label) => [labelKey(label), hexToBytes(labels[label].hash)]);
    const fork = fresh?.header.number ?? 0;
    for (let number = this.head.header.number; number > fork; number--) {
      removed.push(this.blockByNumber(number)!);
      if (number > labels.head.header.number) writes.push([canonicalKey(number), undefined]);
    }
    for (const block of added) {
      writes.push([canonicalKey(block.header.number), hexToBytes(block.hash)]);
      writes.push(...this.receipts(block.hash).map((receipt, index): Write => [transactionKey(receipt.transactionHash), concatBytes(hexToBytes(block.hash), u64(index))]));
    }
    this.#store.write(writes);
    Object.assign(this.#labels, labels);
    if (removed.length > 0 || added.length > 0) for (const listener of this.#listeners) listener({ removed, added });
  }

  async close(): Promise<void> {
    await this.#store.close();
  }
}
