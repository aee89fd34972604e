import { errorKind, silentLogger } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { ManualClock } from "../../../node/test/support/manual-clock.ts";
import { ChainContainer } from "../../src/chain-container.ts";
import { interopChain } from "../../src/interop/interop-chain.ts";
import { FakeChain, GENESIS_TIME } from "../support/fake-chain.ts";
import { FakeL1 } from "../support/fake-l1.ts";

describe("a chain as interop sees it, while its node does not run", () => {
  const { config } = new FakeChain(901, new FakeL1(GENESIS_TIME));
  const fails = () => {
    throw new Error("nothing is to be opened");
  };
  const container = new ChainContainer({ config, openExecution: fails, createNode: fails, clock: new ManualClock(0), log: silentLogger });
  const chain = interopChain(config, () => container);

  it("has no heads, and what is asked of its node has no effect", () => {
    expect([chain.chainId, chain.heads()]).toEqual([901, undefined]);
    expect(() => [chain.authorityMoved(), chain.reset()]).not.toThrow();
  });

  it.each([
    ["sync status", () => chain.syncStatus()],
    ["record of safe heads", () => chain.safeHeads],
    ["execution layer", () => chain.execution],
  ])("has no %s for now", (_, use) => {
    let kind = "nothing thrown";
    try {
      use();
    } catch (error) {
      kind = errorKind(error);
    }
    expect(kind).toBe("temporary");
  });
});
