import { InvalidInputError, silentLogger, TemporaryError } from "@pangaea/primitives";
import { RpcError } from "@pangaea/rpc";
import { describe, expect, it } from "vitest";
import { DEFAULT_RELAYER_OPTIONS } from "../src/options.ts";
import { type PricedCall, TransactionLine } from "../src/transaction-line.ts";
import { SIGNER } from "./support/cluster.ts";
import { SteppedClock } from "../../node/test/support/stepped-clock.ts";
import { MemoryRelayChain } from "./support/memory-relay-chain.ts";

const CALL: PricedCall = { from: SIGNER.address, to: `0x${"33".repeat(20)}`, data: Uint8Array.of(1), accessList: [], gas: 50_000 };
const OPTIONS = { ...DEFAULT_RELAYER_OPTIONS, resubmissionTimeoutMs: 5_000 };
const wanted = () => true;

function setUp(options = OPTIONS) {
  const clock = new SteppedClock(1_700_000_000_000);
  const chain = new MemoryRelayChain(902, { clock });
  return { clock, chain, line: new TransactionLine<string>({ chain, signer: SIGNER, clock, log: silentLogger }, options) };
}

const outOfTime = (clock: SteppedClock): Promise<void> => clock.run(5_000, 5_000);

describe("the transactions of an account", () => {
  it("take nonces in a row and are given back with the block that they are in", async () => {
    const { chain, line } = setUp();
    for (const item of ["a", "b"]) await line.send(item, CALL);
    expect([await line.follow(wanted), line.size]).toEqual([[], 2]);
    chain.mine();
    expect(await line.follow(wanted)).toEqual([{ item: "a", kind: "mined", blockNumber: 1, status: 1 }, { item: "b", kind: "mined", blockNumber: 1, status: 1 }]);
    expect(line.size).toBe(0);
    await line.send("c", CALL);
    expect(chain.pool.map(({ nonce }) => nonce)).toEqual([2]);
  });

  it("are sent again with fees raised by what pools demand when they are in no block in time", async () => {
    const { chain, line, clock } = setUp();
    await line.send("a", CALL);
    chain.market = { baseFee: 5_000n, priorityFee: 100n };
    chain.mine();
    await line.follow(wanted);
    expect(chain.taken).toHaveLength(1);
    await outOfTime(clock);
    await line.follow(wanted);
    expect(chain.taken.map(({ nonce, maxFeePerGas, maxPriorityFeePerGas }) => [nonce, maxFeePerGas, maxPriorityFeePerGas])).toEqual([[0, 2_100n, 100n], [0, 10_100n, 110n]]);
    chain.mine();
    expect(await line.follow(wanted)).toEqual([{ item: "a", kind: "mined", blockNumber: 2, status: 1 }]);
  });

  it("are found by any of their versions", async () => {
    const { chain, line, clock } = setUp();
    await line.send("a", CALL);
    const [first] = chain.taken;
    await outOfTime(clock);
    await line.follow(wanted);
    expect(chain.taken).toHaveLength(2);
    chain.pool = [first!];
    chain.mine();
    expect(await line.follow(wanted)).toEqual([{ item: "a", kind: "mined", blockNumber: 1, status: 1 }]);
  });

  it("do not offer more than the limit over the market", async () => {
    const { chain, line, clock } = setUp({ ...OPTIONS, feeLimitMultiplier: 2, feeLimitThreshold: 0n });
    chain.isStuck = true;
    await line.send("a", CALL);
    for (let i = 0; i < 30; i++) {
      await outOfTime(clock);
      await line.follow(wanted);
    }
    const most = chain.taken.reduce((fee, { maxFeePerGas }) => (maxFeePerGas > fee ? maxFeePerGas : fee), 0n);
    expect(most).toBeGreaterThan(3_000n);
    expect(most).toBeLessThanOrEqual(4_200n);
  });

  it("are replaced by something that uses their nonce up when they are wanted no more", async () => {
    const { chain, line } = setUp();
    await line.send("a", CALL);
    await line.send("b", CALL);
    await line.follow((item) => item !== "a");
    chain.mine();
    expect(await line.follow((item) => item !== "a")).toEqual([{ item: "a", kind: "given-up", reason: "the pool takes it no more" }, { item: "b", kind: "mined", blockNumber: 1, status: 1 }]);
    expect(chain.included.map(({ to, data }) => [to, data.length])).toEqual([[SIGNER.address, 0], [CALL.to, 1]]);
  });

  it("are replaced by it as well when the pool takes them no more", async () => {
    const { chain, line, clock } = setUp();
    await line.send("a", CALL);
    chain.pool = [];
    chain.refuseSend = ({ data }) => (data.length > 0 ? new RpcError(-320_600, "conflicting data") : undefined);
    await outOfTime(clock);
    await line.follow(wanted);
    chain.mine();
    expect(await line.follow(wanted)).toMatchObject([{ item: "a", kind: "given-up" }]);
  });

  it("use the nonces up that a reorg left free before them, when no call takes these in time", async () => {
    const { chain, line, clock } = setUp();
    for (const item of ["a", "b"]) await line.send(item, CALL);
    chain.mine();
    await line.follow(wanted);
    chain.isStuck = true;
    await line.send("c", CALL);
    chain.reorg(1, { keepTransactions: false });
    chain.isStuck = false;
    chain.mine();
    expect(await line.follow(wanted)).toEqual([]);
    await outOfTime(clock);
    await line.follow(wanted);
    chain.mine();
    expect(await line.follow(wanted)).toMatchObject([{ item: "c", kind: "mined", status: 1 }]);
    expect(chain.included.map(({ nonce, to }) => [nonce, to])).toEqual([[0, SIGNER.address], [1, SIGNER.address], [2, CALL.to]]);
  });

  it("are given up only after several looks when a stranger uses their nonce, as endpoints lag", async () => {
    const { chain, line } = setUp();
    await line.send("a", CALL);
    chain.pool = [];
    chain.strangersTransaction(SIGNER.address, 0);
    chain.mine();
    for (let look = 1; look < 5; look++) expect(await line.follow(wanted)).toEqual([]);
    expect(await line.follow(wanted)).toEqual([{ item: "a", kind: "given-up", reason: "its nonce 0 was used by another transaction" }]);
  });

  it("step past a nonce that a stranger used: the send fails for now, and the next one has the next", async () => {
    const { chain, line } = setUp();
    await line.send("a", CALL);
    chain.refuseSend = ({ nonce }) => (nonce === 1 ? new RpcError(-32_000, "nonce too low: next nonce 2, tx nonce 1") : undefined);
    await expect(line.send("b", CALL)).rejects.toThrow(TemporaryError);
    await line.send("b", CALL);
    expect(chain.taken.map(({ nonce }) => nonce)).toEqual([0, 2]);
  });

  it("outbid what waits in the pool at their nonce, within reason", async () => {
    const { chain, line } = setUp();
    chain.strangersTransaction(SIGNER.address, 0, 3_000n);
    chain.pool = chain.pool.map((tx) => ({ ...tx, maxPriorityFeePerGas: 100n }));
    await line.send("a", CALL);
    expect(chain.pool.map(({ nonce, to }) => [nonce, to])).toEqual([[0, CALL.to]]);
    const other = setUp();
    other.chain.strangersTransaction(SIGNER.address, 0, 1_000_000n);
    await expect(other.line.send("a", CALL)).rejects.toThrow(/waits in the pool of chain 902 at a higher price/);
    expect(other.line.size).toBe(0);
  });

  it("are not under way when the pool refuses them, and the nonce stays free", async () => {
    const { chain, line } = setUp();
    chain.refuseSend = () => new InvalidInputError("refused");
    await expect(line.send("a", CALL)).rejects.toThrow("refused");
    chain.refuseSend = () => undefined;
    await line.send("b", CALL);
    expect([line.size, chain.taken.map(({ nonce }) => nonce)]).toEqual([1, [0]]);
  });

  it("that came to an end before the chain failed are given the next time", async () => {
    const { chain, line } = setUp();
    for (const item of ["a", "b"]) await line.send(item, CALL);
    const [, second] = chain.taken;
    chain.mine();
    chain.refuseReceipt = (hash) => (hash === second!.hash ? new TemporaryError("down") : undefined);
    await expect(line.follow(wanted)).rejects.toThrow("down");
    chain.refuseReceipt = () => undefined;
    expect((await line.follow(wanted)).map(({ item, kind }) => [item, kind])).toEqual([["a", "mined"], ["b", "mined"]]);
  });
});

describe("transactions of an earlier run", () => {
  it("are waited for until they are in blocks", async () => {
    const { chain, line } = setUp();
    expect(await line.isOpen()).toBe(true);
    const other = setUp();
    other.chain.strangersTransaction(SIGNER.address, 0);
    expect(await other.line.isOpen()).toBe(false);
    other.chain.mine();
    expect(await other.line.isOpen()).toBe(true);
    expect(chain.taken).toEqual([]);
  });

  it("are waited for no longer than the options allow", async () => {
    const { chain, line, clock } = setUp();
    chain.strangersTransaction(SIGNER.address, 0);
    expect(await line.isOpen()).toBe(false);
    await clock.run(OPTIONS.pendingTimeoutMs - 1, OPTIONS.pendingTimeoutMs - 1);
    expect(await line.isOpen()).toBe(false);
    await clock.run(1);
    expect(await line.isOpen()).toBe(true);
  });
});
