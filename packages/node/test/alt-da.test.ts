import { localAuthority } from "@pangaea/engine";
import { CriticalError, type DaCommitment, type ExecutionPayloadEnvelope, silentLogger } from "@pangaea/primitives";
import { MemoryStore } from "@pangaea/store";
import { describe, expect, it } from "vitest";
import { challenged, commitmentTransaction, KECCAK, keepBlocks } from "../../derivation/test/support/challenges.ts";
import { FakeDa } from "../../derivation/test/support/fake-da.ts";
import { foreignBlock, openRollup, type Rollup } from "../../engine/test/support/rollup.ts";
import { alice, signed } from "../../execution/test/support/chain.ts";
import { VirtualNode } from "../src/index.ts";
import { ManualClock, until } from "./support/manual-clock.ts";

const SETTLED = KECCAK.challengeWindow + KECCAK.resolveWindow;

/** A node of a chain whose data are at a DA server; `again` is another above the same execution layer and store. */
async function open() {
  const rollup = await openRollup({ fields: { altDa: KECCAK } });
  const da = new FakeDa();
  const store = new MemoryStore();
  const clock = new ManualClock(rollup.genesis.timestamp * 1_000);
  const start = async () => {
    const node = new VirtualNode({ config: rollup.config, l1: rollup.l1, l1Heads: rollup.l1, execution: rollup.layer, store, authority: localAuthority, clock, log: silentLogger, da }, { version: "test", enableAdmin: true });
    await node.start();
    return node;
  };
  return { ...rollup, da, clock, node: await start(), again: start };
}

async function twoBlocks({ l1, config, genesis }: Rollup): Promise<ExecutionPayloadEnvelope[]> {
  const maker = await openRollup({ l1, fields: { altDa: KECCAK } });
  const first = await foreignBlock(maker, genesis, [signed(alice, 0)]);
  await maker.layer.newPayload(first);
  const { payload } = first;
  const second = await foreignBlock({ ...maker, config }, { hash: payload.blockHash, number: 1, parentHash: payload.parentHash, timestamp: payload.timestamp, l1Origin: genesis.l1Origin, sequenceNumber: 1 }, [signed(alice, 1)]);
  return [first, second];
}

async function post({ l1, config, da }: Rollup & { readonly da: FakeDa }, blocks: readonly ExecutionPayloadEnvelope[]): Promise<{ readonly commitment: DaCommitment; readonly at: number }> {
  const commitment = keepBlocks(da, config, blocks);
  return { commitment, at: l1.mine({ transactions: [commitmentTransaction(config, commitment)] }).number };
}

describe("a node whose chain's data are at a DA server", () => {
  it("waits while the server is down, and goes on", async () => {
    const opened = await open();
    const { node, da, clock } = opened;
    da.isDown = true;
    await post(opened, await twoBlocks(opened));
    await until(() => da.asked > 2, clock);
    expect(node.heads?.safe.number).toBe(0);
    da.isDown = false;
    await until(() => node.heads?.safe.number === 2, clock);
    await node.stop();
  });

  it("takes safe blocks back whose data lost their challenge, and derives them from data that are put there anew", async () => {
    const opened = await open();
    const { node, l1, clock } = opened;
    const blocks = await twoBlocks(opened);
    const { commitment, at } = await post(opened, blocks);
    await until(() => node.heads?.safe.number === 2);
    l1.mine(challenged(commitment, at));
    for (let i = 0; i < KECCAK.resolveWindow; i++) l1.mine();
    await until(() => node.heads?.safe.number === 0, clock);
    expect(node.heads?.unsafe.number).toBe(2);
    await post(opened, blocks);
    await until(() => node.heads?.safe.number === 2, clock);
    await node.stop();
  });

  it("does so too after a restart between the data and the challenge's end", async () => {
    const opened = await open();
    const { l1, clock } = opened;
    const { commitment, at } = await post(opened, await twoBlocks(opened));
    await until(() => opened.node.heads?.safe.number === 2);
    await opened.node.stop();
    const node = await opened.again();
    await until(() => node.heads?.safe.number === 2, clock);
    l1.mine(challenged(commitment, at));
    for (let i = 0; i < KECCAK.resolveWindow; i++) l1.mine();
    await until(() => node.heads?.safe.number === 0, clock);
    await node.stop();
  });

  it("finalizes no block whose data can still be challenged", async () => {
    const opened = await open();
    const { node, l1, clock } = opened;
    const { at } = await post(opened, await twoBlocks(opened));
    await until(() => node.heads?.safe.number === 2);
    for (let i = 0; i < SETTLED; i++) l1.mine();
    await until(() => node.syncStatus().current_l1.number === l1.head.number, clock);
    l1.finalized = at + KECCAK.challengeWindow - 1;
    l1.tell();
    await until(() => node.syncStatus().finalized_l1.number === l1.finalized, clock);
    expect(node.heads?.finalized.number).toBe(0);
    l1.finalized = at + KECCAK.challengeWindow;
    l1.tell();
    await until(() => node.heads?.finalized.number === 2, clock);
    await node.stop();
  });

  it("ends when data are lost that nobody challenged in time", async () => {
    const opened = await open();
    const { node, l1, da, clock } = opened;
    const { commitment } = await post(opened, await twoBlocks(opened));
    await until(() => node.heads?.safe.number === 2);
    await node.stop();
    da.forget(commitment);
    const again = await opened.again();
    let ended: unknown;
    void again.done.then((error) => {
      ended = error;
    });
    for (let i = 0; i <= KECCAK.challengeWindow + 1; i++) l1.mine();
    await until(() => ended !== undefined, clock);
    expect(ended).toBeInstanceOf(CriticalError);
  });
});
