import { inboxEntriesOf } from "@pangaea/interop";
import type { MessageCheckResult, MessageDescriptor } from "@pangaea/execution";
import { describe, expect, it } from "vitest";
import { AccessListErrorCode, type Ingress, ingressPolicy, type IngressPolicy } from "../../src/interop/ingress.ts";
import { messageFilterOf } from "../../src/interop/message-filter.ts";
import { at, Cluster } from "../support/cluster.ts";
import { changed, says, type SentMessage } from "../support/messages.ts";

const SAME_TIMESTAMP_MS = 150;
const ALLOWED = ingressPolicy("unsafe", new Map(), "allowed");
const UNSAFE = ingressPolicy("unsafe");
const FUTURE = ["wait", AccessListErrorCode.future];

/** Two chains, the first with a message in each of three blocks; and what the second's filter answers. */
async function opened() {
  const cluster = new Cluster({ chains: [{}, {}] });
  const [a, b] = [cluster.chain(0), cluster.chain(1)];
  for (const number of [1, 2, 3]) a.block([says(number)]);
  b.fill(at(3));
  await cluster.settle();
  const checkOf = (messages: SentMessage | readonly SentMessage[], i: number) => ({ hash: `0x0${i}` as const, entries: [messages].flat().flatMap(inboxEntriesOf) });
  const begin = (messages: readonly Parameters<typeof checkOf>[0][], seconds: number, { policy = ALLOWED, timeout = 0, chainId = 902 }: { readonly policy?: IngressPolicy } & Partial<MessageDescriptor> & { readonly chainId?: number } = {}) => {
    const told: { answers?: readonly unknown[]; at?: number } = {};
    const brief = (result: MessageCheckResult) => (result.kind === "ok" ? "ok" : [result.kind, result.code]);
    void messageFilterOf({ ingress: cluster.interop.ingress, clock: cluster.clock }, chainId, policy).check(messages.map(checkOf), { timestamp: at(seconds), timeout }).then((results) => Object.assign(told, { answers: results.map(brief), at: cluster.clock.now() }));
    return told;
  };
  /** Lets time pass, a millisecond at a time. */
  const pass = async (ms: number) => {
    for (let i = 0; i < ms; i++) {
      await new Promise(setImmediate);
      cluster.clock.advance(1);
    }
    await new Promise(setImmediate);
  };
  return { cluster, a, b, begin, pass, sent: (number: number) => a.messageAt(number, 0, says(number)), began: cluster.clock.now() };
}

describe("a chain's message filter", () => {
  it("answers each check in its place, at once where nothing can come any more", async () => {
    const { begin, pass, sent, began } = await opened();
    const told = begin([sent(1), changed(sent(2), { logIndex: 1 }), sent(3)], 4);
    await pass(1);
    expect(told).toEqual({ answers: ["ok", ["refused", AccessListErrorCode.conflict], "ok"], at: began });
  });

  it("asks as the chain that it is of, for the time and the timeout that are asked for", async () => {
    const { cluster, sent } = await opened();
    const asked: unknown[] = [];
    const check: Ingress["check"] = (_, ...rest) => {
      asked.push(rest);
      return { kind: "ok" };
    };
    const ingress = new Proxy(cluster.interop.ingress, { get: (target, name) => (name === "check" ? check : Reflect.get(target, name, target)) });
    await messageFilterOf({ ingress, clock: cluster.clock }, 902, UNSAFE).check([{ hash: "0x01", entries: inboxEntriesOf(sent(1)) }], { timestamp: at(4), timeout: 9 });
    expect(asked).toEqual([[{ chainId: 902n, timestamp: at(4), timeout: 9 }, UNSAFE]]);
  });

  it("waits for a block of the same second that is to send the message, and answers as soon as that is there", async () => {
    const { cluster, a, begin, pass, sent, began } = await opened();
    const told = begin([[sent(2), sent(4)], sent(1)], 4);
    await pass(40);
    expect(told).toEqual({});
    a.block([says(4)]);
    await a.run();
    await cluster.index();
    await pass(5);
    expect(told).toMatchObject({ answers: ["ok", "ok"] });
    expect(told.at).toBeLessThanOrEqual(began + 45);
  });

  it("waits until all that it awaits is there: one of two is not enough", async () => {
    const { cluster, a, b, begin, pass, sent } = await opened();
    const told = begin([sent(4), b.messageAt(4, 0, says(5)), sent(1), sent(9)], 4);
    for (const [chain, number, answers] of [[a, 4, undefined], [b, 5, ["ok", "ok", "ok", FUTURE]]] as const) {
      chain.block([says(number)]);
      await chain.run();
      await cluster.index();
      await pass(5);
      expect(told.answers).toEqual(answers);
    }
  });

  it(`answers after ${SAME_TIMESTAMP_MS} ms whatever there is`, async () => {
    const { begin, pass, sent, began } = await opened();
    const told = begin([sent(1), sent(4)], 4);
    await pass(SAME_TIMESTAMP_MS - 1);
    expect(told).toEqual({});
    await pass(5);
    expect(told).toEqual({ answers: ["ok", FUTURE], at: began + SAME_TIMESTAMP_MS });
  });

  it.each<readonly [string, number, number, Parameters<Awaited<ReturnType<typeof opened>>["begin"]>[2]]>([
    ["where messages of the same second are refused", 4, 4, { policy: UNSAFE }],
    ["for a message of an earlier second", 4, 5, {}],
    ["for a transaction that may be executed later", 4, 4, { timeout: 1 }],
    ["for a message that is not of that second yet", 5, 4, {}],
  ])("does not wait %s", async (_, number, seconds, more) => {
    const { begin, pass, sent, began } = await opened();
    const told = begin([sent(number)], seconds, more);
    await pass(1);
    expect(told).toEqual({ answers: [FUTURE], at: began });
  });
});
