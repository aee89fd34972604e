import { resolveOptions } from "@pangaea/config";
import { describe, expect, it } from "vitest";
import { checkSourceLevels, ingressFlagTable, ingressPolicyOf, messageGateOf } from "../../src/interop/flags.ts";

const policyOf = (given: Readonly<Record<string, string>>) =>
  ingressPolicyOf(resolveOptions(ingressFlagTable("cross-unsafe"), Object.fromEntries(Object.entries(given).map(([name, text]) => [`interop.${name}`, { text, source: `--interop.${name}` }]))));

describe("the flags of what messages a chain takes", () => {
  it("have the table's level for all sources, and no messages of the same second, where nothing is given", () => {
    const policy = policyOf({});
    expect([policy.minSafety(901), policy.minSafety(902), policy.sameTimestamp, messageGateOf(policy)]).toEqual(["cross-unsafe", "cross-unsafe", "refused", { admitsWaiting: false }]);
  });

  it("set the level for all sources, another for some, and let messages of the same second in", () => {
    const policy = policyOf({ "min-safety": "safe", "min-safety-of": "902=finalized,903=unsafe", "same-timestamp": "true" });
    expect([901, 902, 903].map((source) => policy.minSafety(source))).toEqual(["safe", "finalized", "unsafe"]);
    expect([policy.sameTimestamp, messageGateOf(policy)]).toEqual(["allowed", { admitsWaiting: true }]);
  });

  it.each(["902", "902=", "=safe", "op=safe", "902=safe=finalized", "902=certain", "-1=safe"])("refuse %s as the level of a source, with the flag", (text) => {
    expect(() => policyOf({ "min-safety-of": text })).toThrow("--interop.min-safety-of");
  });

  it.each<readonly [string, readonly { readonly source: number; readonly level: "safe" | "unsafe" }[], string | undefined]>([
    ["of the cluster's chains", [{ source: 902, level: "safe" }, { source: 901, level: "unsafe" }], undefined],
    ["of a chain that is not there", [{ source: 902, level: "safe" }, { source: 9_002, level: "safe" }], "--vn.901.interop.min-safety-of names chain 9002, which is not of this cluster (901, 902): remove it or add the chain"],
    ["of one chain, twice", [{ source: 902, level: "safe" }, { source: 902, level: "unsafe" }], "--vn.901.interop.min-safety-of names chain 902 twice: remove one of the levels"],
  ])("are checked against the chains there are: levels %s", (_, levels, message) => {
    const check = () => checkSourceLevels({ "interop.min-safety-of": levels }, [901, 902], "vn.901.");
    if (message === undefined) expect(check).not.toThrow();
    else expect(check).toThrow(message);
  });

  it("refuse a level that is none", () => {
    expect(() => policyOf({ "min-safety": "certain" })).toThrow(/--interop\.min-safety .*certain/);
  });
});
