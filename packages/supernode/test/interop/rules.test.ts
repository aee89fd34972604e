import { type Identifier, meshOf, dependencySetOf } from "@pangaea/interop";
import { describe, expect, it } from "vitest";
import { checkClosed, containsClaim } from "../../src/interop/rules.ts";
import { FakeChain } from "../support/fake-chain.ts";
import { FakeL1 } from "../support/fake-l1.ts";
import { checksumOf, messageOf, says } from "../support/messages.ts";
import { GENESIS, indexOf } from "../support/source-index.ts";

const { config } = new FakeChain(901, new FakeL1(GENESIS));
const configs = [901, 902].map((chainId) => new FakeChain(chainId, new FakeL1(GENESIS)).config);
const source = (upTo = 9) => ({ config, index: indexOf(901, [[], [says(1)], [], []]), upTo });
const message = messageOf(says(1), { chainId: 901n, blockNumber: 1, timestamp: GENESIS + 1, logIndex: 0 });
const claim = (changes: Partial<Identifier> = {}) => ({ identifier: { ...message.identifier, ...changes }, checksum: checksumOf(message) });

describe("whether a claimed log is on a source chain", () => {
  it("is a yes with its block", () => {
    expect(containsClaim(claim(), source())).toEqual({ kind: "yes" });
  });

  it("is not known where the chain is not run here", () => {
    expect(containsClaim(claim(), undefined)).toEqual({ kind: "not-yet", reason: "chain 901 is not run here" });
  });

  it("is contradicted where number and time disagree, even of a block that is not there yet", () => {
    expect(containsClaim(claim({ blockNumber: 2 }), source())).toEqual({ kind: "contradiction", reason: "block 2 of chain 901 is at 1002, not at 1001" });
    expect(containsClaim(claim({ blockNumber: 500 }), source())).toEqual({ kind: "contradiction", reason: "block 500 of chain 901 is at 1500, not at 1001" });
    expect(containsClaim(claim({ timestamp: GENESIS + 500 }), source())).toMatchObject({ kind: "contradiction" });
  });

  it("is contradicted below the chain's first block", () => {
    const late = { ...config, genesis: { ...config.genesis, l2: { ...config.genesis.l2, number: 100 } } };
    expect(containsClaim(claim(), { ...source(), config: late })).toEqual({ kind: "contradiction", reason: "chain 901 begins with block 100" });
  });

  it("is not known beyond the view or the chain's end", () => {
    expect(containsClaim(claim(), source(0))).toMatchObject({ kind: "not-yet" });
    expect(containsClaim(claim({ blockNumber: 5, timestamp: GENESIS + 5 }), source())).toMatchObject({ kind: "not-yet" });
  });
});

describe("the chains that are run together", () => {
  it("are all of a dependency set", () => {
    expect(() => checkClosed(meshOf([901, 902]), configs)).not.toThrow();
    expect(() => checkClosed(meshOf([901]), configs)).toThrow("chain 902 is not in the dependency set (901): add it there, or leave it out of --chains");
  });

  it("are all that one of them may depend on, through others too; a chain that none depends on may be left out", () => {
    const through = dependencySetOf({ accepts: new Map([[901, [902]], [902, [903]], [903, []]]) });
    expect(() => checkClosed(through, configs)).toThrow("chain 901 may depend on chain 903, which is not run here: add it to --chains, or take it out of the dependency set");
    const other = dependencySetOf({ accepts: new Map([[901, [902]], [902, []], [903, [901]]]) });
    expect(() => checkClosed(other, configs)).not.toThrow();
  });
});
