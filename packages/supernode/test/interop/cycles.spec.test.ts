import { meshOf } from "@pangaea/interop";
import { describe, expect, it } from "vitest";
import { haveVectors, vectorJson } from "../../../interop/test/support/vectors.ts";
import { type JudgedChain, judgeTimestamp } from "../../src/interop/judge.ts";
import { interopRules } from "../../src/interop/rules.ts";
import { FakeChain } from "../support/fake-chain.ts";
import { FakeL1 } from "../support/fake-l1.ts";
import { executing, messageOf, says } from "../support/messages.ts";

interface Cycles {
  readonly timestamp: number;
  readonly cases: readonly { readonly name: string; readonly executingMessages: Readonly<Record<string, readonly { readonly at: number; readonly chain: string; readonly log: number; readonly initTs: number }[]>>; readonly flaggedChains: readonly string[] }[];
}

const { cycles } = vectorJson<{ readonly cycles: Cycles }>("interop-computed.json", { cycles: { timestamp: 0, cases: [] } });
const NAMES = [..."ABCDE"];
const idOf = (name: string): number => NAMES.indexOf(name) + 901;
/** Every log that is asked for is there: only the cycle rule is left. */
const index: JudgedChain["index"] = { contains: ({ blockNumber, timestamp }) => ({ kind: "yes", block: { number: blockNumber, hash: "0x00", timestamp } }) };

describe.skipIf(!haveVectors)("cycles of the vectors, over whole blocks", () => {
  it("are nine", () => {
    expect(cycles.cases).toHaveLength(9);
  });

  it.each(cycles.cases)("$name", ({ executingMessages, flaggedChains }) => {
    const l1 = new FakeL1(0);
    const configs = NAMES.map((name) => {
      const { config } = new FakeChain(idOf(name), l1);
      return { ...config, genesis: { ...config.genesis, l2Time: 0 }, forks: { lagoon: 0 } };
    });
    const chains = configs.map((config): JudgedChain => {
      const messages = executingMessages[NAMES[config.l2ChainId - 901]!] ?? [];
      return {
        chainId: config.l2ChainId, config, index, upTo: cycles.timestamp, timestamp: cycles.timestamp,
        executing: messages.map(({ at, chain, log, initTs }) => executing(messageOf(says(log), { chainId: BigInt(idOf(chain)), blockNumber: initTs, timestamp: initTs, logIndex: log }), at)),
      };
    });
    const findings = judgeTimestamp(cycles.timestamp, chains, interopRules(configs, meshOf(NAMES.map(idOf))));
    expect(findings.map(({ chainId, kind, rule }) => [chainId, kind, rule])).toEqual(flaggedChains.map((name) => [idOf(name), "invalid", "cycle"]));
  });
});
