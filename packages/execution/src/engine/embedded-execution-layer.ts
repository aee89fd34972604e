import { type BlockId, type BlockLabel, bytesToHex, EngineError, EngineErrorCode, type ExecutionLayer, type ExecutionPayloadEnvelope, type ForkchoiceState, type ForkchoiceUpdated, type Hex, InvalidBlockError, InvalidInputError, NotFoundError, payloadBlockHash, type PayloadAttributes, type PayloadStatus, type ReceiptLogs } from "@pangaea/primitives";
import { PREDEPLOYS } from "@pangaea/config";
import { nextBaseFee } from "../block/base-fee.ts";
import type { Block } from "../block/block.ts";
import type { BlockBuilder } from "../block/block-builder.ts";
import type { Blockchain } from "../chain/blockchain.ts";
import { Lru } from "../chain/lru.ts";
import type { TransactionPool } from "../pool/pool.ts";
import { checkAttributes } from "./attributes.ts";
import { DaLimits } from "./da-limits.ts";
import { blockToPayload, payloadId } from "./payloads.ts";

const MAX_BUILDS = 16;
/** How many invalid blocks, and blocks upon them, are remembered. */
const MAX_INVALID = 128;
/** Least gas that a transaction can need: with less left a block is full. */
const LEAST_TRANSACTION_GAS = 21_000;

interface Build {
  readonly parent: Block;
  readonly attributes: PayloadAttributes;
  built?: Block;
  /** The question, while it is under way, which of the pool's transactions with messages this block may take. */
  asking?: Promise<ReadonlySet<Hex>>;
}

const NONE: ReadonlySet<Hex> = new Set();

/** The embedded execution layer: the Engine API over a `Blockchain` and its pool, in the same thread. */
export class EmbeddedExecutionLayer implements ExecutionLayer {
  readonly chain: Blockchain;
  readonly pool: TransactionPool;
  readonly daLimits = new DaLimits();
  readonly #builds = new Lru<Hex, Build>(MAX_BUILDS);
  /** Blocks found invalid and those upon them, each with its last ancestor that is valid. */
  readonly #invalid = new Lru<Hex, Hex>(MAX_INVALID);

  constructor(chain: Blockchain, pool: TransactionPool) {
    this.chain = chain;
    this.pool = pool;
  }

  async chainId(): Promise<number> {
    return this.chain.config.l2ChainId;
  }

  async forkchoiceUpdated(state: ForkchoiceState, attributes?: PayloadAttributes): Promise<ForkchoiceUpdated> {
    const head = this.chain.blockByHash(state.head);
    if (head === undefined) return { payloadStatus: this.#invalidStatus(state.head) ?? { status: "SYNCING" } };
    const known = (hash: Hex, label: "safe" | "finalized"): Block => {
      if (/^0x0+$/.test(hash)) return this.chain.label(label);
      const block = this.chain.blockByHash(hash);
      if (block === undefined) throw new EngineError(EngineErrorCode.invalidForkchoice, `invalid forkchoice state: the ${label} block ${hash} is not known`);
      return block;
    };
    const safe = known(state.safe, "safe");
    const finalized = known(state.finalized, "finalized");
    for (const [name, block] of [["safe", safe], ["finalized", finalized]] as const) {
      if (!this.#isAncestor(block, head)) throw new EngineError(EngineErrorCode.invalidForkchoice, `invalid forkchoice state: the ${name} block ${block.hash} is not an ancestor of the head ${head.hash}`);
    }
    this.chain.setLabels({ head, safe, finalized });
    const payloadStatus: PayloadStatus = { status: "VALID", latestValidHash: head.hash };
    if (attributes === undefined) return { payloadStatus };
    checkAttributes(this.chain.config, attributes, head.header.timestamp);
    const id = payloadId(head.hash, attributes);
    const build: Build = this.#builds.get(id) ?? { parent: head, attributes };
    if (attributes.noTxPool && build.built === undefined) this.#build(build, NONE);
    this.#builds.set(id, build);
    return { payloadStatus, payloadId: id };
  }

  #isAncestor(block: Block, head: Block): boolean {
    let at: Block | undefined = head;
    while (at !== undefined && at.header.number > block.header.number) {
      if (this.chain.isCanonical(at)) return this.chain.isCanonical(block);
      at = this.chain.blockByHash(at.header.parentHash);
    }
    return at?.hash === block.hash;
  }

  async newPayload(envelope: ExecutionPayloadEnvelope): Promise<PayloadStatus> {
    const { payload } = envelope;
    const actual = payloadBlockHash(envelope);
    if (actual !== payload.blockHash) return { status: "INVALID_BLOCK_HASH", validationError: `blockhash mismatch: got ${payload.blockHash}, the fields give ${actual}` };
    if (this.chain.blockByHash(payload.parentHash) === undefined) {
      const below = this.#invalidStatus(payload.parentHash);
      if (below === undefined) return { status: "SYNCING" };
      this.#invalid.set(payload.blockHash, below.latestValidHash);
      return below;
    }
    try {
      this.chain.importBlock(envelope);
      return { status: "VALID", latestValidHash: payload.blockHash };
    } catch (error) {
      if (!(error instanceof InvalidBlockError)) throw error;
      this.#invalid.set(payload.blockHash, payload.parentHash);
      return { status: "INVALID", latestValidHash: payload.parentHash, validationError: error.message };
    }
  }

  /** What is known of a block that is not in the chain: that it, or one below it, was found invalid. */
  #invalidStatus(hash: Hex): (PayloadStatus & { readonly status: "INVALID"; readonly latestValidHash: Hex }) | undefined {
    const latestValidHash = this.#invalid.get(hash);
    return latestValidHash === undefined ? undefined : { status: "INVALID", latestValidHash, validationError: `links to a block that was found invalid; the last valid one is ${latestValidHash}` };
  }

  async getPayload(id: Hex): Promise<ExecutionPayloadEnvelope> {
    const build = this.#builds.get(id);
    if (build === undefined) throw new EngineError(EngineErrorCode.unknownPayload, `unknown payload ${id}`);
    const executable = build.built === undefined && !build.attributes.noTxPool && this.pool.hasMessages ? await this.#askMessages(build) : NONE;
    return blockToPayload(build.built ?? this.#build(build, executable));
  }

  /** A transaction that enters the pool after this was asked is left for the next block. */
  async #askMessages(build: Build): Promise<ReadonlySet<Hex>> {
    const { parent, attributes } = build;
    const { timestamp } = attributes;
    try {
      const state = this.chain.stateAt(parent);
      build.asking ??= this.pool.executableMessages(timestamp, nextBaseFee(this.chain.config, parent.header, timestamp), (sender) => state.nonce(sender));
      return await build.asking;
    } finally {
      delete build.asking;
    }
  }

  #build(build: Build, executable: ReadonlySet<Hex>): Block {
    const { parent, attributes } = build;
    build.built = this.chain.buildBlock(parent, attributes, (builder) => {
      attributes.transactions.forEach((transaction, i) => {
        try {
          builder.add(transaction);
        } catch (error) {
          if (error instanceof InvalidInputError) throw new EngineError(EngineErrorCode.invalidAttributes, `invalid payload attributes: transaction ${i}: ${error.message}`);
          throw error;
        }
      });
      if (!attributes.noTxPool) this.#fillFromPool(builder, executable);
    });
    return build.built;
  }

  #fillFromPool(builder: BlockBuilder, executable: ReadonlySet<Hex>): void {
    const pending = this.pool.pending(builder.context.baseFee, (sender) => builder.evm.state.nonce(sender), executable);
    const fits = this.daLimits.ofBlock();
    for (let next = pending.next(); next.done !== true; ) {
      if (builder.gasLeft < LEAST_TRANSACTION_GAS) return;
      const pooled = next.value;
      if (!fits(pooled.encoded)) {
        next = pending.next("refused");
        continue;
      }
      try {
        builder.add(pooled.encoded, pooled);
        next = pending.next("taken");
      } catch (error) {
        if (!(error instanceof InvalidInputError)) throw error;
        next = pending.next("refused");
      }
    }
  }

  async payloadByHash(hash: Hex): Promise<ExecutionPayloadEnvelope> {
    return blockToPayload(this.chain.requireBlock(hash));
  }

  async payloadByNumber(number: number): Promise<ExecutionPayloadEnvelope> {
    const block = this.chain.blockByNumber(number);
    if (block === undefined) throw new NotFoundError(`there is no L2 block ${number}; the head is ${this.chain.head.header.number}`);
    return blockToPayload(block);
  }

  async payloadByLabel(label: BlockLabel): Promise<ExecutionPayloadEnvelope> {
    return label === "earliest" ? this.payloadByNumber(0) : blockToPayload(this.chain.label(label === "latest" ? "head" : label));
  }

  async messagePasserStorageRoot(blockHash: Hex): Promise<Hex> {
    const block = this.chain.requireBlock(blockHash);
    if (block.header.requestsHash !== undefined && block.header.withdrawalsRoot !== undefined) return block.header.withdrawalsRoot;
    return bytesToHex(this.chain.stateAt(block).storageRoot(PREDEPLOYS.l2ToL1MessagePasser));
  }

  async receiptsByHash(hash: Hex): Promise<readonly ReceiptLogs[]> {
    return this.chain.receipts(hash).map(({ transactionHash, status, logs }) => ({ transactionHash, status, logs }));
  }

  async blockOfTransaction(hash: Hex): Promise<BlockId> {
    const block = this.chain.locateTransaction(hash)?.block;
    if (block === undefined) throw new NotFoundError(`transaction ${hash} is in no L2 block`);
    return { hash: block.hash, number: block.header.number };
  }

  async close(): Promise<void> {
    await this.chain.close();
  }
}
