import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { parseDependencySet, parseRollupConfig } from "../src/index.ts";

/** The folder of conformance data: beside the project, or where PANGAEA_VECTORS points. */
const VECTORS = `${process.env.PANGAEA_VECTORS ?? fileURLToPath(new URL("../../../../shared/vectors", import.meta.url))}/monorepo-2026-06`;
const haveVectors = existsSync(VECTORS);
const witnesses = haveVectors ? readdirSync(`${VECTORS}/kona-executor-blocks`) : [];

describe.skipIf(!haveVectors)("kona's configuration files", () => {
  it("the dependency set of a rehearsal network has its two chains and its own expiry window", () => {
    const set = parseDependencySet(JSON.parse(readFileSync(`${VECTORS}/kona-genesis/dependency_set.json`, "utf8")));
    expect({ chains: set.chains, messageExpiryWindow: set.messageExpiryWindow }).toEqual({ chains: [900, 901], messageExpiryWindow: 15 });
    expect([...set.accepts.get(900)!]).toEqual([900, 901]);
  });

  it.each(witnesses)("the rollup configuration in %s is OP Sepolia's", (name) => {
    const { rollup_config: config } = JSON.parse(gunzipSync(readFileSync(`${VECTORS}/kona-executor-blocks/${name}`)).toString());
    expect(parseRollupConfig({ ...config, regolith_time: 0 })).toMatchObject({ l2ChainId: 11_155_420, forks: { holocene: 1_732_633_200, isthmus: 1_744_905_600 }, feeMarket: { elasticity: 6, denominator: 50, denominatorCanyon: 250 } });
  });
});
