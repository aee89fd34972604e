import type { Hex, L1BlockRef, L1Heads } from "@pangaea/primitives";

const MAX_KEPT = 2_000;
/** How far a new head is followed back to the one before; after a longer pause everything is asked anew. */
const MAX_WALK = 64;

/** What stands at each height of L1 below the head that the watcher saw last, as far as it is known by unbroken links from that head. */
export class CanonicalChain {
  #heads: L1Heads | undefined;
  #byNumber = new Map<number, L1BlockRef>();

  get heads(): L1Heads | undefined {
    return this.#heads;
  }

  at(number: number): L1BlockRef | undefined {
    return this.#byNumber.get(number);
  }

  /** Takes in a block that L1 gave for its height, when the links show that it belongs there. */
  add(block: L1BlockRef): void {
    if (this.#byNumber.get(block.number + 1)?.parentHash === block.hash) this.#keep(block);
  }

  /** Moves to new heads. `parent` gives a block by its hash. True when the head before is not among the new one's ancestors. */
  async follow(heads: L1Heads, parent: (hash: Hex) => Promise<L1BlockRef>): Promise<boolean> {
    const before = this.#heads?.latest;
    const chain = [heads.latest];
    let at = heads.latest;
    while (before !== undefined && at.number > before.number && chain.length < MAX_WALK) {
      at = await parent(at.parentHash);
      chain.push(at);
    }
    const extended = before !== undefined && at.hash === before.hash;
    if (!extended) this.#byNumber = new Map();
    for (const block of chain.reverse()) this.#keep(block);
    this.#heads = heads;
    return before !== undefined && !extended && at.number <= before.number;
  }

  forget(): void {
    this.#heads = undefined;
    this.#byNumber = new Map();
  }

  #keep(block: L1BlockRef): void {
    this.#byNumber.set(block.number, block);
    if (this.#byNumber.size > MAX_KEPT) this.#byNumber.delete(this.#byNumber.keys().next().value!);
  }
}
