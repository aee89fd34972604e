import { concatBytes, type Hex, hexToBytes, type Log, padLeft, type ReceiptLogs, ResetError, TemporaryError, ZERO_HASH } from "@pangaea/primitives";
import { beforeEach, describe, expect, it } from "vitest";
import { CONFIG_UPDATE, L1Traversal } from "../src/index.ts";
import { bytes, configWith } from "./support/blocks.ts";
import { FakeL1 } from "./support/fake-l1.ts";

const SYSTEM_CONFIG: Hex = `0x${"00".repeat(18)}5c0f`;
const config = configWith({ l1SystemConfigAddress: SYSTEM_CONFIG });
const word = (value: number | Hex): Uint8Array => padLeft(typeof value === "number" ? bytes(value) : hexToBytes(value), 32);
const BATCHER: Hex = `0x${"ba".repeat(20)}`;
const update: Log = { address: hexToBytes(SYSTEM_CONFIG), topics: [CONFIG_UPDATE, word(0), word(0)], data: concatBytes(word(32), word(32), word(BATCHER)) };
const receipt = (status: 0 | 1, ...logs: readonly Log[]): ReceiptLogs => ({ transactionHash: ZERO_HASH, status, logs });

let l1: FakeL1;
let traversal: L1Traversal;
beforeEach(() => {
  l1 = new FakeL1(1_000);
  traversal = new L1Traversal(config, l1, l1.ref(0), config.genesis.systemConfig);
});

describe("L1 traversal", () => {
  it("moves on block by block, and waits at the head", async () => {
    const [first, second] = [l1.mine(), l1.mine()];
    expect([await traversal.advance(), traversal.origin]).toEqual([true, first]);
    expect([await traversal.advance(), traversal.origin]).toEqual([true, second]);
    expect([await traversal.advance(), traversal.origin]).toEqual([false, second]);
  });

  it("has the configuration that stands after the block it is at, that block's updates included", async () => {
    l1.mine({ receipts: [receipt(1, update)] });
    l1.mine();
    for (let i = 0; i < 2; i++) {
      await traversal.advance();
      expect(traversal.systemConfig.batcherAddress).toBe(BATCHER);
    }
  });

  it.each<[string, ReceiptLogs]>([
    ["a failed transaction", receipt(0, update)],
    ["another contract", receipt(1, { ...update, address: hexToBytes(BATCHER) })],
    ["another event", receipt(1, { ...update, topics: [word(1), word(0), word(0)] })],
    ["a log without topics", receipt(1, { ...update, topics: [] })],
  ])("takes no update from %s", async (_, content) => {
    l1.mine({ receipts: [content] });
    await traversal.advance();
    expect(traversal.systemConfig).toEqual(config.genesis.systemConfig);
  });

  it("resets when the next block has another parent", async () => {
    l1.mine();
    await traversal.advance();
    l1.reorg(1, 2);
    await expect(traversal.advance()).rejects.toThrow(ResetError);
  });

  it.each([[1, "as long"], [0, "shorter"]])("resets when L1 has become another chain that is not longer (%d: %s)", async (replacements) => {
    l1.mine();
    await traversal.advance();
    l1.reorg(1, replacements);
    await expect(traversal.advance()).rejects.toThrow(/L1 reorganised/);
  });

  it("stays where it is when L1 does not answer, and goes on later", async () => {
    const next = l1.mine();
    l1.down = true;
    await expect(traversal.advance()).rejects.toThrow(TemporaryError);
    expect(traversal.origin).toEqual(l1.ref(0));
    l1.down = false;
    expect([await traversal.advance(), traversal.origin]).toEqual([true, next]);
  });
});
