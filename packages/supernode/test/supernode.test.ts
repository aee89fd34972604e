import { DEFAULT_BATCHER_OPTIONS, localSigner } from "@pangaea/batcher";
import type { MessageFilter } from "@pangaea/execution";
import { inboxEntriesOf, meshOf } from "@pangaea/interop";
import { BeaconClient, Endpoints, L1Client, L1Watcher } from "@pangaea/l1";
import { CriticalError, type Logger, silentLogger } from "@pangaea/primitives";
import { MemoryStore } from "@pangaea/store";
import { Counter, Registry } from "prom-client";
import { afterEach, describe, expect, it } from "vitest";
import { openRollup, scripted } from "../../engine/test/support/rollup.ts";
import { FakeL1 } from "../../l1/test/support/fake-l1.ts";
import { ManualClock, until } from "../../node/test/support/manual-clock.ts";
import { type ChainSetup, Supernode, type SupernodeSettings } from "../src/index.ts";
import { type IngressPolicy, ingressPolicy } from "../src/interop/ingress.ts";
import { messageOf, says } from "./support/messages.ts";

const IDS = [901, 902];
const BATCHER = { signer: localSigner(new Uint8Array(32).fill(7)), committer: { commit: () => Promise.reject(new Error("no blobs here")) }, options: DEFAULT_BATCHER_OPTIONS, stopped: true };

/** What was opened and not closed yet, by what it is. */
type Open = Set<string>;

interface Ways {
  readonly ids?: readonly number[];
  readonly setup?: Partial<ChainSetup>;
  readonly settings?: Partial<SupernodeSettings>;
  /** Chains whose execution layer does not open. */
  readonly down?: readonly number[];
}

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** Waits for something while time passes. */
async function passing<T>(promise: Promise<T>, clock: ManualClock): Promise<T> {
  let isOver = false;
  const over = promise.finally(() => {
    isOver = true;
  });
  await until(() => isOver, clock, 1_000);
  return over;
}

/** A supernode of two chains at their genesis, above an L1 in the same thread, with its RPC on a port of loopback. */
async function create({ ids = IDS, setup = {}, settings = {}, down = [] }: Ways = {}) {
  const l1 = new FakeL1();
  const lines: { readonly message: string; readonly fields: unknown }[] = [];
  const keep: Logger["info"] = (message, fields) => void lines.push({ message, fields });
  const log: Logger = { ...silentLogger, info: keep, error: keep };
  const clock = new ManualClock(1_000_000);
  const client = new L1Client(new Endpoints([l1.url], { log: silentLogger, connect: () => l1 }), new BeaconClient([], { matches: async () => true }));
  const open: Open = new Set();
  const filters = new Map<number, MessageFilter | undefined>();
  const store = (name: string) => {
    open.add(name);
    const inner = new MemoryStore();
    return new Proxy(inner, { get: (target, key) => (key === "close" ? async () => void open.delete(name) : Reflect.get(target, key).bind(target)) });
  };
  const chains = await Promise.all(ids.map(async (id): Promise<ChainSetup> => {
    const { config, layer } = await openRollup({ fields: { l2ChainId: id, l1ChainId: 900 } });
    const { execution } = scripted(layer, { chainId: async () => id, close: async () => void open.delete(`execution ${id}`) });
    return {
      config: { ...config, genesis: { ...config.genesis, l1: { hash: l1.head.hash, number: 0 } } },
      openExecution: async (filter) => {
        filters.set(id, filter);
        if (down.includes(id)) throw new Error("the disk is full");
        open.add(`execution ${id}`);
        return execution;
      },
      store: store(`store ${id}`), node: { version: "test", enableAdmin: false }, ...setup,
    };
  }));
  const supernode = new Supernode({ l1: client, l1Watcher: new L1Watcher({ client, clock, log: silentLogger }, { pollInterval: 1_000 }), clock, random: { bytes: (length) => new Uint8Array(length).fill(5) }, log }, { chains, rpc: { host: "127.0.0.1", port: 0 }, version: "1.2.3", ...settings });
  return { supernode, l1, clock, open, filters, lines };
}

async function start(ways: Ways = {}) {
  const created = await create(ways);
  const { supernode, clock, filters } = created;
  const { port } = await supernode.start();
  let stopping: Promise<void> | undefined;
  const stop = () => (stopping ??= passing(supernode.stop(), clock));
  ends.push(stop);
  const url = `http://127.0.0.1:${port}`;
  const get = async (path: string) => {
    const reply = await fetch(`${url}${path}`);
    return { status: reply.status, body: await reply.text() };
  };
  const ask = async (path: string, method: string, ...params: readonly unknown[]) => {
    const reply = await fetch(`${url}${path}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }) });
    const body = await reply.text();
    if (reply.status !== 200) return { status: reply.status, error: body };
    const { result, error } = JSON.parse(body) as { result?: unknown; error?: { message: string } };
    return { status: reply.status, ...(error === undefined ? { result } : { error: error.message }) };
  };
  const down = ways.down ?? [];
  await until(() => [...supernode.chains.values()].every(({ chainId, hasHeads }) => (down.includes(chainId) ? filters.has(chainId) : hasHeads)), clock);
  return { ...created, get, ask, stop };
}

describe("a supernode", () => {
  it("serves what it knows as a whole at the root, and each chain at its id, with and without a slash behind", async () => {
    const { ask } = await start({ settings: { rpcMethods: { of_the_program: () => "here" } } });
    expect(await ask("/", "heartbeat_check")).toEqual({ status: 200, result: "0x05050505" });
    expect(await ask("/", "of_the_program")).toEqual({ status: 200, result: "here" });
    expect(await ask("/", "supernode_syncStatus")).toMatchObject({ result: { chain_ids: ["901", "902"] } });
    for (const [path, id] of [["/901", 901], ["/902/", 902]] as const) expect(await ask(path, "optimism_rollupConfig")).toMatchObject({ status: 200, result: { l2_chain_id: id } });
    expect(await ask("/", "optimism_rollupConfig")).toMatchObject({ error: expect.stringContaining("optimism_rollupConfig") });
    expect(await ask("/901", "supernode_syncStatus")).toMatchObject({ error: expect.stringContaining("supernode_syncStatus") });
  });

  it("serves one chain's node at the root, where it is told to", async () => {
    const { ask } = await start({ settings: { rootChain: 902 } });
    for (const path of ["/", "/902"]) expect(await ask(path, "optimism_rollupConfig")).toMatchObject({ result: { l2_chain_id: 902 } });
    expect(await ask("/901", "optimism_rollupConfig")).toMatchObject({ result: { l2_chain_id: 901 } });
    expect(await ask("//901", "optimism_rollupConfig")).toMatchObject({ status: 404 });
  });

  it.each(["/903", "/901/902", "/x", "/901x", "//901", "/0x385", "/9e2", "/0901", "/901//"])("has nothing at %s, and names what it has", async (path) => {
    const { ask } = await start();
    expect(await ask(path, "optimism_rollupConfig")).toEqual({ status: 404, error: expect.stringContaining("the chains are /901/ /902/") });
  });

  it("answers for the chain that runs while another does not, and refuses for that one after a minute, with the reason", async () => {
    const { ask, clock, get } = await start({ down: [902] });
    expect(await ask("/901", "optimism_rollupConfig")).toMatchObject({ status: 200 });
    expect(await passing(ask("/902", "optimism_rollupConfig"), clock)).toMatchObject({ status: 503, error: expect.stringContaining("not within 60 s; retry when /readyz/902 answers 200") });
    expect((await get("/readyz")).body).toMatch(/chain 902: the node is \w+: the disk is full/);
    expect(JSON.parse((await get("/readyz/902")).body)).toEqual({ ready: false, missing: [expect.stringContaining("the disk is full")] });
    expect((await get("/metrics")).body).toMatch(/^supernode_virtual_node_restarts_total\{chain_id="902"\} [1-9]/m);
  });

  it("tells that it lives, whether it and each chain are ready, and what they lack", async () => {
    const { get, supernode, l1, clock } = await start();
    expect(await get("/livez")).toEqual({ status: 200, body: "ok\n" });
    await until(() => supernode.readiness().ready, clock);
    for (const path of ["/readyz", "/readyz/901", "/readyz/902"]) expect(await get(path)).toEqual({ status: 200, body: '{"ready":true,"missing":[]}\n' });
    l1.failure = new Error("the line is cut");
    await until(() => !supernode.readiness().ready, clock);
    expect(await get("/readyz")).toEqual({ status: 503, body: expect.stringContaining("l1: ") });
    expect((await get("/readyz/901")).status).toBe(200);
    await supernode.chains.get(902)?.pause();
    expect((await get("/readyz/902")).status).toBe(503);
    for (const path of ["/readyz/903", "/readyz/", "/readyz/901x", "/nothing"]) expect((await get(path)).status).toBe(404);
  });

  it("shows its own metrics, those of each chain that runs, and those that are added", async () => {
    const { get, supernode } = await start();
    const registry = new Registry();
    new Counter({ name: "of_the_program_total", help: "Something else", registers: [registry] }).inc();
    supernode.addMetrics(registry);
    const { status, body } = await get("/metrics");
    expect(status).toBe(200);
    for (const line of ['supernode_info{version="1.2.3"} 1', "of_the_program_total 1"]) expect(body.split("\n")).toContain(line);
    const ofChain = (id: number) => new RegExp(`chain_id="${id}"|"${id}"`).test(body);
    expect([ofChain(901), ofChain(902)]).toEqual([true, true]);
    await supernode.chains.get(902)?.pause();
    await until(() => supernode.chains.get(902)?.state === "paused");
    expect((await get("/metrics")).status).toBe(200);
  });

  it("serves the metrics alone on a port of their own, where one is given", async () => {
    const { stop, lines } = await start({ settings: { metrics: { host: "127.0.0.1", port: 0 } } });
    const { port } = lines.find(({ message }) => message === "metrics are served")!.fields as { port: number };
    const metrics = await fetch(`http://127.0.0.1:${port}/metrics`);
    expect([metrics.status, await metrics.text()]).toEqual([200, expect.stringContaining("supernode_info")]);
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(404);
    expect((await fetch(`http://127.0.0.1:${port}/`, { method: "POST", body: "{}" })).status).toBe(404);
    await stop();
    await expect(fetch(`http://127.0.0.1:${port}/metrics`)).rejects.toThrow();
  });

  it.each([[true, true], [true, false], [false, true]])("serves a chain's batcher where admin methods are on (%s) and it has one (%s)", async (enableAdmin, has) => {
    const { ask, supernode } = await start({ setup: { node: { version: "test", enableAdmin }, ...(has ? { batcher: BATCHER } : {}) } });
    const isServed = enableAdmin && has;
    expect(supernode.batcher(901) !== undefined).toBe(has);
    expect(await ask("/901", "admin_stopBatcher")).toMatchObject(isServed ? { result: null } : { error: expect.stringContaining("admin_stopBatcher") });
  });

  it.each([[true, false], [false, true]])("whose batcher is to wait (%s) begins with it running: %s", async (stopped, runs) => {
    const { supernode } = await start({ setup: { batcher: { ...BATCHER, stopped } } });
    expect(supernode.batcher(902)?.status().isRunning).toBe(runs);
  });

  it("closes all that it opened when it stops, its port too", async () => {
    const { stop, open, get } = await start();
    expect([...open].sort()).toEqual(["execution 901", "execution 902", "store 901", "store 902"]);
    await stop();
    expect([...open]).toEqual([]);
    await expect(get("/livez")).rejects.toThrow();
  });

  it("stops its batchers first, once, and waits for one that hangs no longer than its time to flush", async () => {
    const { supernode, clock, open } = await start({ setup: { batcher: { ...BATCHER, options: { ...DEFAULT_BATCHER_OPTIONS, flushTimeoutMs: 5_000 } } } });
    const batcher = supernode.batcher(902)!;
    const flushes: (boolean | undefined)[] = [];
    batcher.stop = ({ flush } = {}) => {
      flushes.push(flush);
      return new Promise(() => {});
    };
    let stopped = false;
    const stopping = supernode.stop().then(() => {
      stopped = true;
    });
    clock.advance(5_000);
    for (let i = 0; i < 20; i++) await new Promise(setImmediate);
    expect([stopped, flushes, open.has("execution 902")]).toEqual([false, [true], true]);
    clock.advance(1_000);
    await until(() => !open.has("execution 902"));
    await passing(stopping, clock);
    await supernode.stopBatchers();
    expect(flushes).toEqual([true]);
  });

  it("says that an activity failed, and runs on without it; one that ends with it has not failed", async () => {
    const { supernode, clock, lines, filters } = await create({ settings: { interop: { dependencySet: meshOf(IDS), activation: 1_000, openStore: () => new MemoryStore() } } });
    Object.assign(supernode.interop ?? {}, { start: () => Promise.reject(new Error("its disk is full")) });
    await supernode.start();
    await until(() => filters.size === IDS.length && supernode.chains.get(902)?.hasHeads === true, clock);
    await passing(supernode.stop(), clock);
    expect(lines.filter(({ message }) => message === "an activity failed")).toEqual([{ message: "an activity failed", fields: { activity: "interop", error: "its disk is full" } }]);
  });

  it("does not start on another L1, and opens no port then", async () => {
    const { supernode, l1, open } = await create();
    l1.chainId = 901;
    await expect(supernode.start()).rejects.toThrow(CriticalError);
    await expect(supernode.start()).rejects.toThrow("L1 has chain id 901, the rollup configuration says 900");
    expect([...open].some((name) => name.startsWith("execution"))).toBe(false);
    await supernode.stop();
  });

  it("refuses two chains of one id", async () => {
    await expect(create({ ids: [901, 901] })).rejects.toThrow("two chains have the same id: each may be named once in --chains");
  });
});

describe("a supernode's chains", () => {
  const message = messageOf(says(1), { blockNumber: 0, logIndex: 0, timestamp: 1_000, chainId: 901n });
  const check = async (filter: MessageFilter | undefined) => filter?.check([{ hash: "0x01", entries: inboxEntriesOf(message) }], { timestamp: 1_001, timeout: 0 });

  it("ask nobody about messages where none are verified", async () => {
    const { filters, ask, supernode } = await start();
    expect([...filters]).toEqual([[901, undefined], [902, undefined]]);
    expect(supernode.interop).toBeUndefined();
    expect(await ask("/", "superroot_atTimestamp", "0x1")).toMatchObject({ error: expect.stringContaining("superroot_atTimestamp") });
  });

  it("ask by the policy that they are given", async () => {
    const { filters, supernode } = await start({ setup: { ingress: ingressPolicy("finalized") }, settings: { interop: { dependencySet: meshOf(IDS), openStore: () => new MemoryStore() } } });
    const asked: unknown[] = [];
    Object.assign(supernode.interop?.ingress ?? {}, { check: (_entries: unknown, _descriptor: unknown, policy: IngressPolicy) => void asked.push(policy.minSafety(901)) });
    for (const id of IDS) await check(filters.get(id));
    expect(asked).toEqual(["finalized", "finalized"]);
  });

  it("ask the same interop activity, each for itself, which is served, shown and waited for with the rest", async () => {
    const { filters, ask, get, supernode } = await start({ settings: { interop: { dependencySet: meshOf(IDS), activation: 1_000, openStore: () => new MemoryStore() } } });
    const failsafe = supernode.interop?.ingress.failsafe;
    failsafe?.set("a test said so");
    for (const id of IDS) expect(await check(filters.get(id))).toEqual([{ kind: "refused", code: -320602, message: "failsafe is enabled: a test said so" }]);
    failsafe?.set(undefined);
    for (const id of IDS) expect(await check(filters.get(id))).not.toMatchObject([{ code: -320602 }]);
    const asked: unknown[] = [];
    Object.assign(supernode.interop?.ingress ?? {}, { check: (_: unknown, { chainId }: { chainId: bigint }, policy: IngressPolicy) => void asked.push([chainId, policy.minSafety(901), policy.sameTimestamp]) });
    for (const id of IDS) await check(filters.get(id));
    expect(asked, "by the default policy").toEqual([[901n, "cross-unsafe", "refused"], [902n, "cross-unsafe", "refused"]]);
    Reflect.deleteProperty(supernode.interop?.ingress ?? {}, "check");
    expect(await ask("/", "interop_checkAccessList", [], "unsafe", { timestamp: "0x3e9", chainID: "901" })).toEqual({ status: 200, result: null });
    expect((await get("/metrics")).body).toContain("supernode_interop_activity_state");
    Object.assign(supernode.interop ?? {}, { readiness: () => ({ ready: false, missing: ["it has halted"] }) });
    expect(supernode.readiness().missing).toContain("interop: it has halted");
  });
});
