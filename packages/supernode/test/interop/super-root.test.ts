import { bigIntToBytes, concatBytes, type Hex, hexToBytes, keccak256Hex, NotFoundError, outputRootV0, TemporaryError, toQuantity } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { at, Cluster } from "../support/cluster.ts";
import type { FakeChain } from "../support/fake-chain.ts";
import { executes, says } from "../support/messages.ts";

async function outputOf(chain: FakeChain, blockHash: Hex) {
  const { payload } = await chain.execution.payloadByHash(blockHash);
  const output = { stateRoot: payload.stateRoot, messagePasserStorageRoot: await chain.execution.messagePasserStorageRoot(blockHash), blockHash };
  return { output, output_root: outputRootV0(output) };
}

const two = () => new Cluster({ chains: [{}, { blockTime: 2 }] });

/** The root as the specification writes it: version, time, then each chain's id and output in the order of the ids. */
function superRootOf(timestamp: number, chains: readonly { readonly chainId: number; readonly outputRoot: Hex }[]): Hex {
  const parts = chains.toSorted((a, b) => a.chainId - b.chainId).flatMap(({ chainId, outputRoot }) => [bigIntToBytes(BigInt(chainId), 32), hexToBytes(outputRoot)]);
  return keccak256Hex(concatBytes(Uint8Array.of(1), bigIntToBytes(BigInt(timestamp), 8), ...parts));
}

describe("superroot_atTimestamp", () => {
  it("has the reference's keys and nothing else, numbers and quantities each in their place", async () => {
    const cluster = two();
    cluster.fillAndPost(4);
    cluster.fillAndPost(9);
    await cluster.settle();
    const [a, b] = [cluster.chain(0), cluster.chain(1)];
    const [first, second] = [await outputOf(a, a.at(5).ref.hash), await outputOf(b, b.at(2).ref.hash)];
    const l1 = (number: number) => ({ hash: cluster.l1.block(number)!.hash, number });
    const reply = await cluster.superRoot(5);
    expect(JSON.parse(JSON.stringify(reply))).toStrictEqual({
      current_l1: l1(2),
      safe_timestamp: at(8), local_safe_timestamp: at(8), finalized_timestamp: at(0),
      chain_ids: ["901", "902"],
      optimistic_at_timestamp: { 901: { ...first, required_l1: l1(2) }, 902: { ...second, required_l1: l1(1) } },
      data: {
        verified_required_l1: l1(2),
        super: { timestamp: toQuantity(at(5)), chains: [{ ChainID: "901", Output: first.output_root }, { ChainID: "902", Output: second.output_root }] },
        super_root: superRootOf(at(5), [{ chainId: 901, outputRoot: first.output_root }, { chainId: 902, outputRoot: second.output_root }]),
      },
    });
    expect(Object.keys(reply.optimistic_at_timestamp["901"]!)).toEqual(["output", "output_root", "required_l1"]);
  });

  it("has no data for a time that is not verified, and leaves out chains that have not come so far", async () => {
    const cluster = two();
    cluster.chain(0).fill(at(9));
    cluster.chain(1).fill(at(4));
    cluster.post();
    await cluster.settle();
    const partly = await cluster.superRoot(7);
    expect(partly).not.toHaveProperty("data");
    expect(Object.keys(partly.optimistic_at_timestamp)).toEqual(["901"]);
    expect([Object.keys((await cluster.superRoot(9)).optimistic_at_timestamp), Object.keys((await cluster.superRoot(10)).optimistic_at_timestamp)]).toEqual([["901"], []]);
    const far = await cluster.superRoot(500);
    expect([far.optimistic_at_timestamp, far.chain_ids]).toEqual([{}, ["901", "902"]]);
  });

  it("has no data where all chains have come but their messages are not judged, from the very time at which interop begins", async () => {
    const cluster = new Cluster({ chains: [{ activation: 3 }, { activation: 3 }] });
    cluster.fillAndPost(5);
    for (const chain of cluster.chains) await chain.run();
    const known = async () => Promise.all([2, 3, 4, 5].map(async (seconds) => {
      const { data, optimistic_at_timestamp } = await cluster.superRoot(seconds);
      return [Object.keys(optimistic_at_timestamp).length, data !== undefined];
    }));
    expect([cluster.verified, await known()]).toEqual([undefined, [[2, true], [2, false], [2, false], [2, false]]]);
    await cluster.settle();
    expect(await known()).toEqual([[2, true], [2, true], [2, true], [2, true]]);
    cluster.fillAndPost(6);
    for (const chain of cluster.chains) await chain.run();
    expect([cluster.verified, (await cluster.superRoot(6)).data]).toEqual([at(5), undefined]);
  });

  it.each([[[0, 1]], [[1, 0]]])("is over the chains in the order of their ids, in whichever order they are run and come to L1: %j", async (order) => {
    const cluster = new Cluster({ chains: [{ activation: 8 }, { activation: 8 }] });
    for (const i of order) {
      cluster.chain(i).fill(at(4));
      cluster.post();
    }
    await cluster.settle();
    Object.assign(cluster.interop, { chains: order.map((i) => cluster.interop.chains[i]) });
    const { data } = await cluster.superRoot(4);
    const outputs = await Promise.all(cluster.chains.map(async (chain) => ({ chainId: chain.chainId, outputRoot: (await outputOf(chain, chain.at(4).ref.hash)).output_root })));
    expect([data?.super.chains.map(({ ChainID }) => ChainID), data?.super_root, data?.verified_required_l1.number]).toEqual([["901", "902"], superRootOf(at(4), outputs), 2]);
  });

  it("needs the L1 block of the chain that came last, whichever it is", async () => {
    const cluster = new Cluster({ chains: [{ activation: 8 }, { activation: 8 }] });
    for (const i of [1, 0]) {
      cluster.chain(i).fill(at(4));
      cluster.post();
    }
    await cluster.settle();
    expect((await cluster.superRoot(4)).data?.verified_required_l1.number).toBe(2);
  });

  it("has each chain from its genesis on, which needs the L1 block of its genesis", async () => {
    const cluster = new Cluster({ chains: [{}, { begins: 2 }] });
    cluster.fillAndPost(4);
    await cluster.settle();
    const ids = async (seconds: number) => Object.entries((await cluster.superRoot(seconds)).optimistic_at_timestamp).map(([id, { required_l1 }]) => [id, required_l1.number]);
    expect(await Promise.all([-1, 0, 1, 2, 3].map(ids))).toEqual([[], [["901", 0]], [["901", 1]], [["901", 1], ["902", 0]], [["901", 1], ["902", 1]]]);
  });

  it("leaves out a chain whose block is no longer kept, and fails when a block cannot be read, for a time that is not verified", async () => {
    const cluster = two();
    cluster.chain(0).fill(at(9));
    cluster.post();
    await cluster.settle();
    const { execution } = cluster.chain(0);
    Object.assign(execution, { payloadByNumber: () => Promise.reject(new NotFoundError("block 3 is not kept")) });
    expect((await cluster.superRoot(3)).optimistic_at_timestamp).toEqual({});
    Object.assign(execution, { payloadByNumber: () => Promise.reject(new TemporaryError("the execution layer does not answer")) });
    await expect(cluster.superRoot(3)).rejects.toThrow("the execution layer does not answer");
  });

  it("has the replacement in its data and the block that fell as the optimistic one", async () => {
    const cluster = two();
    const [a, b] = [cluster.chain(0), cluster.chain(1)];
    a.block([executes(b.messageAt(0, 3, says(1)))]);
    const fallen = a.at(1).ref.hash;
    cluster.fillAndPost(4);
    await cluster.settle();
    const { data, optimistic_at_timestamp } = await cluster.superRoot(1);
    expect(optimistic_at_timestamp["901"]).toMatchObject(await outputOf(a, fallen));
    expect(data?.super.chains[0]?.Output).toBe((await outputOf(a, a.at(1).ref.hash)).output_root);
    expect(a.at(1).ref.hash).not.toBe(fallen);
  });

  it("is composed of the chains' own outputs before interop, with the highest L1 block that they need", async () => {
    const cluster = new Cluster({ chains: [{ activation: 8 }, { activation: 8 }] });
    cluster.chain(0).fill(at(9));
    cluster.post();
    cluster.chain(1).fill(at(9));
    cluster.post();
    await cluster.settle();
    const { data } = await cluster.superRoot(5);
    expect(data?.verified_required_l1.number).toBe(2);
    const outputs = await Promise.all(cluster.chains.map(async (chain) => ({ chainId: chain.chainId, outputRoot: (await outputOf(chain, chain.at(5).ref.hash)).output_root })));
    expect(data?.super_root).toBe(superRootOf(at(5), outputs));
    const late = new Cluster({ chains: [{ activation: 8 }, { activation: 8 }] });
    late.chain(0).fill(at(9));
    late.post();
    await late.settle();
    expect(await late.superRoot(5)).not.toHaveProperty("data");
  });

  it("is lowered to the L1 block up to which all was judged, and none while something is taken back", async () => {
    const cluster = two();
    cluster.fillAndPost(4);
    await cluster.settle();
    cluster.chain(0).fill(at(9));
    cluster.post();
    cluster.l1.mine();
    await cluster.settle();
    expect((await cluster.superRoot(4)).current_l1.number).toBe(3);
    cluster.l1.reorg(2);
    await cluster.interop.step();
    expect(cluster.verified).toBe(at(4));
    expect((await cluster.superRoot(4)).current_l1.number).toBe(0);
  });

  it("fails as a whole when one chain cannot be read: what is left out is not there yet, for certain", async () => {
    const cluster = two();
    cluster.fillAndPost(4);
    await cluster.settle();
    cluster.chain(1).running = false;
    await expect(cluster.superRoot(2)).rejects.toThrow("chain 902: its node is paused");
    cluster.chain(1).running = true;
    cluster.chain(1).fault = "unreachable";
    await expect(cluster.superRoot(2)).rejects.toThrow("chain 902: the execution layer does not answer");
  });

  it("is over 127 chains where as many run, in the order of their ids", async () => {
    const chains = Array.from({ length: 127 }, () => ({}));
    const cluster = new Cluster({ chains });
    cluster.fillAndPost(2);
    await cluster.settle();
    const { data, chain_ids } = await cluster.superRoot(2);
    const outputs = await Promise.all(cluster.chains.map(async (chain) => ({ chainId: chain.chainId, outputRoot: (await outputOf(chain, chain.at(2).ref.hash)).output_root })));
    expect([chain_ids.length, chain_ids[0], chain_ids.at(-1)]).toEqual([127, "901", "1027"]);
    expect(data?.super_root).toBe(superRootOf(at(2), outputs));
    expect(data?.super.chains.map(({ ChainID }) => ChainID)).toEqual(chain_ids);
  });

  it.each([["with chain 903", 3, 2], ["without chain 903", 2, 3]])("fails for a time that was verified %s, which is another set than is run now", async (words, before, now) => {
    const chains = (count: number) => Array.from({ length: count }, () => ({}));
    const old = new Cluster({ chains: chains(before) });
    old.fillAndPost(3);
    await old.settle();
    const cluster = new Cluster({ chains: chains(now) });
    cluster.fillAndPost(2);
    await cluster.settle();
    cluster.interop.verified.append([old.interop.verified.at(at(3))!]);
    await expect(cluster.superRoot(3)).rejects.toThrow(`timestamp ${at(3)} was verified ${words}: run the chains of that time`);
    expect((await cluster.superRoot(2)).data).toBeDefined();
  });

  it.each([[5], ["5"], [undefined], [null], ["0x"]])("refuses %j as its timestamp", async (timestamp) => {
    const { interop } = two();
    await expect((async () => interop.rpcMethods.superroot_atTimestamp!([timestamp], {}))()).rejects.toMatchObject({ kind: "input" });
  });

  it("is the same on a node that reads all of L1 at once", async () => {
    const cluster = two();
    const [a, b] = [cluster.chain(0), cluster.chain(1)];
    for (let seconds = 4; seconds <= 40; seconds += 4) {
      b.block([executes(a.messageAt(seconds, 0, says(seconds)))], [says(seconds + 100)]);
      a.fill(at(seconds - 1));
      a.block(seconds % 8 === 0 ? [says(seconds)] : []);
      cluster.fillAndPost(seconds);
      await cluster.settle();
    }
    const fresh = two();
    for (let number = 1; number <= cluster.l1.head.number; number++) fresh.l1.mine(cluster.l1.block(number)!.postings);
    await fresh.settle();
    expect(fresh.verified).toBe(cluster.verified);
    expect(await fresh.superRoots()).toEqual(await cluster.superRoots());
    expect(fresh.chain(1).replaced.length).toBeGreaterThan(3);
  });
});
