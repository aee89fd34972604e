import { CriticalError } from "@pangaea/primitives";
import { MemoryStore, openStore, type Store, type Write } from "@pangaea/store";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ALICE, attributesAfter, extend, openChain, transfer } from "./fixture.ts";

/** A store that stops working at the nth write, and all of whose earlier batches are whole. */
class FailingStore implements Store {
  readonly #inner: Store;
  writesLeft = Number.POSITIVE_INFINITY;

  constructor(inner: Store) {
    this.#inner = inner;
  }

  get(key: Uint8Array) {
    return this.#inner.get(key);
  }

  entries(range?: Parameters<Store["entries"]>[0]) {
    return this.#inner.entries(range);
  }

  write(batch: readonly Write[]) {
    if (this.writesLeft <= 0) throw new Error("the disk is gone");
    this.writesLeft--;
    this.#inner.write(batch);
  }

  async close() {}
}

describe("a store that fails", () => {
  it.each([0, 1, 2, 3, 4])("after %i further writes leaves a chain that opens, names whole blocks and goes on", async (writes) => {
    const disk = new MemoryStore();
    const store = new FailingStore(disk);
    const fixture = openChain({ store });
    await extend(fixture, { transactions: [transfer(0)] });
    store.writesLeft = writes;
    const failure = await (async () => {
      for (let nonce = 1; nonce < 4; nonce++) await extend(fixture, { transactions: [transfer(nonce)] });
    })().catch((error: unknown) => error);
    expect(String(failure)).toContain("the disk is gone");

    const opened = openChain({ store: disk });
    const { number } = opened.chain.head.header;
    expect(number).toBe(1 + Math.floor(writes / 2));
    for (let at = 0; at <= number; at++) {
      const block = opened.chain.blockByNumber(at)!;
      expect(opened.chain.receipts(block.hash)).toHaveLength(block.transactions.length);
      expect(opened.chain.stateAt(block).nonce(ALICE.address)).toBe(at);
    }
    expect((await extend(opened, { transactions: [transfer(number)] })).payload.blockNumber).toBe(number + 1);
  });

  it("once does not spoil the running chain", async () => {
    const store = new FailingStore(new MemoryStore());
    const fixture = openChain({ store });
    const reference = openChain();
    for (const one of [fixture, reference]) await extend(one, { transactions: [transfer(0)] });
    store.writesLeft = 0;
    await expect(extend(fixture, { transactions: [transfer(1)] })).rejects.toThrow("the disk is gone");
    store.writesLeft = Number.POSITIVE_INFINITY;
    const [a, b] = [await extend(fixture, { transactions: [transfer(1)] }), await extend(reference, { transactions: [transfer(1)] })];
    expect(a.payload.blockHash).toBe(b.payload.blockHash);
  });
});

describe("a chain on disk", () => {
  it("opens where it was closed, with its labels, and goes on to the same hashes", async () => {
    const folder = mkdtempSync(join(tmpdir(), "pangaea-"));
    const first = openChain({ store: openStore(folder) });
    const memory = openChain();
    for (const one of [first, memory]) {
      const safe = (await extend(one, { transactions: [transfer(0)] })).payload.blockHash;
      const head = (await extend(one, { transactions: [transfer(1)] })).payload.blockHash;
      await one.layer.forkchoiceUpdated({ head, safe, finalized: one.chain.genesisHash });
    }
    await first.layer.close();
    const again = openChain({ store: openStore(folder) });
    expect((["head", "safe", "finalized"] as const).map((label) => again.chain.label(label).header.number)).toEqual([2, 1, 0]);
    const [a, b] = [await extend(again, { transactions: [transfer(2)] }), await extend(memory, { transactions: [transfer(2)] })];
    expect(a.payload.blockHash).toBe(b.payload.blockHash);
    await again.layer.close();
    rmSync(folder, { recursive: true });
  });

  it("of another genesis is refused with the remedy", () => {
    const store = new MemoryStore();
    openChain({ store });
    expect(() => openChain({ store, alloc: { [ALICE.address]: { balance: 5n, nonce: 0, code: new Uint8Array(0), storage: {} } } })).toThrow(CriticalError);
  });

  it("keeps giving equal states however many blocks pass between fresh loads", () => {
    const long = openChain();
    for (let i = 0; i < 210; i++) {
      const parent = long.chain.head;
      const head = long.chain.buildBlock(parent, attributesAfter(parent.header.timestamp), (builder) => builder.add(transfer(i)));
      long.chain.setLabels({ head, safe: long.chain.label("safe"), finalized: long.chain.label("finalized") });
    }
    expect(long.chain.stateAt(long.chain.head).nonce(ALICE.address)).toBe(210);
  });
});
