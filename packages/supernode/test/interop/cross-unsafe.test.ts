import { describe, expect, it } from "vitest";
import { at, Cluster } from "../support/cluster.ts";
import { executes, says } from "../support/messages.ts";

const opened = () => {
  const cluster = new Cluster({ chains: [{}, { blockTime: 2 }] });
  return { cluster, a: cluster.chain(0), b: cluster.chain(1) };
};
const heads = ({ chains }: Cluster) => chains.map((chain) => chain.heads()?.crossUnsafe.number);

describe("cross-unsafe heads", () => {
  it("follow unsafe blocks as far as all chains have them, though nothing is on L1", async () => {
    const { cluster, a, b } = opened();
    const sent = a.block([says(1)]).message(0);
    a.fill(at(20));
    b.block([executes(sent)]);
    b.fill(at(10));
    await cluster.settle();
    expect(cluster.interop.crossUnsafe.timestamp).toBe(at(11));
    expect(heads(cluster)).toEqual([11, 5]);
    expect(cluster.chains.map((chain) => chain.heads()?.safe.number)).toEqual([0, 0]);
    expect(cluster.verified).toBe(at(0));
  });

  it("stop below a message that does not hold, say why, and deny nothing", async () => {
    const { cluster, a, b } = opened();
    a.fill(at(20));
    b.fill(at(6));
    b.block([executes(a.messageAt(3, 4, says(1)))]);
    b.fill(at(16));
    await cluster.settle();
    expect(heads(cluster)).toEqual([7, 3]);
    expect(cluster.interop.crossUnsafe.finding).toMatchObject({ chainId: 902, kind: "invalid", rule: "identity", message: { identifier: { blockNumber: 3, logIndex: 4 } } });
    expect(cluster.interop.watched(902).denied.heights()).toEqual([]);
  });

  it("go on when the sequencer takes the block back", async () => {
    const { cluster, a, b } = opened();
    a.fill(at(20));
    b.block([executes(a.messageAt(3, 4, says(1)))]);
    await cluster.settle();
    expect(heads(cluster)).toEqual([1, 0]);
    b.dropUnsafe(1);
    await cluster.settle();
    expect([heads(cluster), cluster.interop.crossUnsafe.finding]).toEqual([[1, 0], undefined]);
    b.fill(at(16));
    await cluster.settle();
    expect([heads(cluster), cluster.interop.crossUnsafe.finding]).toEqual([[17, 8], undefined]);
  });

  it("go back when a source takes its message back", async () => {
    const { cluster, a, b } = opened();
    a.fill(at(4));
    const sent = a.block([says(1)]).message(0);
    a.fill(at(20));
    b.fill(at(8));
    b.block([executes(sent)]);
    b.fill(at(18));
    await cluster.settle();
    expect(heads(cluster)).toEqual([19, 9]);
    a.dropUnsafe(5);
    a.fill(at(20));
    await cluster.settle();
    expect(heads(cluster)).toEqual([9, 4]);
  });

  it("go on behind a block that is replaced", async () => {
    const { cluster, a, b } = opened();
    a.fill(at(20));
    b.block([executes(a.messageAt(3, 4, says(1)))]);
    b.fill(at(16));
    await cluster.settle();
    expect(heads(cluster)).toEqual([1, 0]);
    cluster.post();
    await cluster.settle();
    a.fill(at(30));
    b.fill(at(30));
    await cluster.settle();
    expect(cluster.verified).toBe(at(17));
    expect(heads(cluster)).toEqual([30, 15]);
  });

  it("are never below what is verified, and keep up over more blocks than are remembered", async () => {
    const { cluster, a, b } = opened();
    cluster.fillAndPost(10);
    await cluster.settle();
    expect(heads(cluster)).toEqual([10, 5]);
    a.fill(at(1_800));
    b.fill(at(1_800));
    await cluster.settle();
    expect(heads(cluster)).toEqual([1_800, 900]);
    b.dropUnsafe(20);
    await cluster.settle();
    expect(heads(cluster)).toEqual([39, 19]);
    cluster.post();
    await cluster.settle();
    expect(cluster.interop.crossUnsafe.timestamp).toBe(cluster.verified);
  });

  it("are those from before after a restart, once the indexes are read again", async () => {
    const { cluster, a, b } = opened();
    cluster.fillAndPost(10);
    a.fill(at(30));
    b.fill(at(30));
    await cluster.settle();
    cluster.restart();
    await cluster.settle();
    expect(heads(cluster)).toEqual([30, 15]);
  });
});
