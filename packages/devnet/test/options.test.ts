import { resolveOptions } from "@pangaea/config";
import { describe, expect, it } from "vitest";
import { checkPerChainFlags, DEVNET_OPTIONS, devnetBatcher, devnetForks, devnetRelayer } from "../src/index.ts";

const read = (given: Readonly<Record<string, string>>) => resolveOptions(DEVNET_OPTIONS, Object.fromEntries(Object.entries(given).map(([name, text]) => [name, { text, source: `--${name}` }])));
const forks = (text: string) => devnetForks(read({ fork: text }), 1_000, 0);

describe("the devnet's flags", () => {
  const allAtGenesis = { regolith: 0, canyon: 0, delta: 0, ecotone: 0, fjord: 0, granite: 0, holocene: 0, isthmus: 0, jovian: 0, karst: 0, lagoon: 0 };

  it("activate every fork at genesis, interop among them", () => {
    expect(forks("")).toEqual(allAtGenesis);
  });

  it("activate a fork so many seconds after genesis, or never, and the later ones with it", () => {
    expect(forks("jovian=20,karst=30")).toEqual({ ...allAtGenesis, jovian: 1_020, karst: 1_030, lagoon: 1_030 });
    expect(forks("isthmus=never")).toEqual({ regolith: 0, canyon: 0, delta: 0, ecotone: 0, fjord: 0, granite: 0, holocene: 0 });
  });

  it("activate interop, which is Lagoon, at a time of its own", () => {
    expect(devnetForks(read({ "interop.activation": "30" }), 1_000, 1)).toEqual({ ...allAtGenesis, lagoon: 1_030 });
    const { lagoon: _, ...others } = allAtGenesis;
    expect(devnetForks(read({ "interop.activation": "never" }), 1_000, 0)).toEqual(others);
    expect([0, 1].map((place) => devnetForks(read({ "interop.activation": "30,41" }), 1_000, place).lagoon)).toEqual([1_030, 1_041]);
    expect(() => read({ "interop.activation": "soon" })).toThrow('--interop.activation wants seconds after genesis, or never, not "soon"');
  });

  it.each([
    ["out of order", "isthmus=20,jovian=5", /--fork: jovian would activate before isthmus; give isthmus an earlier time or jovian a later one/],
    ["after one that never comes", "isthmus=never,jovian=5", /jovian would activate before isthmus/],
    ["of no name", "pluto=3", /wants a fork after bedrock \(.*\), not "pluto"/],
    ["without a time", "jovian", /wants jovian=SECONDS or jovian=never, not "jovian"/],
  ])("refuse a fork %s", (_, text, message) => {
    expect(() => forks(text)).toThrow(message);
  });

  it("refuse a block time of zero", () => {
    expect(() => read({ "l2.block-time": "1,0" })).toThrow(/--l2\.block-time wants seconds from 1 to 99, not "0"/);
  });

  it.each<readonly [string, Readonly<Record<string, string>>, string | undefined]>([
    ["one for all, or one per chain", { "l2.block-time": "2", "interop.activation": "10,never", "interop.min-safety-of": "902=safe" }, undefined],
    ["more than there are chains", { "interop.activation": "1,2,3" }, "--interop.activation has 3 values for 2 chains (901, 902): give one for all, or one per chain"],
    ["fewer than there are chains", { "l2.block-time": "1,2", chains: "901,902,903" }, "--l2.block-time has 2 values for 3 chains (901, 902, 903)"],
    ["a level for a chain that is not there", { "interop.min-safety-of": "999=safe" }, "--interop.min-safety-of names chain 999, which is not of this cluster (901, 902)"],
  ])("have as many values as there are chains: %s", (_, given, message) => {
    const flags = read(given);
    if (message === undefined) expect(() => checkPerChainFlags(flags, flags.chains)).not.toThrow();
    else expect(() => checkPerChainFlags(flags, flags.chains)).toThrow(message);
  });

  it("lead to the batcher's options", () => {
    const { options, stopped } = devnetBatcher(read({ "batcher.batch-type": "singular", "batcher.stopped": "true" }));
    expect([options.batchFormat, options.maxChannelDuration, stopped]).toEqual(["singular", 1, true]);
  });

  it("lead to the relayer's options: everything is relayed unless told otherwise, and nobody else's key pays", () => {
    expect(devnetRelayer(read({})).policy).toEqual({ kind: "all" });
    expect(devnetRelayer(read({ relay: "901:902", "relayer.max-in-flight": "3" }))).toMatchObject({ policy: { kind: "pairs", pairs: [{ source: 901, destination: 902 }] }, maxInFlight: 3 });
    expect(Object.keys(DEVNET_OPTIONS)).not.toContain("relayer.private-key-file");
  });
});
