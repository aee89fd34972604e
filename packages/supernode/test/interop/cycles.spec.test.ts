import type { Log } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { haveVectors, vectorJson } from "../../../interop/test/support/vectors.ts";
import { at, Cluster } from "../support/cluster.ts";
import { executes, says, type SentMessage } from "../support/messages.ts";

interface Reference {
  readonly at: number;
  readonly chain: string;
  readonly log: number;
  readonly initTs: number;
}

interface Cycles {
  readonly timestamp: number;
  readonly cases: readonly { readonly name: string; readonly executingMessages: Readonly<Record<string, readonly Reference[]>>; readonly flaggedChains: readonly string[] }[];
}

const { cycles } = vectorJson<{ readonly cycles: Cycles }>("interop-computed.json", { cycles: { timestamp: 0, cases: [] } });
const NAMES = [..."ABCDE"];
const idOf = (name: string): number => NAMES.indexOf(name) + 901;
/** Seconds after genesis of the vectors' timestamp, and of every older one. */
const [NOW, BEFORE] = [6, 3];
/** Logs of a block that no vector's message is in the place of. */
const PLAIN = 4;

const saying = (name: string, log: number): Log => says(idOf(name) * 10 + log);

describe.skipIf(!haveVectors)("cycles of the vectors, on chains that have every log which a message names", () => {
  it("are nine", () => {
    expect(cycles.cases).toHaveLength(9);
  });

  it.each(cycles.cases)("$name", async ({ executingMessages, flaggedChains }) => {
    const cluster = new Cluster({ chains: NAMES.map(() => ({})) });
    const [now] = [cycles.timestamp];
    const claim = ({ chain, log, initTs }: Reference): SentMessage => cluster.chain(NAMES.indexOf(chain)).messageAt(initTs === now ? NOW : BEFORE, log, saying(chain, log));
    for (const [i, chain] of cluster.chains.entries()) {
      const name = NAMES[i]!;
      chain.fill(at(BEFORE - 1));
      chain.block(Array.from({ length: PLAIN }, (_, log) => saying(name, log)));
      chain.fill(at(NOW - 1));
      const references = executingMessages[name] ?? [];
      chain.block(Array.from({ length: PLAIN }, (_, log) => {
        const reference = references.find((one) => one.at === log);
        return reference === undefined ? saying(name, log) : executes(claim(reference));
      }));
    }
    const tried = cluster.chains.map((chain) => chain.tip.hash);
    cluster.fillAndPost(NOW + 3);
    await cluster.settle();
    const denials = cluster.chains.flatMap(({ chainId }) => cluster.interop.watched(chainId).denied.at(NOW).map(({ hash, reason }) => [chainId, hash, reason.split(":")[0]]));
    // A message to its own log names contents that no log can have: that is what is told of it.
    const ruleOf = (name: string) => ((executingMessages[name] ?? []).some((one) => one.chain === name && one.log === one.at) ? "identity" : "cycle");
    const flagged = flaggedChains.map((name) => [idOf(name), tried[NAMES.indexOf(name)], ruleOf(name)]);
    // What rests on a block that fell falls after it, for want of the log.
    const rests = NAMES.filter((name) => !flaggedChains.includes(name) && (executingMessages[name] ?? []).some(({ chain, initTs }) => initTs === now && flaggedChains.includes(chain))).map((name) => [idOf(name), tried[NAMES.indexOf(name)], "identity"]);
    expect(denials).toEqual([...flagged, ...rests].sort(([a], [b]) => Number(a) - Number(b)));
    expect(cluster.verified).toBe(at(NOW + 3));
    expect(cluster.chains.map((chain, i) => chain.at(NOW).ref.hash === tried[i])).toEqual(NAMES.map((name) => !denials.some(([chainId]) => chainId === idOf(name))));
  });
});
