import { type DependencySet, fullMesh } from "@pangaea/config";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseRelayPolicy, type RelayPolicy, relayPairs } from "../src/index.ts";

const pair = (source: number, destination: number) => ({ source, destination });

describe("a relay policy", () => {
  it.each<readonly [string, RelayPolicy]>([
    ["all", { kind: "all" }],
    ["none", { kind: "none" }],
    ["901:902", { kind: "pairs", pairs: [pair(901, 902)] }],
    ["901:902,902:901", { kind: "pairs", pairs: [pair(901, 902), pair(902, 901)] }],
    ["901:902, 10:8453", { kind: "pairs", pairs: [pair(901, 902), pair(10, 8_453)] }],
  ])("is read from %s", (text, policy) => {
    expect(parseRelayPolicy(text)).toEqual(policy);
  });

  it.each([
    ["", 'not ""'],
    ["some", 'not "some"'],
    ["ALL", 'not "ALL"'],
    ["901", 'not "901"'],
    ["901:", 'not "901:"'],
    ["901:902:903", 'not "901:902:903"'],
    ["0:902", 'not "0:902"'],
    ["-1:902", 'not "-1:902"'],
    ["901:9e2", 'not "901:9e2"'],
    ["901:902,", 'not ""'],
    ["99999999999999999999:1", 'not "99999999999999999999:1"'],
    ["901:902,all", 'not "all"'],
    ["901:901", "names 901:901, a chain and itself"],
    ["901:902,902:901,901:902", "names 901:902 twice"],
  ])("is refused when it is %j", (text, message) => {
    expect(() => parseRelayPolicy(text)).toThrow(message);
  });

  it("is read as it is written", () => {
    const id = fc.integer({ min: 1, max: 2 ** 53 - 1 });
    const pairs = fc.uniqueArray(fc.tuple(id, id).filter(([a, b]) => a !== b), { minLength: 1, maxLength: 8, selector: ([a, b]) => `${a}:${b}` });
    fc.assert(fc.property(pairs, (list) => {
      expect(parseRelayPolicy(list.map(([a, b]) => `${a}:${b}`).join(","))).toEqual({ kind: "pairs", pairs: list.map(([a, b]) => pair(a, b)) });
    }));
  });
});

describe("the pairs that a policy means", () => {
  const mesh = fullMesh([901, 902, 903]);
  const oneWay: DependencySet = { chains: [901, 902], accepts: new Map([[901, new Set([901, 902])], [902, new Set([902])]]), messageExpiryWindow: 60 };

  it.each<readonly [string, RelayPolicy, readonly number[], DependencySet, readonly (readonly [number, number])[]]>([
    ["all of a mesh", { kind: "all" }, [901, 902, 903], mesh, [[901, 902], [901, 903], [902, 901], [902, 903], [903, 901], [903, 902]]],
    ["all of the chains at hand", { kind: "all" }, [901, 903], mesh, [[901, 903], [903, 901]]],
    ["all that the dependency set accepts", { kind: "all" }, [901, 902], oneWay, [[902, 901]]],
    ["none", { kind: "none" }, [901, 902], mesh, []],
    ["those that are named", { kind: "pairs", pairs: [pair(903, 901)] }, [901, 902, 903], mesh, [[903, 901]]],
    ["a chain alone", { kind: "all" }, [901], mesh, []],
  ])("are %s", (_, policy, chains, set, pairs) => {
    expect(relayPairs(policy, chains, set)).toEqual(pairs.map(([source, destination]) => pair(source, destination)));
  });

  it.each<readonly [string, RelayPolicy, string]>([
    ["a source that is not at hand", { kind: "pairs", pairs: [pair(7, 901)] }, "the relay policy names 7:901, but chain 7 is not of this cluster (901, 902)"],
    ["a destination that is not at hand", { kind: "pairs", pairs: [pair(902, 8)] }, "chain 8 is not of this cluster"],
    ["a destination that takes no messages of the source", { kind: "pairs", pairs: [pair(901, 902)] }, "by the dependency set chain 902 accepts no messages of 901"],
  ])("cannot have %s", (_, policy, message) => {
    expect(() => relayPairs(policy, [901, 902], oneWay)).toThrow(message);
  });
});
