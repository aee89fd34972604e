import { FORKS } from "@pangaea/config";
import { type Hex, payloadBlockHash, type PayloadAttributes, toQuantity } from "@pangaea/primitives";
import { answer as answerRpc, attributesToJson, payloadFromJson } from "@pangaea/rpc";
import { describe, expect, it } from "vitest";
import { engineMethods } from "../src/rpc/engine.ts";
import { attributesAfter, BOB, forksTo, GENESIS_TIME, word } from "./fixture.ts";
import { testLayer } from "./support/chain.ts";

type Json = Readonly<Record<string, unknown>>;
const GROUPS = [{ forks: ["bedrock", "regolith"], fcu: [1, 2], payload: [1, 2] }, { forks: ["canyon", "delta"], fcu: [2], payload: [2] }, { forks: ["ecotone", "fjord", "granite", "holocene"], fcu: [3], payload: [3] }, { forks: ["isthmus", "jovian", "karst", "lagoon"], fcu: [3], payload: [4] }] as const;
const CASES = FORKS.map((fork) => ({ fork, ...GROUPS.find(({ forks }) => forks.some((one) => one === fork))! }));
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

  const labels = () => {
    const hash = testLayer(forksTo("jovian")).chain.genesisHash;
    return { headBlockHash: hash, safeBlockHash: hash, finalizedBlockHash: hash };
  };
  const aPayload = async () => (await roundTrip("jovian", 3, 4, 4)).payload;

  it("answers a payload by its status: known and whole, with another hash, breaking a rule, upon what is missing, and upon what was invalid", async () => {
    const { payload, answer } = await roundTrip("jovian", 3, 4, 4);
    const methods = engineMethods(testLayer(forksTo("jovian")));
    const put = async (json: Json, more: readonly unknown[] = [[], answer.parentBeaconBlockRoot, []]) => (await methods.engine_newPayloadV4!([json, ...more], {})) as Json;
    const forge = (change: Json): Json => {
      const changed = { ...payload, ...change };
      const blockHash = payloadBlockHash({ payload: payloadFromJson(changed), parentBeaconBlockRoot: answer.parentBeaconBlockRoot as Hex });
      return { ...changed, blockHash };
    };
    const bad = forge({ gasUsed: "0x1" });
    const child = forge({ parentHash: bad.blockHash, blockNumber: "0x2" });
    const grandchild = forge({ parentHash: child.blockHash, blockNumber: "0x3" });
    expect(await put(child)).toEqual({ status: "SYNCING", latestValidHash: null, validationError: null });
    expect(await put(bad)).toEqual({ status: "INVALID", latestValidHash: payload.parentHash, validationError: expect.stringContaining("gasUsed is 1, execution gives 0") });
    for (const below of [child, grandchild]) {
      expect(await put(below)).toEqual({ status: "INVALID", latestValidHash: payload.parentHash, validationError: expect.stringContaining("links to a block that was found invalid") });
    }
    for (const hash of [bad.blockHash, grandchild.blockHash]) {
      const state = { ...labels(), headBlockHash: hash };
      expect(await methods.engine_forkchoiceUpdatedV3!([state, null], {})).toEqual({ payloadStatus: { status: "INVALID", latestValidHash: payload.parentHash, validationError: expect.any(String) }, payloadId: null });
    }
    expect(await put({ ...payload, gasUsed: "0x1" })).toEqual({ status: "INVALID_BLOCK_HASH", latestValidHash: null, validationError: expect.stringContaining("blockhash mismatch") });
    expect(await put(payload, [[`0x01${"00".repeat(31)}`], answer.parentBeaconBlockRoot, []])).toMatchObject({ status: "INVALID" });
    expect(await put(payload, [[], answer.parentBeaconBlockRoot, ["0x00"]])).toMatchObject({ status: "INVALID" });
    expect(await put(payload)).toEqual({ status: "VALID", latestValidHash: payload.blockHash, validationError: null });
  });

  const [UNKNOWN_PAYLOAD, INVALID_FORKCHOICE, INVALID_ATTRIBUTES, INVALID_PARAMS] = [-38_001, -38_002, -38_003, -32_602];
  const good = attributesToJson(attributesOf("jovian"));
  const lacking = (field: string): Json => Object.fromEntries(Object.entries(good).filter(([key]) => key !== field));
  it.each([
    ["an unknown payload id", "engine_getPayloadV4", () => ["0x0000000000000000"], UNKNOWN_PAYLOAD],
    ["an unknown safe block", "engine_forkchoiceUpdatedV3", () => [{ ...labels(), safeBlockHash: word(5n) }], INVALID_FORKCHOICE],
    ["an unknown finalized block", "engine_forkchoiceUpdatedV3", () => [{ ...labels(), finalizedBlockHash: word(5n) }], INVALID_FORKCHOICE],
    ["attributes of before the head", "engine_forkchoiceUpdatedV3", () => [labels(), { ...good, timestamp: toQuantity(GENESIS_TIME) }], INVALID_ATTRIBUTES],
    ["attributes without a gas limit", "engine_forkchoiceUpdatedV3", () => [labels(), lacking("gasLimit")], INVALID_ATTRIBUTES],
    ["attributes without withdrawals", "engine_forkchoiceUpdatedV3", () => [labels(), lacking("withdrawals")], INVALID_ATTRIBUTES],
    ["attributes with a withdrawal", "engine_forkchoiceUpdatedV3", () => [labels(), { ...good, withdrawals: [{ index: "0x0", validatorIndex: "0x0", address: BOB, amount: "0x1" }] }], INVALID_ATTRIBUTES],
    ["attributes without a beacon root", "engine_forkchoiceUpdatedV3", () => [labels(), lacking("parentBeaconBlockRoot")], INVALID_ATTRIBUTES],
    ["attributes without EIP-1559 parameters", "engine_forkchoiceUpdatedV3", () => [labels(), lacking("eip1559Params")], INVALID_ATTRIBUTES],
    ["attributes with 7 bytes of EIP-1559 parameters", "engine_forkchoiceUpdatedV3", () => [labels(), { ...good, eip1559Params: "0x00000000000000" }], INVALID_ATTRIBUTES],
    ["attributes without a minimum base fee", "engine_forkchoiceUpdatedV3", () => [labels(), lacking("minBaseFee")], INVALID_ATTRIBUTES],
    ["attributes with a transaction that is none", "engine_forkchoiceUpdatedV3", () => [labels(), { ...good, noTxPool: true, transactions: ["0x00"] }], INVALID_ATTRIBUTES],
    ["a forkchoice without a head", "engine_forkchoiceUpdatedV3", () => [{}], INVALID_PARAMS],
    ["a payload without a beacon root", "engine_newPayloadV4", async () => [await aPayload(), [], null, []], INVALID_PARAMS],
    ["a payload without the list of requests", "engine_newPayloadV4", async () => [await aPayload(), [], word(9n)], INVALID_PARAMS],
    ["a payload without withdrawals", "engine_newPayloadV4", async () => [{ ...(await aPayload()), withdrawals: null }, [], word(9n), []], INVALID_PARAMS],
    ["a payload with a withdrawal", "engine_newPayloadV4", async () => [{ ...(await aPayload()), withdrawals: [{}] }, [], word(9n), []], INVALID_PARAMS],
  ] as const)("refuses %s with the code for it", async (_, method, params, code) => {
    const request = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params: await params() });
    const reply = await answerRpc(request, engineMethods(testLayer(forksTo("jovian"))), {}, { maxBatch: 1, timeoutMs: 10_000 });
    expect(JSON.parse(reply!)).toMatchObject({ error: { code, message: expect.stringMatching(/./) } });
  });

  it.each([["engine_getPayloadV4", ["0x12"], /8 bytes of hex/], ["engine_newPayloadV4", [{}, [], null, []], /parentHash/], ["engine_forkchoiceUpdatedV3", [null], /forkchoice state/]] as const)("%s refuses malformed parameters", async (method, params, message) => {
    await expect(async () => engineMethods(testLayer())[method]!([...params], {})).rejects.toThrow(message);
  });
});
