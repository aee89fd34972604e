import { encodeTransaction, type Hex, InvalidInputError, signTransaction, transactionHash, TX_BLOB, ZERO_HASH } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import type { TransactionPool } from "../src/index.ts";
import { alice, attributesAfter, bob, build, carol, CHAIN_ID, deposit, ETHER, extend, GAS_LIMIT, GWEI, signed, testLayer } from "./support/chain.ts";

const pending = (pool: TransactionPool, baseFee = GWEI): Hex[] => [...pool.pending(baseFee, () => 0)].map(({ hash }) => hash);
const tip = (gwei: bigint) => ({ maxPriorityFeePerGas: gwei * GWEI, maxFeePerGas: gwei * GWEI + 5n * GWEI });

describe("the transaction pool", () => {
  it("gives the highest tip first and each sender's transactions in order of nonce", () => {
    const { pool } = testLayer();
    const a1 = pool.add(signed(alice, 1, tip(9n)));
    const a0 = pool.add(signed(alice, 0, tip(2n)));
    const b0 = pool.add(signed(bob, 0, tip(5n)));
    const c0 = pool.add(signed(carol, 0, tip(1n)));
    expect(pending(pool)).toEqual([b0, a0, a1, c0]);
  });

  it("leaves out what cannot pay the base fee or waits for a lower nonce", () => {
    const { pool } = testLayer();
    pool.add(signed(alice, 1));
    pool.add(signed(bob, 0, { maxFeePerGas: GWEI, maxPriorityFeePerGas: 1n }));
    const c0 = pool.add(signed(carol, 0));
    expect(pending(pool, 2n * GWEI)).toEqual([c0]);
  });

  it("replaces a transaction only for ten percent more of both fees", () => {
    const { pool } = testLayer();
    const first = pool.add(signed(alice, 0, { maxPriorityFeePerGas: 100n, maxFeePerGas: 10n * GWEI }));
    expect(() => pool.add(signed(alice, 0, { maxPriorityFeePerGas: 109n, maxFeePerGas: 11n * GWEI }))).toThrow("replacement transaction underpriced");
    expect(() => pool.add(signed(alice, 0, { maxPriorityFeePerGas: 110n, maxFeePerGas: 10n * GWEI + 1n }))).toThrow("replacement transaction underpriced");
    const second = pool.add(signed(alice, 0, { maxPriorityFeePerGas: 110n, maxFeePerGas: 11n * GWEI }));
    expect([pool.get(first), pool.size, pending(pool)]).toEqual([undefined, 1, [second]]);
  });

  const blob = () =>
    encodeTransaction(signTransaction({ type: TX_BLOB, chainId: CHAIN_ID, nonce: 0, maxPriorityFeePerGas: 1n, maxFeePerGas: GWEI, gas: 21_000, to: bob.address, value: 0n, data: new Uint8Array(0), accessList: [], maxFeePerBlobGas: 1n, blobVersionedHashes: [ZERO_HASH] }, alice.key));
  it.each<readonly [string, () => Uint8Array, RegExp]>([
    ["a deposit", () => deposit(), /transaction type not supported/],
    ["a blob transaction", blob, /transaction type not supported/],
    ["another chain's transaction", () => signed(alice, 0, { chainId: 1 }), /invalid chain id for signer: have 1 want 901/],
    ["too little gas", () => signed(alice, 0, { gas: 20_999 }), /intrinsic gas too low/],
    ["more gas than a block leaves it", () => signed(alice, 0, { gas: GAS_LIMIT - 69_999 }), /exceeds block gas limit/],
    ["a tip above the fee cap", () => signed(alice, 0, { maxPriorityFeePerGas: 2n, maxFeePerGas: 1n }), /priority fee per gas higher than max fee/],
    ["more value than the sender has", () => signed(alice, 0, { value: 101n * ETHER }), /insufficient funds/],
    ["more bytes than allowed", () => signed(alice, 0, { data: new Uint8Array(131_072), gas: 10_000_000 }), /oversized data/],
    ["bytes that are no transaction", () => Uint8Array.of(2, 1), /RLP|list/],
  ])("refuses %s", (_, make, why) => {
    const { pool } = testLayer();
    expect(() => pool.add(make())).toThrow(why);
    expect(pool.size).toBe(0);
  });

  it("asks that the sender can pay the L1 and operator fee beside gas and value", () => {
    const { pool } = testLayer();
    const gasCost = 200_000n * 10n * GWEI;
    expect(() => pool.add(signed(alice, 0, { value: 100n * ETHER - gasCost }))).toThrow(/insufficient funds/);
    expect(() => pool.add(signed(alice, 0, { value: 100n * ETHER - gasCost - ETHER / 1_000n }))).not.toThrow();
  });

  it("asks that the sender can pay for all that waits, and counts what a replacement replaces no more", () => {
    const { pool } = testLayer();
    const value = 49n * ETHER;
    pool.add(signed(alice, 0, { value }));
    const second = pool.add(signed(alice, 1, { value }));
    expect(() => pool.add(signed(alice, 2, { value: 3n * ETHER }))).toThrow(/^insufficient funds for gas \* price \+ value: balance 100\d+, queued cost 98\d+, tx cost 3\d+, overshot 1\d+$/);
    expect(() => pool.add(signed(alice, 1, { value: value + ETHER, ...tip(20n) })), "one more ether for the same nonce").not.toThrow();
    expect([pool.get(second), pool.size]).toEqual([undefined, 2]);
    expect(() => pool.add(signed(alice, 2, { value: ETHER }))).toThrow(/insufficient funds/);
    pool.add(signed(bob, 0, { value: 99n * ETHER }));
  });

  it("asks no more for what has left, into a block or otherwise", async () => {
    const layer = testLayer();
    layer.pool.add(signed(alice, 0, { value: 60n * ETHER, to: alice.address }));
    await extend(layer);
    const hash = layer.pool.add(signed(alice, 1, { value: 60n * ETHER }));
    layer.pool.remove(hash);
    expect(() => layer.pool.add(signed(alice, 1, { value: 61n * ETHER }))).not.toThrow();
  });

  it("refuses a nonce that is used, and the same transaction twice", async () => {
    const layer = testLayer();
    layer.pool.add(signed(alice, 0));
    expect(() => layer.pool.add(signed(alice, 0))).toThrow("already known");
    await extend(layer);
    expect(layer.pool.size).toBe(0);
    expect(() => layer.pool.add(signed(alice, 0))).toThrow(/nonce too low: next nonce 1, tx nonce 0/);
  });

  it("keeps so many of one sender and no more", () => {
    const { pool } = testLayer(undefined, { maxPerSender: 2 });
    pool.add(signed(alice, 0));
    pool.add(signed(alice, 1));
    expect(() => pool.add(signed(alice, 2))).toThrow(/most that are kept for one/);
  });

  it("makes room, when full, for one that tips more by dropping the last of who tips least", () => {
    const { pool } = testLayer(undefined, { maxTransactions: 3 });
    const a0 = pool.add(signed(alice, 0, tip(1n)));
    const a1 = pool.add(signed(alice, 1, tip(1n)));
    const b0 = pool.add(signed(bob, 0, tip(2n)));
    expect(() => pool.add(signed(carol, 0, tip(1n)))).toThrow(/txpool is full/);
    const c0 = pool.add(signed(carol, 0, tip(3n)));
    expect([pool.get(a1), pending(pool)]).toEqual([undefined, [c0, b0, a0]]);
  });

  it("tells its listeners of each transaction that enters, until they leave", () => {
    const { pool } = testLayer();
    const heard: Hex[] = [];
    const stop = pool.onAdded(({ hash }) => heard.push(hash));
    const first = pool.add(signed(alice, 0));
    stop();
    pool.add(signed(alice, 1));
    expect(heard).toEqual([first]);
  });

  it("asks further rules before a transaction enters", () => {
    const { pool } = testLayer(undefined, {
      admission: [
        ({ sender }) => {
          if (sender === alice.address) throw new InvalidInputError("not alice");
        },
      ],
    });
    expect(() => pool.add(signed(alice, 0))).toThrow("not alice");
    expect(pool.add(signed(bob, 0))).toMatch(/^0x/);
  });

  it("takes back what a reorg removes from the chain", async () => {
    const layer = testLayer();
    const { payload: genesis } = await layer.payloadByNumber(0);
    const encoded = signed(alice, 0);
    layer.pool.add(encoded);
    await extend(layer);
    const other = await build(layer, genesis, attributesAfter(genesis, { noTxPool: true }));
    await layer.newPayload(other);
    await layer.forkchoiceUpdated({ head: other.payload.blockHash, safe: ZERO_HASH, finalized: ZERO_HASH });
    expect(pending(layer.pool)).toEqual([transactionHash(encoded)]);
  });
});
