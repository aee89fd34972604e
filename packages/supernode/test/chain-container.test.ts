import { localAuthority } from "@pangaea/engine";
import { VirtualNode } from "@pangaea/node";
import { type ExecutionLayer, silentLogger } from "@pangaea/primitives";
import { MemoryStore } from "@pangaea/store";
import { describe, expect, it } from "vitest";
import { openRollup } from "../../engine/test/support/rollup.ts";
import { ManualClock, until } from "../../node/test/support/manual-clock.ts";
import { ChainContainer } from "../src/index.ts";

/** A container above one chain whose execution layer can end, be closed and be opened again; what it holds stays. */
async function openContainer() {
  const { config, l1, layer, genesis } = await openRollup();
  const clock = new ManualClock(genesis.timestamp * 1_000);
  const store = new MemoryStore();
  const opened: { readonly end: (reason: string) => void; closed: boolean }[] = [];
  let restarts = 0;
  const container = new ChainContainer({
    config, clock, log: silentLogger,
    openExecution: async () => {
      const one = { end: (_: string) => {}, closed: false };
      const ended = new Promise<string>((resolve) => {
        one.end = resolve;
      });
      opened.push(one);
      const close = async () => {
        one.closed = true;
        one.end("it was closed");
      };
      const own: Pick<ExecutionLayer, "ended" | "close"> = { ended, close };
      return new Proxy<ExecutionLayer>(layer, {
        get: (target, name) => {
          const value: unknown = Reflect.get(own, name) ?? Reflect.get(target, name);
          return typeof value === "function" ? value.bind(target) : value;
        },
      });
    },
    createNode: (execution) => new VirtualNode({ config, l1, l1Heads: l1, execution, store, authority: localAuthority, clock, log: silentLogger }, { version: "test", enableAdmin: true, sequencer: { l1Confs: 0, maxSafeLag: 0, recover: false, stopped: false } }),
    onRestart: () => void restarts++,
  }, { restartDelay: 1_000 });
  container.start();
  const height = () => (container.state === "running" ? (container.node.heads?.unsafe.number ?? 0) : 0);
  const pass = (number: number) => until(() => height() >= number, clock);
  return { container, clock, opened, restarts: () => restarts, height, pass };
}

describe("a chain's container", () => {
  it("opens an execution layer that ended by itself again after a while, and the chain goes on from where it was", async () => {
    const { container, clock, opened, restarts, height, pass } = await openContainer();
    await pass(3);
    const before = height();
    opened[0]?.end("out of memory");
    await until(() => container.state === "failed");
    expect(container.readiness()).toEqual({ ready: false, missing: ["the node is failed: the execution layer has ended: out of memory"] });
    expect([opened.length, restarts()]).toEqual([1, 1]);
    await until(() => opened[0]?.closed === true);
    expect(() => container.node).toThrow("chain 901: its node is failed (the execution layer has ended: out of memory); retry when /readyz/901 answers 200");
    expect(() => container.execution).toThrow("chain 901: its execution layer is not open (the execution layer has ended: out of memory)");
    clock.advance(1_000);
    await pass(before + 2);
    expect(opened.map(({ closed }) => closed)).toEqual([true, false]);
    await container.stop();
  });

  it("whose execution layer is taken away stays down until it resumes, and then comes back at once", async () => {
    const { container, clock, opened, restarts, height, pass } = await openContainer();
    await pass(3);
    const before = height();
    await container.stopExecution();
    await until(() => container.state === "paused");
    clock.advance(60_000);
    expect(() => container.execution).toThrow("its execution layer is not open");
    expect(() => container.node).toThrow("its node is paused");
    expect(opened.map(({ closed }) => closed)).toEqual([true]);
    container.resume();
    await pass(before + 2);
    expect([opened.length, restarts()]).toEqual([2, 0]);
    await container.stop();
  });

  it("keeps the execution layer when only its node is paused", async () => {
    const { container, opened, height, pass } = await openContainer();
    await pass(2);
    const before = height();
    await container.pause();
    await until(() => container.state === "paused");
    expect((await container.execution.payloadByLabel("latest")).payload.blockNumber).toBeGreaterThanOrEqual(before);
    container.resume();
    await pass(before + 2);
    expect(opened.map(({ closed }) => closed)).toEqual([false]);
    await container.stop();
  });

  it("runs one node however often it is started, and gives none before that runs", async () => {
    const { container, opened, pass } = await openContainer();
    container.start();
    expect(() => container.node).toThrow("its node is starting; retry");
    await pass(2);
    container.start();
    expect([container.state, opened.length]).toEqual(["running", 1]);
    await container.stop();
  });

  it.each([["running", false], ["paused", true]])("that is %s closes its execution layer when it stops, and stays stopped", async (state, isPaused) => {
    const { container, clock, opened, pass } = await openContainer();
    await pass(2);
    if (isPaused) await container.pause();
    await until(() => container.state === state);
    await container.stop();
    expect([container.state, opened.map(({ closed }) => closed)]).toEqual(["stopped", [true]]);
    container.resume();
    clock.advance(60_000);
    await new Promise(setImmediate);
    expect([container.state, opened.length]).toEqual(["stopped", 1]);
  });

  it("closes an execution layer that was being opened when it was taken away", async () => {
    const { container, opened, pass } = await openContainer();
    await container.stopExecution();
    await until(() => container.state === "paused");
    expect(opened.map(({ closed }) => closed)).toEqual([true]);
    container.resume();
    await pass(1);
    await container.stop();
  });
});
