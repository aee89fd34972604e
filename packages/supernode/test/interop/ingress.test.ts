import { dependencySetOf, inboxEntriesOf, meshOf } from "@pangaea/interop";
import type { Hex } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { AccessListErrorCode, ingressPolicy, parseSafetyLevel, SAFETY_LEVELS, type SafetyLevel } from "../../src/interop/ingress.ts";
import { at, Cluster, type ClusterOptions } from "../support/cluster.ts";
import { changed, type Changes, says, type SentMessage } from "../support/messages.ts";

const WINDOW = 100;

/** Two chains with a message in every block of the first: ten unsafe, eight cross-unsafe, six local safe, four safe, two finalized. */
async function opened(more: Partial<ClusterOptions> = {}): Promise<Cluster> {
  const cluster = new Cluster({ chains: [{}, {}], set: meshOf([901, 902], WINDOW), ...more });
  const [a, b] = [cluster.chain(0), cluster.chain(1)];
  const upTo = (first: number, second: number) => {
    while (a.tip.number < first) a.block([says(a.tip.number + 1), says(99)]);
    b.fill(at(second));
  };
  upTo(2, 2);
  cluster.post();
  upTo(6, 4);
  cluster.post();
  upTo(10, 8);
  cluster.l1.finalized = 1;
  await cluster.settle();
  for (const chain of cluster.chains) chain.authorityMoved();
  await cluster.settle();
  return cluster;
}

const sent = (cluster: Cluster, number: number, logIndex = 0): SentMessage => cluster.chain(0).messageAt(number, logIndex, says(number));
const entriesOf = (...messages: readonly SentMessage[]) => messages.flatMap((message) => inboxEntriesOf(message));
const descriptor = (seconds: number, timeout = 0, chainId = 902n) => ({ timestamp: at(seconds), timeout, chainId });
const UNSAFE = ingressPolicy("unsafe");
const kindOf = (cluster: Cluster, entries: readonly string[], more = descriptor(11), policy = UNSAFE) => {
  const answer = cluster.interop.ingress.check(entries, more, policy);
  return answer.kind === "ok" ? "ok" : [answer.kind, answer.code];
};

describe("a transaction's inbox access list", () => {
  it("passes when all its messages hold; an empty one does", async () => {
    const cluster = await opened();
    expect(kindOf(cluster, [])).toBe("ok");
    expect(kindOf(cluster, entriesOf(sent(cluster, 3), sent(cluster, 10), sent(cluster, 3)))).toBe("ok");
    expect(kindOf(cluster, entriesOf(sent(cluster, 3)), descriptor(11, 0, 901n))).toBe("ok");
  });

  it.each<readonly [string, Changes]>([
    ["origin", { origin: `0x${"08".repeat(20)}` }], ["block", { blockNumber: 4 }], ["log index", { logIndex: 1 }], ["time", { timestamp: at(4) }], ["payload", { payloadHash: `0x${"09".repeat(32)}` }],
  ])("is refused as conflicting when a message has another %s", async (_, changes) => {
    const cluster = await opened();
    expect(kindOf(cluster, entriesOf(sent(cluster, 5), changed(sent(cluster, 3), changes)))).toEqual(["refused", AccessListErrorCode.conflict]);
  });

  it.each<readonly [string, readonly string[]]>([
    ["no hex", ["0x01"]], ["a checksum without its place", [`0x03${"00".repeat(31)}`]], ["a place without checksum", [`0x01${"00".repeat(31)}`]], ["an unknown kind", [`0x07${"00".repeat(31)}`]], ["reserved bytes", [`0x01ff${"00".repeat(30)}`, `0x03${"00".repeat(31)}`]],
  ])("is refused as malformed with %s", async (_, entries) => {
    expect(kindOf(await opened(), entries)).toEqual(["refused", AccessListErrorCode.invalid]);
  });

  it("is refused for a chain that is not run here, executing or source", async () => {
    const cluster = await opened();
    expect(kindOf(cluster, entriesOf(sent(cluster, 3)), descriptor(11, 0, 999n))).toEqual(["refused", AccessListErrorCode.unknownChain]);
    expect(kindOf(cluster, entriesOf(changed(sent(cluster, 3), { chainId: 999n })))).toEqual(["refused", AccessListErrorCode.unknownChain]);
    expect(kindOf(cluster, entriesOf(changed(sent(cluster, 3), { chainId: 901n + (1n << 64n) })))).toEqual(["refused", AccessListErrorCode.unknownChain]);
  });

  it("is refused where the executing chain does not accept the source, and not the other way round", async () => {
    const cluster = await opened({ set: dependencySetOf({ accepts: new Map([[902, []], [901, [902]]]), messageExpiryWindow: WINDOW }) });
    expect(cluster.interop.ingress.check(entriesOf(sent(cluster, 3)), descriptor(11), UNSAFE)).toEqual({ kind: "refused", code: AccessListErrorCode.conflict, message: "conflicting data: dependency-set: chain 902 does not accept messages of chain 901" });
    expect(kindOf(cluster, entriesOf(sent(cluster, 3)), descriptor(11, 0, 901n))).toBe("ok");
  });

  it.each([[3 + WINDOW - 1, 0, true], [3 + WINDOW, 0, true], [3 + WINDOW + 1, 0, false], [3 + WINDOW - 7, 7, true], [3 + WINDOW - 7, 8, false]])("executed at second %i and up to %i later holds by expiry: %s", async (seconds, timeout, holds) => {
    const cluster = await opened();
    expect(kindOf(cluster, entriesOf(sent(cluster, 3)), descriptor(seconds, timeout))).toEqual(holds ? "ok" : ["refused", AccessListErrorCode.conflict]);
  });

  it("is refused before its source or executing chain is active", async () => {
    const cluster = await opened({ chains: [{ activation: 4 }, { activation: 6 }] });
    expect([4, 5].map((number) => kindOf(cluster, entriesOf(sent(cluster, number))))).toEqual([["refused", AccessListErrorCode.conflict], "ok"]);
    expect([6, 7].map((seconds) => kindOf(cluster, entriesOf(sent(cluster, 5)), descriptor(seconds)))).toEqual([["refused", AccessListErrorCode.conflict], "ok"]);
  });

  it("with a message of the same time passes only where the policy allows it, and waits else; one with a later message waits always", async () => {
    const cluster = await opened();
    const allowed = ingressPolicy("unsafe", new Map(), "allowed");
    const entries = entriesOf(sent(cluster, 7));
    const young = ["wait", AccessListErrorCode.future];
    expect([6, 7, 8].map((seconds) => kindOf(cluster, entries, descriptor(seconds)))).toEqual([young, young, "ok"]);
    expect([6, 7, 8].map((seconds) => kindOf(cluster, entries, descriptor(seconds), allowed))).toEqual([young, "ok", "ok"]);
  });

  it("waits for a message of a block that is not there yet", async () => {
    const cluster = await opened();
    expect(kindOf(cluster, entriesOf(sent(cluster, 12)), descriptor(13))).toEqual(["wait", AccessListErrorCode.future]);
  });

  it("is refused when the source's history is no longer kept: it cannot be known", async () => {
    const cluster = await opened();
    cluster.interop.watched(901).index.prune(at(5));
    expect(kindOf(cluster, entriesOf(sent(cluster, 3)))).toEqual(["refused", AccessListErrorCode.skipped]);
  });

  it("waits while nothing of the source is indexed", async () => {
    const cluster = new Cluster({ chains: [{}, {}] });
    expect(kindOf(cluster, entriesOf(sent(cluster, 3)))).toEqual(["wait", AccessListErrorCode.uninitialized]);
  });

  it("is refused while the failsafe is on, an empty one too, with the reason", async () => {
    const cluster = await opened();
    cluster.interop.ingress.failsafe.set("somebody said so");
    expect(cluster.interop.ingress.check([], descriptor(11), UNSAFE)).toEqual({ kind: "refused", code: AccessListErrorCode.failsafe, message: "failsafe is enabled: somebody said so" });
    cluster.interop.ingress.failsafe.set(undefined);
    expect(kindOf(cluster, [])).toBe("ok");
  });

  it("is refused after a restart too, until the failsafe is switched off", async () => {
    const cluster = await opened();
    cluster.interop.ingress.failsafe.set("somebody said so");
    cluster.restart();
    expect(kindOf(cluster, [])).toEqual(["refused", AccessListErrorCode.failsafe]);
    cluster.interop.ingress.failsafe.set(undefined);
    cluster.restart();
    expect(cluster.interop.ingress.failsafe.reason).toBeUndefined();
  });
});

describe("the least certainty of a message's source", () => {
  const REACHED: Readonly<Record<SafetyLevel, number>> = { unsafe: 10, "cross-unsafe": 8, "local-safe": 6, safe: 4, finalized: 2 };

  it.each(SAFETY_LEVELS)("%s lets through what has come so far, and lets the rest wait", async (level) => {
    const cluster = await opened();
    const answers = Array.from({ length: 11 }, (_, i) => kindOf(cluster, entriesOf(sent(cluster, i + 1)), descriptor(12), ingressPolicy(level)));
    expect(answers.map((answer) => answer === "ok")).toEqual(answers.map((_, i) => i + 1 <= REACHED[level]));
    expect(answers.at(-1)).toEqual(["wait", AccessListErrorCode.future]);
  });

  it.each(["cross-unsafe", "safe", "finalized"] as const)("%s counts for nothing that has come in the place of what was judged", async (level) => {
    const cluster = await opened();
    const [a] = cluster.chains;
    const before = kindOf(cluster, entriesOf(sent(cluster, 1)), descriptor(12), ingressPolicy(level));
    if (level === "cross-unsafe") a!.dropUnsafe(7);
    else a!.rewrite(1, [says(1)]);
    const other = level === "cross-unsafe" ? a!.block([says(7)]).message(0) : sent(cluster, 1);
    a!.fill(at(10));
    await cluster.index();
    expect([before, kindOf(cluster, entriesOf(other), descriptor(12)), kindOf(cluster, entriesOf(other), descriptor(12), ingressPolicy(level))]).toEqual(["ok", "ok", ["wait", AccessListErrorCode.future]]);
  });

  it("cross-unsafe is what is safe, as long as nothing is known of the unsafe blocks", async () => {
    const cluster = await opened();
    cluster.restart();
    expect([4, 5].map((number) => kindOf(cluster, entriesOf(sent(cluster, number)), descriptor(12), ingressPolicy("cross-unsafe")))).toEqual(["ok", ["wait", AccessListErrorCode.future]]);
  });

  it("local-safe is reached by nothing while the source's node does not run", async () => {
    const cluster = await opened();
    cluster.chain(0).running = false;
    expect(kindOf(cluster, entriesOf(sent(cluster, 1)), descriptor(12), ingressPolicy("local-safe"))).toEqual(["wait", AccessListErrorCode.future]);
  });

  it("may differ between pairs of chains: each executing chain has a policy, with a level for each source", async () => {
    const cluster = await opened();
    const policies = new Map([[901n, ingressPolicy("finalized", new Map([[901, "unsafe"]]))], [902n, ingressPolicy("finalized", new Map([[901, "safe"]]))]]);
    const highest = (chainId: bigint) => Array.from({ length: 10 }, (_, i) => i + 1).findLast((number) => kindOf(cluster, entriesOf(sent(cluster, number)), descriptor(12, 0, chainId), policies.get(chainId)) === "ok");
    expect([highest(902n), highest(901n)]).toEqual([4, 10]);
    expect(ingressPolicy("safe", new Map([[901, "unsafe"]])).minSafety(902)).toBe("safe");
  });

  it.each(["safe", "finalized", "cross-unsafe"] as const)("%s is reached by nothing before anything is verified", async (level) => {
    const cluster = new Cluster({ chains: [{}, {}] });
    cluster.chain(0).block([says(1)]);
    for (const chain of cluster.chains) await chain.run();
    await cluster.index();
    expect(kindOf(cluster, entriesOf(sent(cluster, 1)), descriptor(5), ingressPolicy(level))).toEqual(["wait", AccessListErrorCode.future]);
  });

  it("is read by its name", () => {
    expect(SAFETY_LEVELS.map(parseSafetyLevel)).toEqual(SAFETY_LEVELS);
    for (const value of ["", "Unsafe", 1, undefined, null]) expect(() => parseSafetyLevel(value)).toThrow("safety level wants one of unsafe, cross-unsafe, local-safe, safe, finalized");
  });
});

describe("interop_checkAccessList", () => {
  const call = async (cluster: Cluster, method: string, ...params: readonly unknown[]) => cluster.interop.rpcMethods[method]!(params, {});
  const json = (more: Readonly<Record<string, unknown>> = {}) => ({ timestamp: "0x3f3", chainID: "0x386", ...more });

  it("has the codes that execution clients know", () => {
    expect(AccessListErrorCode).toEqual({ uninitialized: -320400, skipped: -320500, unknownChain: -320501, conflict: -320600, failsafe: -320602, future: -321401, invalid: -32602 });
  });

  it.each(["interop_checkAccessList", "supervisor_checkAccessList"])("as %s answers null, or an error with the reference's code", async (method) => {
    const cluster = await opened();
    const good = entriesOf(sent(cluster, 3));
    expect(await call(cluster, method, good, "unsafe", json())).toBeNull();
    expect(await call(cluster, method, good, "safe", json({ chainID: "902", timeout: "0x10" }))).toBeNull();
    await expect(call(cluster, method, entriesOf(sent(cluster, 9)), "safe", json())).rejects.toMatchObject({ code: -321401 });
    await expect(call(cluster, method, entriesOf(changed(sent(cluster, 3), { logIndex: 1 })), "unsafe", json())).rejects.toMatchObject({ code: -320600, message: expect.stringMatching(/^conflicting data: /) });
    await expect(call(cluster, method, ["0x01"], "unsafe", json())).rejects.toMatchObject({ code: -32602 });
    await expect(call(cluster, method, good, "unsafe", json({ chainID: "0x9" }))).rejects.toMatchObject({ code: -320501 });
  });

  it.each<readonly [string, readonly unknown[]]>([
    ["no list", ["0x01", "unsafe", json()]], ["a list of numbers", [[1], "unsafe", json()]], ["another level", [[], "likely", json()]], ["no descriptor", [[], "unsafe"]], ["a timestamp that is no quantity", [[], "unsafe", json({ timestamp: 5 })]],
    ["too many entries", [Array.from({ length: 20_001 }, (): Hex => "0x01"), "unsafe", json()]],
  ])("refuses %s as malformed", async (_, params) => {
    await expect(call(await opened(), "interop_checkAccessList", ...params)).rejects.toMatchObject({ kind: "input" });
  });

  it("reads as many entries as a transaction may have", async () => {
    const cluster = await opened();
    const many = Array.from({ length: 10_000 }, () => entriesOf(sent(cluster, 3))).flat();
    expect([many.length, await call(cluster, "interop_checkAccessList", many, "unsafe", json())]).toEqual([20_000, null]);
  });

  it("refuses a descriptor without chain: it is not known who executes", async () => {
    await expect(call(await opened(), "interop_checkAccessList", [], "unsafe", { timestamp: "0x3f3" })).rejects.toMatchObject({ code: -320501, message: expect.stringContaining("the executing descriptor has no chainID") });
  });

  it("has a failsafe to be switched where the admin methods are on, and none where they are not", async () => {
    const cluster = await opened({ options: { enableAdmin: true } });
    expect(await call(cluster, "admin_getFailsafeEnabled")).toBe(false);
    await call(cluster, "admin_setFailsafeEnabled", true);
    expect(await call(cluster, "admin_getFailsafeEnabled")).toBe(true);
    await expect(call(cluster, "interop_checkAccessList", [], "unsafe", json())).rejects.toMatchObject({ code: -320602, message: expect.stringContaining("switch it off with admin_setFailsafeEnabled") });
    await expect(call(cluster, "admin_setFailsafeEnabled", "yes")).rejects.toMatchObject({ kind: "input" });
    await call(cluster, "admin_setFailsafeEnabled", false);
    expect(await call(cluster, "interop_checkAccessList", [], "unsafe", json())).toBeNull();
    expect((await opened()).interop.rpcMethods).not.toHaveProperty("admin_setFailsafeEnabled");
  });
});
