import { type ForkSchedule, parseGenesis } from "@pangaea/config";
import { ZERO_ADDRESS, ZERO_HASH } from "@pangaea/primitives";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { l2BlockRefFromPayload, prepareAttributes } from "../src/index.ts";
import { GENESIS_TIME } from "../../execution/test/support/chain.ts";
import { applyAttributes, openContractsChain } from "./support/chain.ts";
import { haveVectors, vectorBytes } from "./support/vectors.ts";

/** The reference's contracts at Fjord; GasPriceOracle says itself which forks it has seen. */
const forks: ForkSchedule = { regolith: 0, canyon: 0, delta: 0, ecotone: 0, fjord: 0, granite: 0, holocene: 0, isthmus: GENESIS_TIME + 2, jovian: GENESIS_TIME + 4, karst: GENESIS_TIME + 6, lagoon: GENESIS_TIME + 8 };

describe.skipIf(!haveVectors)("the reference's genesis contracts", () => {
  it("take every upgrade from Isthmus to Lagoon without one transaction that fails", async () => {
    const json: unknown = JSON.parse(new TextDecoder().decode(gunzipSync(vectorBytes("monorepo-2026-06/op-deployer-l2-allocs/allocs-l2-v160-1.json.gz"))));
    const { alloc } = parseGenesis({ config: { chainId: 1 }, timestamp: 0, gasLimit: 0, baseFeePerGas: 0, extraData: "0x", coinbase: ZERO_ADDRESS, mixHash: ZERO_HASH, alloc: json });
    const { config, l1, layer, genesis } = await openContractsChain(forks, { alloc });
    const statuses: string[] = [];
    let head = genesis;
    for (let i = 0; i < 10; i++) {
      head = l2BlockRefFromPayload(config, (await applyAttributes(layer, head.hash, await prepareAttributes({ config, l1, l2: layer }, head, head.l1Origin))).payload);
      statuses.push(layer.chain.receipts(head.hash)!.map(({ status }) => status).join(""));
    }
    expect(statuses).toEqual([1, 9, 1, 6, 1, 32, 1, 29, 1, 1].map((count) => "1".repeat(count)));
  });
});
