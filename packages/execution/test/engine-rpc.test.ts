import { FORKS } from "@pangaea/config";
import type { Hex, PayloadAttributes } from "@pangaea/primitives";
import { attributesToJson } from "@pangaea/rpc";
import { describe, expect, it } from "vitest";
import { engineMethods } from "../src/rpc/engine.ts";
import { attributesAfter, forksTo, GENESIS_TIME } from "./fixture.ts";
import { testLayer } from "./support/chain.ts";

type Json = Readonly<Record<string, unknown>>;
const GROUPS = [{ forks: ["bedrock", "regolith"], fcu: [1, 2], payload: [1, 2] }, { forks: ["canyon", "delta"], fcu: [2], payload: [2] }, { forks: ["ecotone", "fjord", "granite", "holocene"], fcu: [3], payload: [3] }, { forks: ["isthmus", "jovian"], fcu: [3], payload: [4] }] as const;
const CASES = FORKS.slice(0, -2).map((fork) => ({ fork, ...GROUPS.find(({ forks }) => forks.some((one) => one === fork))! }));
const UNSUPPORTED_FORK = -38_005;

/** The fields of payload attributes, each with the fork that brought it. */
const SINCE: Partial<Record<keyof PayloadAttributes, (typeof FORKS)[number]>> = { withdrawals: "canyon", parentBeaconBlockRoot: "ecotone", eip1559Params: "holocene", minBaseFee: "jovian" };

function attributesOf(fork: (typeof FORKS)[number]): PayloadAttributes {
  const { withdrawals, parentBeaconBlockRoot, eip1559Params, minBaseFee, ...always } = attributesAfter(GENESIS_TIME);
  const later = Object.entries({ withdrawals, parentBeaconBlockRoot, eip1559Params, minBaseFee }).filter(([field]) => FORKS.indexOf(SINCE[field as keyof PayloadAttributes]!) <= FORKS.indexOf(fork));
  return { ...always, ...Object.fromEntries(later) };
}

/** Builds a block by some versions of the methods and puts it into a second chain. */
async function roundTrip(fork: (typeof FORKS)[number], fcu: number, get: number, put: number) {
  const forks = forksTo(fork);
  const layer = testLayer(forks);
  const [maker, taker] = [engineMethods(layer), engineMethods(testLayer(forks))];
  const head = layer.chain.head.hash;
  const state = { headBlockHash: head, safeBlockHash: head, finalizedBlockHash: head };
  const begun = (await maker[`engine_forkchoiceUpdatedV${fcu}`]!([state, attributesToJson(attributesOf(fork))], {})) as { payloadId: Hex };
  const answer = (await maker[`engine_getPayloadV${get}`]!([begun.payloadId], {})) as Json;
  const payload = (get === 1 ? answer : answer.executionPayload) as Json;
  const more = put >= 3 ? [[], answer.parentBeaconBlockRoot, ...(put >= 4 ? [[]] : [])] : [];
  const status = (await taker[`engine_newPayloadV${put}`]!([payload, ...more], {})) as Json;
  return { payload, status, answer };
}

describe("the Engine API over JSON", () => {
  it.each(CASES)("serves blocks of $fork by the versions that are theirs", async ({ fork, fcu, payload: versions }) => {
    for (const version of versions) {
      const { payload, status, answer } = await roundTrip(fork, fcu.at(-1)!, version, version);
      expect(status).toEqual({ status: "VALID", latestValidHash: payload.blockHash, validationError: null });
      expect(Object.keys(answer).includes("executionPayload")).toBe(version > 1);
      expect(Object.keys(answer).includes("executionRequests")).toBe(version >= 4);
    }
  });

  it.each(CASES)("refuses blocks of $fork by every other version, and names the right one", async ({ fork, fcu, payload: versions }) => {
    const refused = { code: UNSUPPORTED_FORK, message: expect.stringMatching(/^Unsupported fork: .* use V\d$/) };
    for (const version of [1, 2, 3].filter((one) => !fcu.some((right) => right === one))) await expect(roundTrip(fork, version, versions[0], versions[0])).rejects.toMatchObject(refused);
    for (const version of [1, 2, 3, 4].filter((one) => !versions.some((right) => right === one))) {
      await expect(roundTrip(fork, fcu.at(-1)!, version, versions.at(-1)!)).rejects.toMatchObject(refused);
      await expect(roundTrip(fork, fcu.at(-1)!, versions.at(-1)!, version)).rejects.toMatchObject({ code: expect.toSatisfy((code: number) => code === UNSUPPORTED_FORK || code === -32_602) });
    }
  });

  it("says what it can", () => {
    const methods = engineMethods(testLayer());
    expect(methods.engine_exchangeCapabilities!([[]], {})).toEqual(expect.arrayContaining([1, 2, 3, 4].map((version) => `engine_newPayloadV${version}`)));
    expect(methods.engine_getClientVersionV1!([], {})).toEqual([{ code: "PG", name: "pangaea", version: expect.any(String), commit: expect.any(String) }]);
  });

  it.each([["engine_getPayloadV4", ["0x12"], /8 bytes of hex/], ["engine_newPayloadV4", [{}, [], null, []], /parentHash/], ["engine_forkchoiceUpdatedV3", [null], /forkchoice state/]] as const)("%s refuses malformed parameters", async (method, params, message) => {
    await expect(async () => engineMethods(testLayer())[method]!([...params], {})).rejects.toThrow(message);
  });
});
