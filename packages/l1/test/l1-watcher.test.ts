import { type Clock, type Logger, silentLogger } from "@pangaea/primitives";
import { expect, it } from "vitest";
import { BeaconClient, Endpoints, L1Client, L1Watcher } from "../src/index.ts";
import { FakeL1, unreachable } from "./support/fake-l1.ts";

/** A watcher whose naps last as long as the test likes: each turn of `turn` lets it look once more. */
function watched() {
  const l1 = new FakeL1();
  const lines: string[] = [];
  const naps: number[] = [];
  let wake: () => void = () => {};
  let asleep: () => void = () => {};
  const clock: Clock = {
    now: () => 0,
    sleep: (ms, signal) => {
      naps.push(ms);
      asleep();
      return new Promise((resolve, reject) => {
        wake = resolve;
        signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
      });
    },
  };
  const log: Logger = { ...silentLogger, warn: (message) => lines.push(message), info: (message) => lines.push(message), error: (message) => lines.push(message) };
  const client = new L1Client(new Endpoints([l1.url], { log: silentLogger, connect: () => l1 }), new BeaconClient([], { matches: async () => true }));
  const watcher = new L1Watcher({ client, clock, log }, { pollInterval: 1_000 });
  const stop = new AbortController();
  let running = Promise.resolve();
  const turn = async () => {
    const slept = new Promise<void>((resolve) => (asleep = resolve));
    if (naps.length === 0) running = watcher.start(stop.signal);
    else wake();
    await slept;
  };
  const end = async () => {
    stop.abort();
    await running;
  };
  return { l1, lines, naps, client, watcher, turn, end };
}

it("listeners hear of every change of the heads and of nothing else", async () => {
  const { l1, watcher, turn, end } = watched();
  const heard: number[] = [];
  const unsubscribe = watcher.subscribe(({ latest }) => heard.push(latest.number));
  expect(watcher.problem).toBe("L1 has not answered yet");
  await turn();
  await turn();
  l1.add();
  await turn();
  expect(heard).toEqual([0, 1]);
  expect(watcher.problem).toBeUndefined();
  unsubscribe();
  l1.add();
  await turn();
  expect(heard).toEqual([0, 1]);
  expect(watcher.heads()?.latest.hash).toBe(l1.head.hash);
  await end();
});

it("an L1 that cannot be reached is told once, and tried less and less often until it answers", async () => {
  const { l1, lines, naps, watcher, turn, end } = watched();
  await turn();
  l1.failure = unreachable();
  for (let i = 0; i < 7; i++) await turn();
  expect(naps).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  expect(watcher.problem).toContain("cannot be reached");
  l1.failure = undefined;
  await turn();
  expect(naps.at(-1)).toBe(1_000);
  expect(lines).toEqual(["L1 does not answer, trying on", "L1 answers again"]);
  await end();
});

it("a reorg is told, and a listener that fails keeps no other from hearing", async () => {
  const { l1, lines, watcher, turn, end } = watched();
  const heard: number[] = [];
  watcher.subscribe(() => {
    throw new Error("broken");
  });
  watcher.subscribe(({ latest }) => heard.push(latest.number));
  l1.add();
  await turn();
  l1.reorganise(1, 2);
  await turn();
  expect(heard).toEqual([1, 2]);
  expect(lines).toContain("L1 has reorganised");
  await end();
});

it("the three labels take one request, whatever the number of listeners", async () => {
  const { l1, watcher, turn, end } = watched();
  for (let i = 0; i < 5; i++) watcher.subscribe(() => {});
  await turn();
  expect(l1.requests).toEqual(Array.from({ length: 3 }, () => "eth_getBlockByNumber"));
  await end();
});

it("once stopped, L1 is asked again for every label", async () => {
  const { l1, client, turn, end } = watched();
  await turn();
  await end();
  l1.add();
  expect((await client.blockRefByLabel("latest")).number).toBe(1);
});
