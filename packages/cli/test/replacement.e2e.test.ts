import { readFileSync } from "node:fs";
import { parseRollupConfig } from "@pangaea/config";
import { HttpExecutionLayer } from "@pangaea/engine";
import { payloadToJson, RpcClient } from "@pangaea/rpc";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CALLDATA, Devnet, type Head, rpc, type Status } from "./support/devnet.ts";
import { explain, type Forced, superRoot, untilReplaced } from "./support/messages.ts";
import { until } from "./support/program.ts";
import { Secondary } from "./support/secondary.ts";

const A = 0;
const B = 1;
/** Blocks on the one that does not hold which are announced again. */
const FURTHER = 20;
/** Between two requests of who watches a chain, so that the tests beside have a processor too. */
const PACE_MS = 20;
const HEADS = ["finalized_l2", "safe_l2", "local_safe_l2", "unsafe_l2"] as const;

describe("a chain while a block of it is replaced", () => {
  let devnet: Devnet;

  beforeAll(async () => {
    devnet = await Devnet.start([CALLDATA, "--relay=none"]);
  });
  afterAll(() => devnet.stop());

  const fault = <T>(method: string, ...params: readonly unknown[]): Promise<T> => rpc<T>(devnet.ready.supernode.url, `devnet_${method}`, params);

  /** Asks for a chain's heads again and again until it is told to stop; gives all answers. */
  function watch(index: number): { stop(): Promise<readonly Status[]> } {
    let stopped = false;
    const asking = (async () => {
      const answers: Status[] = [];
      while (!stopped) {
        answers.push(await devnet.status(index));
        await new Promise((resolve) => setTimeout(resolve, PACE_MS));
      }
      return answers;
    })();
    asking.catch(() => {});
    return {
      stop: () => {
        stopped = true;
        return asking;
      },
    };
  }

  it("answers every request for its heads, in their order; safe never goes back, and nothing is told of the old block once the new one was", async () => {
    const watches = [watch(A), watch(B)];
    const fallen = await fault<Forced>("sendInvalidMessage", devnet.chain(B).chainId, "payload");
    const replacement = await untilReplaced(devnet, B, fallen);
    await devnet.untilSafe(B, fallen.blockNumber + 2);
    const [ofA, ofB] = await Promise.all(watches.map((one) => one.stop()));
    for (const [index, answers] of [[A, ofA], [B, ofB]] as const) {
      expect(answers?.length).toBeGreaterThan(20);
      for (const [i, status] of answers!.entries()) {
        const heights = HEADS.map((head) => status[head].number);
        expect(heights, "finalized, safe, local safe, unsafe").toEqual(heights.toSorted((a, b) => a - b));
        if (i > 0) expect(status.safe_l2.number).toBeGreaterThanOrEqual(answers![i - 1]!.safe_l2.number);
      }
      // Each height of the answers was safe under one hash alone, which is the one that stands.
      const safe = new Map(answers!.map(({ safe_l2 }) => [safe_l2.number, safe_l2.hash]));
      for (const { safe_l2 } of answers!) expect(safe_l2.hash).toBe(safe.get(safe_l2.number));
      for (const [number, hash] of safe) expect(await devnet.blockHash(index, number)).toBe(hash);
    }
    const tells = (status: Status, hash: string) => HEADS.some((head) => (status[head] as Head).hash === hash);
    const firstOfNew = ofB!.findIndex((status) => tells(status, replacement.hash) || status.safe_l2.number >= fallen.blockNumber);
    expect(firstOfNew).toBeGreaterThan(0);
    expect(ofB!.slice(firstOfNew).filter((status) => tells(status, fallen.blockHash))).toEqual([]);
    const unsafeOfA = ofA!.map(({ unsafe_l2 }) => unsafe_l2.number);
    expect(unsafeOfA, "the sibling's unsafe head never goes back").toEqual(unsafeOfA.toSorted((a, b) => a - b));
  });

  it("tells of one super root for a timestamp, and of none before it is decided", async () => {
    const asked: { readonly timestamp: number; readonly root: string | undefined }[] = [];
    const fallen = await fault<Forced>("sendInvalidMessage", devnet.chain(B).chainId, "origin");
    const { timestamp } = await rpc<{ timestamp: `0x${string}` }>(devnet.chain(B).url, "eth_getBlockByHash", [fallen.blockHash, false]);
    await until("the timestamp is verified", async () => {
      const { data } = await superRoot(devnet.ready.supernode.url, Number(timestamp));
      asked.push({ timestamp: Number(timestamp), root: data?.super_root });
      return data !== undefined;
    }, 60, () => devnet.program.stderr);
    await untilReplaced(devnet, B, fallen);
    const { data, optimistic_at_timestamp } = await superRoot(devnet.ready.supernode.url, Number(timestamp));
    expect(asked.slice(0, -1).filter(({ root }) => root !== undefined)).toEqual([]);
    expect(asked.at(-1)!.root).toBe(data!.super_root);
    const { chainId } = devnet.chain(B);
    expect(data!.super.chains[B]!.Output).not.toBe(optimistic_at_timestamp[chainId]!.output_root);
  });

  it(`does not take it back when it is announced again with ${FURTHER} blocks on it, neither where it is sequenced nor where it is followed`, async () => {
    const { url, chainId, node, rollupConfig } = devnet.chain(B);
    await fault("withholdBatch", chainId, 600);
    const starting = Secondary.start(devnet, ["--rpc.enable-admin"]);
    const fallen = await fault<Forced>("sendInvalidMessage", chainId, "payload");
    await until("blocks follow it", async () => (await devnet.status(B)).unsafe_l2.number >= fallen.blockNumber + FURTHER, 60);
    const layer = new HttpExecutionLayer({ config: parseRollupConfig(JSON.parse(readFileSync(rollupConfig, "utf8")), rollupConfig), rpc: new RpcClient(url) });
    const branch = await Promise.all(Array.from({ length: FURTHER + 1 }, (_, i) => layer.payloadByNumber(fallen.blockNumber + i)));
    expect(branch[0]?.payload.blockHash).toBe(fallen.blockHash);
    const second = await starting;
    try {
      const follower = `${second.url}/${chainId}/`;
      const announce = async (to: string) => {
        for (const { payload, parentBeaconBlockRoot } of branch) await rpc(to, "admin_postUnsafePayload", [{ executionPayload: payloadToJson(payload), parentBeaconBlockRoot }]);
      };
      const fromB = await Promise.all(Array.from({ length: fallen.blockNumber - 1 }, (_, i) => layer.payloadByNumber(i + 1)));
      for (const { payload, parentBeaconBlockRoot } of fromB) await rpc(follower, "admin_postUnsafePayload", [{ executionPayload: payloadToJson(payload), parentBeaconBlockRoot }]);
      await announce(follower);
      await until("the follower has taken the branch", async () => (await second.status(B)).unsafe_l2.hash === branch.at(-1)!.payload.blockHash);
      await fault("withholdBatch", chainId, 0);
      await until("it is denied where it is sequenced", async () => (await explain(devnet, B, fallen.blockNumber)).denied.length > 0);
      await until("the new block is safe on both", async () => {
        await Promise.all([announce(node), announce(follower)]);
        return (await devnet.status(B)).safe_l2.number >= fallen.blockNumber && (await second.status(B)).safe_l2.number >= fallen.blockNumber;
      });
      const replacement = await untilReplaced(devnet, B, fallen);
      const watched = watch(B);
      await Promise.all([announce(node), announce(follower)]);
      const { unsafe_l2 } = await devnet.status(B);
      await devnet.untilSafe(B, unsafe_l2.number + 3);
      await second.untilSafe(B, unsafe_l2.number + 3);
      const old = new Set<string>(branch.map(({ payload }) => payload.blockHash));
      expect((await watched.stop()).flatMap((status) => HEADS.map((head) => status[head].hash)).filter((hash) => old.has(hash))).toEqual([]);
      expect(replacement.hash).not.toBe(fallen.blockHash);
      for (let number = fallen.blockNumber; number <= fallen.blockNumber + FURTHER; number++) expect(await second.blockHash(B, number)).toBe(await devnet.blockHash(B, number));
      expect(await second.blockHash(B, fallen.blockNumber)).toBe(replacement.hash);
    } finally {
      await layer.close();
      await second.stop();
    }
  });

  it("holds requests while its execution layer is away, answers them once it is back, and lets the sibling's pass", async () => {
    const { chainId } = devnet.chain(B);
    const before = await devnet.status(B);
    await fault("stop", chainId, "execution");
    await until("the chain is down", async () => (await fetch(`${devnet.ready.supernode.url}/readyz/${chainId}`)).status === 503);
    let answered = 0;
    const held = Array.from({ length: 10 }, () => devnet.status(B).finally(() => answered++));
    const { unsafe_l2 } = await devnet.status(A);
    await until("the sibling goes on", async () => (await devnet.status(A)).unsafe_l2.number > unsafe_l2.number + 2);
    expect(answered).toBe(0);
    await fault("start", chainId, "execution");
    for (const status of await Promise.all(held)) {
      expect(status.safe_l2.number).toBeGreaterThanOrEqual(before.safe_l2.number);
      expect(status.unsafe_l2.number).toBeGreaterThanOrEqual(before.unsafe_l2.number);
    }
    await devnet.untilSafe(B, before.unsafe_l2.number + 2);
  });
});
