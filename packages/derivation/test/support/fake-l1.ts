import { type BlobHash, bytesToHex, formatBlock, type Hex, joinBytes, keccak256Hex, type L1BlockInfo, type L1BlockRef, type L1Heads, type L1Label, type L1Source, NotFoundError, type ReceiptLogs, TemporaryError, utf8ToBytes, ZERO_HASH } from "@pangaea/primitives";

interface FakeBlock {
  readonly ref: L1BlockRef;
  readonly transactions: readonly Uint8Array[];
  readonly receipts: readonly ReceiptLogs[];
  /** All blobs of the block, in order; a hole is one that nobody has any more. */
  readonly blobs: readonly (Uint8Array | undefined)[];
}

/** An L1 in memory, mined and reorganised by the test. Blocks are two seconds apart. */
export class FakeL1 implements L1Source {
  readonly #genesisTime: number;
  readonly #byHash = new Map<Hex, FakeBlock>();
  readonly #listeners = new Set<(heads: L1Heads) => void>();
  #chain: FakeBlock[] = [];
  #salt = 0;
  safe = 0;
  finalized = 0;
  /** While set, every read waits for it. */
  hold: Promise<void> | undefined;
  down = false;

  constructor(genesisTime: number) {
    this.#genesisTime = genesisTime;
    this.#append({});
  }

  get head(): L1BlockRef {
    return this.#chain.at(-1)!.ref;
  }

  ref(number: number): L1BlockRef {
    return this.#chain[number]!.ref;
  }

  #append({ transactions = [], receipts = [], blobs = [] }: Partial<FakeBlock>): L1BlockRef {
    const number = this.#chain.length;
    const parentHash = this.#chain.at(-1)?.ref.hash ?? ZERO_HASH;
    const hash = keccak256Hex(utf8ToBytes(`${parentHash}/${number}/${this.#salt}/${bytesToHex(joinBytes(transactions))}`));
    const block: FakeBlock = { ref: { hash, number, parentHash, timestamp: this.#genesisTime + 2 * number }, transactions, receipts, blobs };
    this.#chain.push(block);
    this.#byHash.set(hash, block);
    return block.ref;
  }

  /** Mines a block and tells of it. */
  mine(content: Partial<FakeBlock> = {}): L1BlockRef {
    const ref = this.#append(content);
    this.tell();
    return ref;
  }

  /** Takes the last blocks away and mines others, empty, in their place. */
  reorg(depth: number, replacements = depth + 1): void {
    this.#chain = this.#chain.slice(0, -depth);
    this.#salt++;
    for (let i = 0; i < replacements; i++) this.#append({});
    this.tell();
  }

  tell(): void {
    for (const listener of this.#listeners) listener(this.heads());
  }

  heads(): L1Heads {
    return { latest: this.head, safe: this.ref(this.safe), finalized: this.ref(this.finalized) };
  }

  subscribe(listener: (heads: L1Heads) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #answer<T>(read: () => T): Promise<T> {
    await this.hold;
    if (this.down) throw new TemporaryError("L1 does not answer");
    return read();
  }

  #known(hash: Hex): FakeBlock {
    const block = this.#byHash.get(hash);
    if (block === undefined) throw new NotFoundError(`there is no L1 block ${hash}`);
    return block;
  }

  blockRefByLabel(label: L1Label): Promise<L1BlockRef> {
    return this.#answer(() => this.heads()[label]);
  }

  blockRefByNumber(number: number): Promise<L1BlockRef> {
    return this.#answer(() => {
      const block = this.#chain[number];
      if (block === undefined) throw new NotFoundError(`there is no L1 block ${number}; the head is ${formatBlock(this.head)}`);
      return block.ref;
    });
  }

  blockRefByHash(hash: Hex): Promise<L1BlockRef> {
    return this.#answer(() => this.#known(hash).ref);
  }

  infoByHash(hash: Hex): Promise<L1BlockInfo> {
    return this.#answer(() => ({ ...this.#known(hash).ref, mixHash: hash, baseFee: 7n, excessBlobGas: 0n, parentBeaconBlockRoot: hash, stateRoot: ZERO_HASH }));
  }

  receiptsByHash(hash: Hex): Promise<readonly ReceiptLogs[]> {
    return this.#answer(() => this.#known(hash).receipts);
  }

  transactionsByHash(hash: Hex): Promise<readonly Uint8Array[]> {
    return this.#answer(() => this.#known(hash).transactions);
  }

  blobs(block: L1BlockRef, hashes: readonly BlobHash[]): Promise<readonly Uint8Array[]> {
    return this.#answer(() => {
      const { blobs } = this.#known(block.hash);
      return hashes.map(({ index }) => {
        const blob = blobs[index];
        if (blob === undefined) throw new NotFoundError(`the fake L1 has no blob ${index} in block ${formatBlock(block)}`);
        return blob;
      });
    });
  }
}
