import { beforeEach, describe, expect, it } from "vitest";
import { bytesEqual, bytesToHex, commitmentTxData, type DaStore, keccakCommitment, silentLogger, TemporaryError } from "@pangaea/primitives";
import { Batcher, batcherAdminMethods, type BatcherOptions, DEVNET_BATCHER_OPTIONS, localSigner, type RollupStatus } from "../src/index.ts";
import { CONFIG, KEY, L2Chain, l1Ref, transfer } from "./support/chain.ts";
import { compressAtOnce, countingRandom, FakeClock, FakeL1, fakeCommitter } from "./support/fakes.ts";
import { turn } from "../../node/test/support/stepped-clock.ts";
import { itemsOf, readBlocks } from "./support/read-l1.ts";

/** A rollup node that derives at once what the L1 blocks up to `currentL1` hold. */
class World {
  readonly clock = new FakeClock();
  readonly l1 = new FakeL1();
  readonly chain = new L2Chain();
  derived = 0;

  /** Data on L1 as the node reads it: blocks that do not follow the safe head are dropped. */
  get safe(): number {
    let safe = 0;
    for (const { timestamp, transactions } of this.read(this.derived)) {
      const number = timestamp - CONFIG.genesis.l2Time;
      if (number !== safe + 1 || number > this.chain.head.number) continue;
      const wanted = this.chain.transactions(number);
      if (wanted.length === transactions.length && wanted.every((one, i) => bytesEqual(one, transactions[i]!))) safe = number;
    }
    return safe;
  }

  /** The DA server, in memory: inputs by the commitments that L1 carries in their place. */
  readonly inputs = new Map<string, Uint8Array>();
  isDaDown = false;
  readonly da: DaStore = {
    put: async (input) => {
      if (this.isDaDown) throw new TemporaryError("the DA server does not answer");
      const commitment = keccakCommitment(input);
      this.inputs.set(bytesToHex(commitmentTxData(commitment)), input);
      return commitment;
    },
  };

  read(upTo = Number.MAX_SAFE_INTEGER) {
    return readBlocks(this.l1.mined.filter(({ block }) => block <= upTo).flatMap(({ tx, blobs }) => itemsOf({ blobs, data: this.inputs.get(bytesToHex(tx.data)) ?? tx.data })));
  }

  get numbersOnL1(): number[] {
    return this.read().map(({ timestamp }) => timestamp - CONFIG.genesis.l2Time);
  }

  /** The L2 blocks that one of the batcher's transactions carries. */
  numbersIn(transaction: number): number[] {
    const { tx, blobs } = this.l1.mined[transaction]!;
    return readBlocks(itemsOf({ blobs, data: tx.data })).map(({ timestamp }) => timestamp - CONFIG.genesis.l2Time);
  }

  syncStatus = async (): Promise<RollupStatus> => ({
    headL1: l1Ref(this.l1.blocks.length - 1), currentL1: l1Ref(this.derived), localSafeL2: this.chain.ref(this.safe), unsafeL2: this.chain.head,
  });

  /** An L1 block every 2 s with two L2 blocks; derivation keeps up. */
  async rounds(count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      for (let block = 0; block < 2; block++) {
        this.chain.add([transfer(this.chain.head.number)]);
        await this.clock.run(1_000);
      }
      await turn(50);
      this.l1.mine();
      this.derived = this.l1.blocks.length - 1;
    }
  }

  batcher(options: Partial<BatcherOptions> = {}, da?: DaStore): Batcher {
    const { clock, l1 } = this;
    const modules = { config: CONFIG, rollup: this, l2: this.chain, l1, signer: localSigner(KEY), kzg: fakeCommitter, clock, random: countingRandom(), log: silentLogger, compress: compressAtOnce, ...(da === undefined ? {} : { da }) };
    return new Batcher(modules, { ...DEVNET_BATCHER_OPTIONS, brotliQuality: 1, ...options });
  }

  /** Lets L1 go on without new L2 blocks until everything is safe. */
  async settle(): Promise<void> {
    for (let i = 0; i < 20 && this.safe < this.chain.head.number; i++) {
      await this.clock.run(2_000);
      await turn(50);
      this.l1.mine();
      this.derived = this.l1.blocks.length - 1;
    }
  }
}

const upTo = (last: number): number[] => Array.from({ length: last }, (_, i) => i + 1);
let world: World;
beforeEach(() => {
  world = new World();
});

describe("the batcher", () => {
  it.each(["blobs", "calldata", "auto"] as const)("puts every block on L1 once, in order, and the safe head stays within 2 L1 blocks: %s", async (dataAvailability) => {
    const batcher = world.batcher({ dataAvailability });
    batcher.start();
    for (let i = 0; i < 10; i++) {
      await world.rounds(1);
      expect(world.chain.head.number - world.safe).toBeLessThanOrEqual(4);
    }
    await world.settle();
    expect(world.numbersOnL1).toEqual(upTo(world.chain.head.number));
    await batcher.stop({ flush: false });
  });

  it("puts what comes while a transaction is on its way into the next one, up to the moment when that is sent", async () => {
    const batcher = world.batcher();
    batcher.start();
    await world.rounds(3);
    world.l1.isStuck = true;
    await world.rounds(3);
    const sent = world.l1.mined.length;
    world.l1.isStuck = false;
    await world.rounds(2);
    const atConfirmation = world.chain.head.number - 2;
    await world.settle();
    expect(world.numbersIn(sent + 1).at(-1)).toBeGreaterThanOrEqual(atConfirmation);
    expect(world.numbersOnL1).toEqual(upTo(world.chain.head.number));
    await batcher.stop({ flush: false });
  });

  it("goes on after a restart without losing or repeating a block, even with transactions left in the pool", async () => {
    const first = world.batcher();
    first.start();
    await world.rounds(4);
    world.l1.isStuck = true;
    await world.rounds(2);
    expect(world.l1.pool.length).toBe(1);
    await first.stop({ flush: false });
    const second = world.batcher();
    second.start();
    await world.clock.run(1_000);
    world.l1.isStuck = false;
    await world.rounds(3);
    await world.settle();
    expect(world.numbersOnL1).toEqual(upTo(world.chain.head.number));
    await second.stop({ flush: false });
  });

  it("sends again what an L1 reorg took out", async () => {
    const batcher = world.batcher();
    batcher.start();
    await world.rounds(5);
    const before = world.safe;
    world.l1.reorg(3);
    expect(world.safe).toBeLessThan(before);
    await world.rounds(8);
    await world.settle();
    expect(world.safe).toBe(world.chain.head.number);
    await batcher.stop({ flush: false });
  });

  it("sends nothing while it is held, though blocks go on, then everything in order", async () => {
    const batcher = world.batcher();
    batcher.start();
    await world.rounds(3);
    await world.settle();
    const before = world.l1.mined.length;
    expect(batcher.hold(20_000)).toBe(world.clock.now() + 20_000);
    await world.rounds(4);
    expect([world.l1.mined.length, world.l1.pool.length]).toEqual([before, 0]);
    expect(batcher.status()).toMatchObject({ isRunning: true, pendingTransactions: 0 });
    expect(batcher.status().pendingBytes).toBeGreaterThan(0);
    const held = world.chain.head.number;
    await world.rounds(8);
    await world.settle();
    expect(world.numbersOnL1).toEqual(upTo(world.chain.head.number));
    expect(world.numbersIn(before).at(-1), "all that was held goes at once").toBeGreaterThanOrEqual(held);
    await batcher.stop({ flush: false });
  });

  it.each([
    ["a hold of nothing", (batcher: Batcher) => void batcher.hold(0)],
    ["an orderly stop", (batcher: Batcher) => void batcher.stop({ flush: true })],
  ])("is held no longer after %s", async (_, end) => {
    const batcher = world.batcher({ flushTimeoutMs: 60_000 });
    batcher.start();
    await world.rounds(2);
    batcher.hold(1_000_000);
    await world.rounds(2);
    const held = world.numbersOnL1.length;
    end(batcher);
    await world.settle();
    expect(world.numbersOnL1.length).toBeGreaterThan(held);
    await batcher.stop({ flush: false });
  });

  it("follows an L2 reorg", async () => {
    const batcher = world.batcher();
    batcher.start();
    await world.rounds(4);
    world.chain.reorgTo(world.safe + 1);
    await world.rounds(4);
    await world.settle();
    expect(world.safe).toBe(world.chain.head.number);
    await batcher.stop({ flush: false });
  });

  it("an orderly stop puts the open channel on L1 before it ends", async () => {
    const batcher = world.batcher({ maxChannelDuration: 0, flushTimeoutMs: 60_000 });
    batcher.start();
    await world.rounds(4);
    expect(world.numbersOnL1).toEqual([]);
    let stopped = false;
    const stop = batcher.stop({ flush: true }).then(() => { stopped = true; });
    await turn(50);
    await world.clock.run(1_000);
    await turn(50);
    expect(stopped).toBe(false);
    world.l1.mine();
    await world.clock.until("the batcher stops", () => stopped);
    await stop;
    expect(world.numbersOnL1).toEqual(upTo(world.chain.head.number));
    expect(batcher.status().isRunning).toBe(false);
  });

  it("an orderly stop sends its last data behind a transaction that is on its way, without waiting for that", async () => {
    const batcher = world.batcher({ flushTimeoutMs: 60_000 });
    batcher.start();
    await world.rounds(2);
    world.l1.isStuck = true;
    await world.rounds(2);
    expect(world.l1.pool.length).toBe(1);
    let stopped = false;
    const stop = batcher.stop({ flush: true }).then(() => { stopped = true; });
    await world.clock.until("the last data are on their way", () => world.l1.pool.length === 2);
    world.l1.isStuck = false;
    world.l1.mine();
    await world.clock.until("the batcher stops", () => stopped);
    await stop;
    expect(world.numbersOnL1).toEqual(upTo(world.chain.head.number));
  });

  it("an orderly stop ends in bounded time when L1 takes nothing", async () => {
    const batcher = world.batcher({ flushTimeoutMs: 5_000 });
    batcher.start();
    await world.rounds(2);
    world.l1.isStuck = true;
    await world.rounds(1);
    let stopped = false;
    const stop = batcher.stop({ flush: true }).then(() => { stopped = true; });
    await world.clock.run(6_000);
    await stop;
    expect(stopped).toBe(true);
  });

  it("starts, flushes and stops by its admin methods, and says how far it is", async () => {
    const batcher = world.batcher({ maxChannelDuration: 0 });
    const methods = batcherAdminMethods(batcher);
    expect(await methods.admin_startBatcher!([], {})).toBeNull();
    await world.rounds(3);
    expect(batcher.status()).toMatchObject({ isRunning: true, lag: expect.any(Number), pendingTransactions: 0, channels: 0 });
    expect(batcher.status().pendingBytes).toBeGreaterThan(0);
    const flushed = methods.admin_flushBatcher!([], {});
    await world.clock.run(1_000);
    await turn(50);
    expect(await flushed).toBeNull();
    expect(batcher.status().channels).toBe(1);
    await batcher.stop({ flush: false });
  });

  it("drops a channel that took longer than the channel timeout and sends its blocks in another", async () => {
    const batcher = world.batcher({ dataAvailability: "calldata", maxCalldataBytes: 200, resubmissionTimeoutMs: 1_000_000 });
    batcher.start();
    await world.rounds(3);
    world.l1.isStuck = true;
    const held = world.safe;
    for (let i = 0; i < 52; i++) {
      world.l1.mine();
      world.derived = world.l1.blocks.length - 1;
      await world.clock.run(500);
    }
    expect(world.safe).toBe(held);
    world.l1.isStuck = false;
    for (let i = 0; i < 40; i++) {
      await world.clock.run(1_000);
      await turn(20);
      world.l1.mine();
      world.derived = world.l1.blocks.length - 1;
    }
    expect(world.safe).toBe(world.chain.head.number);
    await batcher.stop({ flush: false });
  });

  it.each([1, 4])("puts every block to a DA server, %i at once, and commitments on L1 in order, whatever carrier is set", async (maxConcurrentDaRequests) => {
    const batcher = world.batcher({ dataAvailability: "blobs", maxPendingTransactions: 4, maxConcurrentDaRequests, maxCalldataBytes: 120 }, world.da);
    batcher.start();
    await world.rounds(8);
    await world.settle();
    expect(world.numbersOnL1).toEqual(upTo(world.chain.head.number));
    expect(world.l1.mined.length).toBeGreaterThan(8);
    expect(world.l1.mined.every(({ tx, blobs }) => blobs.length === 0 && tx.data[0] === 1 && tx.data.length === 34)).toBe(true);
    await batcher.stop({ flush: false });
  });

  it("puts nothing on L1 while the DA server is down, and everything once it is back", async () => {
    const batcher = world.batcher({ maxPendingTransactions: 3 }, world.da);
    batcher.start();
    await world.rounds(3);
    await world.settle();
    const before = world.l1.mined.length;
    world.isDaDown = true;
    await world.rounds(4);
    expect([world.l1.mined.length, world.l1.pool.length, batcher.status().pendingTransactions]).toEqual([before, 0, 0]);
    world.isDaDown = false;
    await world.rounds(4);
    await world.settle();
    expect(world.numbersOnL1).toEqual(upTo(world.chain.head.number));
    await batcher.stop({ flush: false });
  });
});
