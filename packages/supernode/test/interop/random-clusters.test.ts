import { checkMessage, chainsInCycles, type ExecutingMessage, executingMessages, logHashFrom, logHashOf } from "@pangaea/interop";
import { bytesEqual, bytesToHex, type Log } from "@pangaea/primitives";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { at, Cluster } from "../support/cluster.ts";
import type { FakeChain } from "../support/fake-chain.ts";
import { changed, executes, says, type SentMessage } from "../support/messages.ts";

const SECONDS = 12;

/** One message: the log that sends it, the block that executes it, and what is wrong with it. */
interface Plan {
  readonly source: number;
  readonly sentAt: number;
  readonly target: number;
  readonly executedAt: number;
  readonly fault: "none" | "payload" | "log" | "block" | "outside";
}

const plan: fc.Arbitrary<Plan> = fc.record({
  source: fc.nat({ max: 3 }), sentAt: fc.integer({ min: 1, max: SECONDS }), target: fc.nat({ max: 3 }), executedAt: fc.integer({ min: 1, max: SECONDS }),
  fault: fc.oneof({ weight: 6, arbitrary: fc.constant("none" as const) }, { weight: 1, arbitrary: fc.constantFrom("payload", "log", "block", "outside") }),
});
const scenario = fc.record({ blockTimes: fc.array(fc.constantFrom(1, 1, 2, 3), { minLength: 2, maxLength: 4 }), plans: fc.array(plan, { maxLength: 14 }), order: fc.infiniteStream(fc.nat({ max: 3 })), cuts: fc.array(fc.integer({ min: 1, max: SECONDS }), { maxLength: 3 }) });

const FAULTS = {
  none: (message: SentMessage) => message,
  payload: (message: SentMessage) => changed(message, { payloadHash: `0x${"09".repeat(32)}` }),
  log: (message: SentMessage) => changed(message, { logIndex: message.identifier.logIndex + 7 }),
  block: (message: SentMessage) => changed(message, { blockNumber: message.identifier.blockNumber + 1 }),
  outside: (message: SentMessage) => changed(message, { chainId: 999n }),
} as const;

/** Every block of every chain: in slot 0 to n-1 the logs that plans send, after them those that execute. */
function layOut(cluster: Cluster, plans: readonly Plan[]): void {
  const chains = cluster.chains;
  const number = (chain: FakeChain, seconds: number) => Math.max(1, Math.floor(seconds / chain.config.blockTime));
  const planned = plans.map((entry, i) => {
    const [source, target] = [chains[entry.source % chains.length]!, chains[entry.target % chains.length]!];
    return { i, source, target, sentIn: number(source, entry.sentAt), executedIn: number(target, entry.executedAt), fault: FAULTS[entry.fault] };
  });
  // In an order of its own each log: the odd plans' messages lie before what their block executes, the even ones' after.
  const logsOf = (chain: FakeChain, block: number): readonly Log[] => {
    const sends = planned.filter(({ source, sentIn }) => source === chain && sentIn === block);
    const runs = planned.filter(({ target, executedIn }) => target === chain && executedIn === block);
    return [...sends.filter(({ i }) => i % 2 === 1).map(({ i }) => says(i)), ...runs.map((entry) => executes(entry.fault(messageOfPlan(entry)))), ...sends.filter(({ i }) => i % 2 === 0).map(({ i }) => says(i))];
  };
  const messageOfPlan = ({ i, source, sentIn }: (typeof planned)[number]): SentMessage => {
    const sends = planned.filter((other) => other.source === source && other.sentIn === sentIn);
    const runs = planned.filter(({ target, executedIn }) => target === source && executedIn === sentIn).length;
    const odd = sends.filter((other) => other.i % 2 === 1);
    const place = i % 2 === 1 ? odd.findIndex((other) => other.i === i) : odd.length + runs + sends.filter((other) => other.i % 2 === 0).findIndex((other) => other.i === i);
    return source.messageAt(sentIn, place, says(i));
  };
  for (const chain of chains) while (chain.tip.timestamp < at(SECONDS + 2)) chain.block(logsOf(chain, chain.tip.number + 1));
}

const logsAt = (chain: FakeChain, number: number): readonly Log[] => [...chain.at(number).body.deposits, ...chain.at(number).body.logs];

/** By the rules and the blocks themselves, without an index: whether a message holds. */
function holds(cluster: Cluster, executingChain: FakeChain, timestamp: number, message: ExecutingMessage): boolean {
  const verdict = checkMessage(message, {
    executingChainId: BigInt(executingChain.chainId), executingTimestamp: timestamp, sameTimestamp: "allowed", dependencySet: cluster.interop.rules.dependencySet, activationOf: (chainId) => cluster.interop.rules.activationOf(chainId),
    contains: ({ identifier, checksum }) => {
      const source = cluster.chains.find(({ chainId }) => BigInt(chainId) === identifier.chainId);
      const log = source === undefined || identifier.blockNumber > source.tip.number ? undefined : logsAt(source, identifier.blockNumber)[identifier.logIndex];
      const there = source !== undefined && log !== undefined && bytesEqual(logHashOf(log), logHashFrom(bytesToHex(log.address), message.payloadHash)) && source.at(identifier.blockNumber).ref.timestamp === identifier.timestamp;
      return there ? { kind: "yes" } : { kind: "contradiction", reason: checksum };
    },
  });
  return verdict.kind === "valid";
}

function expectSound(cluster: Cluster): void {
  for (let seconds = 0; seconds <= SECONDS; seconds++) {
    const fresh = cluster.chains.filter((chain) => chain.atTime(at(seconds)).ref.timestamp === at(seconds));
    const messages = new Map(fresh.map((chain) => [BigInt(chain.chainId), executingMessages(logsAt(chain, chain.atTime(at(seconds)).ref.number))]));
    for (const chain of fresh) for (const message of messages.get(BigInt(chain.chainId)) ?? []) expect(holds(cluster, chain, at(seconds), message)).toBe(true);
    expect(chainsInCycles(at(seconds), messages)).toEqual([]);
  }
}

describe("a cluster with messages of all kinds, when everything has settled", () => {
  it("has no verified block with a message that does not hold, has denied none without a reason, and is the same whatever came first", async () => {
    const denials: string[] = [];
    await fc.assert(
      fc.asyncProperty(scenario, async ({ blockTimes, plans, order, cuts }) => {
        const open = () => {
          const cluster = new Cluster({ chains: blockTimes.map((blockTime) => ({ blockTime })) });
          layOut(cluster, plans);
          return cluster;
        };
        const together = open();
        together.post();
        await together.settle();
        expect(together.verified).toBeGreaterThanOrEqual(at(SECONDS));
        expectSound(together);
        for (const chain of together.chains) {
          const { denied } = together.interop.watched(chain.chainId);
          for (const { number, hash, reason } of denied.all(0, 1_000)) {
            denials.push(reason.split(":")[0]!);
            expect(chain.at(number).body.logs).toEqual([]);
            // The chains only lose logs: what holds in the end held all along. A block that a cycle depends on falls with it, whatever it executes.
            const { ref, body } = chain.byHash(hash);
            if (!reason.startsWith("cycle")) expect(executingMessages(body.logs).every((message) => holds(together, chain, ref.timestamp, message))).toBe(false);
          }
          expect(new Set(chain.replaced)).toEqual(new Set(denied.heights()));
        }

        const apart = open();
        const batches = apart.chains.map((chain) => chain.unposted());
        const steps = apart.chains.flatMap((_, i) => [0, ...cuts, SECONDS + 9].sort((x, y) => x - y).slice(1).map((end) => ({ i, end })));
        for (const which of order) {
          if (steps.length === 0) break;
          const [step] = steps.splice(steps.findIndex(({ i }) => i === steps[which % steps.length]!.i), 1);
          apart.l1.mine(batches[step!.i]!.filter(({ number }) => number > apart.l1.highestPosted(901 + step!.i) && number <= step!.end));
          for (let turn = 0; turn < which; turn++) await apart.turn();
        }
        apart.post();
        await apart.settle();
        expect(apart.chains.map(({ tip }) => tip.hash)).toEqual(together.chains.map(({ tip }) => tip.hash));
        expect(await apart.superRoots()).toEqual(await together.superRoots());
      }),
      { numRuns: 50 },
    );
    for (const rule of ["identity", "timestamp", "dependency-set", "cycle"]) expect(denials).toContain(rule);
  });
});
