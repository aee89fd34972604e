import { type AltDaConfig, l2BlockNumberAt, type RollupConfig, timestampOfL2Block } from "@pangaea/config";
import { grantedHead, type Heads, localAuthority, type SafetyAuthority } from "@pangaea/engine";
import { logHashOf } from "@pangaea/interop";
import { SafeHeadDb, type SyncStatus, syncStatus } from "@pangaea/node";
import { concatBytes, type ExecutionLayer, type ExecutionPayloadEnvelope, type Hex, hexToBytes, joinBytes, keccak256Hex, type L1BlockRef, type L2BlockRef, type Log, NotFoundError, TemporaryError, utf8ToBytes, ZERO_ADDRESS, ZERO_HASH } from "@pangaea/primitives";
import { MemoryStore } from "@pangaea/store";
import type { InteropChain } from "../../src/interop/interop-chain.ts";
import { type Body, type FakeL1, type Posting, word } from "./fake-l1.ts";
import { messageOf, type SentMessage } from "./messages.ts";

export const GENESIS_TIME = 1_000;

export interface FakeChainOptions {
  readonly blockTime?: number;
  /** Seconds after the cluster's genesis. */
  readonly activation?: number;
  /** Seconds after the cluster's genesis at which the chain begins. */
  readonly begins?: number;
  /** Where the data are, when not on L1. */
  readonly altDa?: AltDaConfig;
}

interface FakeBlock {
  readonly ref: L2BlockRef;
  readonly body: Body;
}

/** The hash of a block's deposit (0) or of its other transaction (1). */
export const transactionOf = (blockHash: Hex, i: number): Hex => keccak256Hex(utf8ToBytes(`transaction ${i} of ${blockHash}`));

/** A block that the test sequenced. */
export interface Sequenced {
  readonly number: number;
  readonly timestamp: number;
  /** The message that a log of the block is. */
  message(logIndex: number): SentMessage;
}

/** A rollup that does what a node does, without executing anything: derives from the L1's batches, replaces what is denied, follows its authority. */
export class FakeChain implements InteropChain {
  readonly chainId: number;
  readonly config: RollupConfig;
  authority: SafetyAuthority = localAuthority;
  /** Whether the node runs. */
  running = true;
  /** Whether the node, though it runs, does nothing: it has not heard of anything yet. */
  stalled = false;
  /** Last L1 block that derivation sees. */
  seesUpTo = Number.MAX_SAFE_INTEGER;
  /** What the execution layer cannot do. */
  fault: "none" | "no receipts" | "unreachable" = "none";
  /** How often it was told to derive again. */
  resets = 0;
  /** Blocks that gave way to their deposits, by number, each time that it happened. */
  readonly replaced: number[] = [];
  readonly #l1: FakeL1;
  readonly #safeHeads = new SafeHeadDb(new MemoryStore());
  readonly #known = new Map<Hex, FakeBlock>();
  #blocks: FakeBlock[] = [];
  #localSafe = 0;
  #safe = 0;
  #finalized = 0;
  #crossUnsafe = 0;
  #read: L1BlockRef | undefined;
  #needsReset = true;
  #authorityMoved = false;

  constructor(chainId: number, l1: FakeL1, { blockTime = 1, activation = 0, begins = 0, altDa }: FakeChainOptions = {}) {
    this.chainId = chainId;
    this.#l1 = l1;
    const l1Genesis = l1.block(0)!;
    const genesis: L2BlockRef = { hash: word(0xa2, chainId), number: 0, parentHash: ZERO_HASH, timestamp: GENESIS_TIME + begins, l1Origin: { hash: l1Genesis.hash, number: 0 }, sequenceNumber: 0 };
    this.config = {
      genesis: {
        l1: genesis.l1Origin, l2: { hash: genesis.hash, number: 0 }, l2Time: genesis.timestamp,
        systemConfig: { batcherAddress: ZERO_ADDRESS, overhead: ZERO_HASH, scalar: ZERO_HASH, gasLimit: 30_000_000, eip1559Params: "0x0000000000000000", operatorFeeParams: ZERO_HASH, minBaseFee: 0n, daFootprintGasScalar: 0 },
      },
      blockTime, maxSequencerDrift: 600, seqWindowSize: 3_600, channelTimeout: 300, l1ChainId: 900, l2ChainId: chainId, forks: { lagoon: GENESIS_TIME + activation }, keepKarstUpgradeGas: false,
      batchInboxAddress: ZERO_ADDRESS, depositContractAddress: ZERO_ADDRESS, l1SystemConfigAddress: ZERO_ADDRESS, protocolVersionsAddress: ZERO_ADDRESS, feeMarket: { elasticity: 6, denominator: 50, denominatorCanyon: 250 },
      ...(altDa === undefined ? {} : { altDa }),
    };
    this.#add({ ref: genesis, body: { deposits: [], logs: [] } });
  }

  get safeHeads(): SafeHeadDb {
    if (!this.running) throw new TemporaryError(`chain ${this.chainId}: its node is paused`);
    return this.#safeHeads;
  }

  heads(): Heads | undefined {
    if (!this.running || this.#read === undefined) return undefined;
    const at = (number: number) => this.#blocks[number]!.ref;
    return { unsafe: this.tip, crossUnsafe: at(this.#crossUnsafe), pendingSafe: at(this.#localSafe), localSafe: at(this.#localSafe), safe: at(this.#safe), finalized: at(this.#finalized) };
  }

  syncStatus(): SyncStatus {
    if (!this.running) throw new TemporaryError(`chain ${this.chainId}: its node is paused`);
    return syncStatus(this.#read, this.#l1.heads(), this.heads());
  }

  reset(): void {
    this.resets++;
    this.#needsReset = true;
  }

  authorityMoved(): void {
    this.#authorityMoved = true;
  }

  /** The node begins anew above what its execution layer holds. */
  restart(): void {
    this.#needsReset = true;
    this.#read = undefined;
  }

  get tip(): L2BlockRef {
    return this.#blocks.at(-1)!.ref;
  }

  /** The canonical block of a number. */
  at(number: number): FakeBlock {
    return this.#blocks[number]!;
  }

  /** Any block that ever was. */
  byHash(hash: Hex): FakeBlock {
    return this.#require(this.#known.get(hash), hash);
  }

  /** The block at a time or before it. */
  atTime(timestamp: number): FakeBlock {
    return this.at(l2BlockNumberAt(this.config, timestamp));
  }

  /** The sequencer's next block. */
  block(logs: readonly Log[] = [], deposits: readonly Log[] = []): Sequenced {
    const block = this.#make(this.tip, { deposits, logs });
    this.#add(block);
    const { number, timestamp } = block.ref;
    return { number, timestamp, message: (logIndex) => this.messageAt(number, logIndex, [...deposits, ...logs][logIndex]!) };
  }

  /** Empty blocks up to a time. */
  fill(timestamp: number): void {
    while (this.tip.timestamp + this.config.blockTime <= timestamp) this.block();
  }

  /** Begins with blocks up to a number that are safe already, it is not known since when. */
  startAt(number: number): void {
    while (this.tip.number < number) this.block();
    this.#localSafe = number;
    this.#safe = number;
  }

  /** Another sequencer's word: the unsafe blocks from a number on are dropped. */
  dropUnsafe(from: number): void {
    this.#blocks = this.#blocks.slice(0, Math.max(from, this.#localSafe + 1));
    this.#crossUnsafe = Math.min(this.#crossUnsafe, this.tip.number);
  }

  /** Has other blocks from a number on, from the same L1: something that no node may do. */
  rewrite(number: number, logs: readonly Log[]): void {
    const kept = this.#blocks.slice(number + 1);
    this.#blocks = this.#blocks.slice(0, number);
    this.#add(this.#make(this.tip, { deposits: [], logs }));
    for (const { body } of kept) this.#add(this.#make(this.tip, body));
  }

  /** The message that a log at a place of this chain is, whether or not it is there. */
  messageAt(number: number, logIndex: number, log: Log): SentMessage {
    return messageOf(log, { chainId: BigInt(this.chainId), blockNumber: number, timestamp: timestampOfL2Block(this.config, number), logIndex });
  }

  /** The batches of the blocks that are not on L1 yet. */
  unposted(): readonly Posting[] {
    const posted = this.#l1.highestPosted(this.chainId);
    return this.#blocks.filter(({ ref }) => ref.number > posted).map(({ ref, body }) => ({ chainId: this.chainId, number: ref.number, body }));
  }

  /** All that the node can do now; whether anything changed. */
  async run(): Promise<boolean> {
    if (!this.running || this.stalled) return false;
    const before = this.#state();
    if (this.#needsReset || (this.#read !== undefined && !this.#l1.has(this.#read))) await this.#deriveAgain();
    await this.#derive();
    if (this.#authorityMoved || this.#state() !== before) await this.#follow();
    return this.#state() !== before;
  }

  readonly execution: InteropChain["execution"] = {
    payloadByNumber: async (number) => this.#envelope(this.#blocks[number], `number ${number}`),
    payloadByHash: async (hash) => this.#envelope(this.#known.get(hash), hash),
    receiptsByHash: async (hash) => {
      const { body } = this.#require(this.#known.get(hash), hash);
      if (this.fault === "no receipts") throw new NotFoundError(`chain ${this.chainId}: the receipts of block ${hash} are not kept`);
      return [body.deposits, body.logs].map((logs, i): Awaited<ReturnType<ExecutionLayer["receiptsByHash"]>>[number] => ({ transactionHash: transactionOf(hash, i), status: 1, logs }));
    },
    messagePasserStorageRoot: async (hash) => keccak256Hex(utf8ToBytes(`message passer of ${this.#require(this.#known.get(hash), hash).ref.hash}`)),
    blockOfTransaction: async (hash) => {
      const found = this.#blocks.find(({ ref }) => [0, 1].some((i) => transactionOf(ref.hash, i) === hash));
      if (found === undefined) throw new NotFoundError(`chain ${this.chainId} has no transaction ${hash}`);
      return found.ref;
    },
  };

  #state(): string {
    return [this.#read?.hash, this.tip.hash, this.#blocks[this.#localSafe]?.ref.hash, this.#localSafe, this.#safe, this.#finalized, this.#crossUnsafe].join();
  }

  async #deriveAgain(): Promise<void> {
    this.#needsReset = false;
    const proven = (await this.#safeHeads.newestOn(async (block) => this.#l1.has(block)))?.safeHead.number ?? this.#safeHeads.floor ?? this.#localSafe;
    const verdict = await this.authority.safeHead();
    const granted = verdict.kind === "verified" ? verdict.block.number : verdict.kind === "up-to" ? verdict.number : this.#safe;
    const start = Math.max(Math.min(proven, granted, this.#localSafe), this.#finalized);
    this.#safeHeads.truncate({ hash: ZERO_HASH, number: start + 1 });
    this.#safeHeads.begin(start);
    for (const height of await this.authority.deniedHeights(start + 1)) {
      const block = this.#blocks[height];
      if (block === undefined || !(await this.authority.isDenied(height, block.ref.hash))) continue;
      this.#blocks = this.#blocks.slice(0, height);
      break;
    }
    this.#localSafe = start;
    this.#safe = Math.min(this.#safe, start);
    this.#crossUnsafe = Math.min(this.#crossUnsafe, this.#blocks.length - 1);
    this.#read = this.#l1.block(0);
    this.#authorityMoved = true;
  }

  async #derive(): Promise<void> {
    for (let next = (this.#read?.number ?? 0) + 1; next <= Math.min(this.#l1.head.number, this.seesUpTo); next++) {
      const l1Block = this.#l1.block(next)!;
      for (const { chainId, number, body } of l1Block.postings) {
        if (chainId !== this.chainId || number !== this.#localSafe + 1) continue;
        await this.#promote(number, body);
        this.#safeHeads.record(l1Block, this.#blocks[number]!.ref);
      }
      this.#read = l1Block;
    }
  }

  async #promote(number: number, body: Body): Promise<void> {
    const parent = this.#blocks[number - 1]!.ref;
    let block = this.#make(parent, body);
    if (await this.authority.isDenied(number, block.ref.hash)) {
      block = this.#make(parent, { ...body, logs: [] });
      this.replaced.push(number);
    }
    if (this.#blocks[number]?.ref.hash !== block.ref.hash) {
      this.#blocks = this.#blocks.slice(0, number);
      this.#crossUnsafe = Math.min(this.#crossUnsafe, number - 1);
      this.#add(block);
    }
    this.#localSafe = number;
  }

  async #follow(): Promise<void> {
    this.#authorityMoved = false;
    const heads = this.heads();
    if (heads === undefined) return;
    const canonical = async (number: number, hash?: Hex) => {
      const ref = this.#blocks[number]?.ref;
      return hash === undefined || ref?.hash === hash ? ref : undefined;
    };
    this.#safe = Math.max((await grantedHead(await this.authority.safeHead(), heads.localSafe, heads.safe, canonical)).number, this.#finalized);
    const final = await grantedHead(await this.authority.finalizedHead(), heads.localSafe, heads.finalized, canonical);
    this.#finalized = Math.max(this.#finalized, Math.min(final.number, this.#safe));
    this.#crossUnsafe = (await grantedHead(await this.authority.crossUnsafeHead(), heads.unsafe, heads.crossUnsafe, canonical)).number;
  }

  #make(parent: L2BlockRef, body: Body): FakeBlock {
    const number = parent.number + 1;
    const seed = concatBytes(hexToBytes(parent.hash), utf8ToBytes(`${this.chainId}/${number}/${body.deposits.length}/${body.logs.length}`), joinBytes([...body.deposits, ...body.logs].map(logHashOf)));
    return { ref: { hash: keccak256Hex(seed), number, parentHash: parent.hash, timestamp: timestampOfL2Block(this.config, number), l1Origin: this.config.genesis.l1, sequenceNumber: number }, body };
  }

  #add(block: FakeBlock): void {
    this.#blocks.push(block);
    this.#known.set(block.ref.hash, block);
  }

  #require(block: FakeBlock | undefined, what: string): FakeBlock {
    if (this.fault === "unreachable") throw new TemporaryError(`chain ${this.chainId}: the execution layer does not answer`);
    if (block === undefined) throw new NotFoundError(`chain ${this.chainId} has no block ${what}`);
    return block;
  }

  #envelope(found: FakeBlock | undefined, what: string): ExecutionPayloadEnvelope {
    const { ref } = this.#require(found, what);
    const payload = {
      parentHash: ref.parentHash, feeRecipient: ZERO_ADDRESS, stateRoot: keccak256Hex(utf8ToBytes(`state of ${ref.hash}`)), receiptsRoot: ZERO_HASH, logsBloom: new Uint8Array(256), prevRandao: ZERO_HASH, blockNumber: ref.number,
      gasLimit: 30_000_000, gasUsed: 0, timestamp: ref.timestamp, extraData: new Uint8Array(0), baseFeePerGas: 1n, blockHash: ref.hash, transactions: [],
    };
    return { payload };
  }
}
