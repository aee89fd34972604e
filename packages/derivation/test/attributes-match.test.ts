import type { ExecutionPayloadEnvelope, PayloadAttributes } from "@pangaea/primitives";
import { ZERO_ADDRESS, ZERO_HASH } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { attributesMatchPayload } from "../src/index.ts";
import { bytes, configWith, HOLOCENE, hashOf, l1Chain, l2Ref, payloadOf } from "./support/blocks.ts";

const jovian = configWith({}, { ...HOLOCENE, isthmus: 0, jovian: 0 });
const base = payloadOf(jovian, l2Ref(5, l1Chain(100, 1)[0]!), [bytes(2, 1)]).payload;
const EXTRA = bytes(1, 0, 0, 0, 9, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 7);
const envelope: ExecutionPayloadEnvelope = { payload: { ...base, extraData: EXTRA, withdrawalsRoot: hashOf("withdrawals") }, parentBeaconBlockRoot: hashOf("beacon") };
const attributes: PayloadAttributes = {
  timestamp: base.timestamp, prevRandao: base.prevRandao, suggestedFeeRecipient: base.feeRecipient, withdrawals: [], parentBeaconBlockRoot: hashOf("beacon"), transactions: base.transactions, noTxPool: true, gasLimit: base.gasLimit,
  eip1559Params: bytes(0, 0, 0, 9, 0, 0, 0, 3), minBaseFee: 7n,
};
const match = (change: Partial<PayloadAttributes> = {}, block: Partial<ExecutionPayloadEnvelope["payload"]> = {}, rules = jovian) => attributesMatchPayload(rules, { ...attributes, ...change }, base.parentHash, { ...envelope, payload: { ...envelope.payload, ...block } });

describe("a block and the attributes that derivation gives", () => {
  it("match when the block is what they would have built", () => {
    expect(match()).toBeUndefined();
  });

  it.each<[string, Partial<PayloadAttributes>, Partial<ExecutionPayloadEnvelope["payload"]>, RegExp]>([
    ["parent", {}, { parentHash: hashOf("other") }, /^parent is/],
    ["time", { timestamp: base.timestamp + 1 }, {}, /^timestamp is 1010, derivation gives 1011/],
    ["randomness", { prevRandao: hashOf("other") }, {}, /^prevRandao/],
    ["fee recipient", { suggestedFeeRecipient: `0x${"11".repeat(20)}` }, { feeRecipient: ZERO_ADDRESS }, /^fee recipient/],
    ["gas limit", { gasLimit: 1 }, {}, /^gas limit is 30000000, derivation gives 1$/],
    ["beacon root", { parentBeaconBlockRoot: ZERO_HASH }, {}, /^parent beacon block root/],
    ["a transaction too few", { transactions: [...base.transactions, bytes(2)] }, {}, /^transaction count is 2, derivation gives 3/],
    ["a transaction too many", { transactions: base.transactions.slice(0, 1) }, {}, /^transaction count is 2, derivation gives 1/],
    ["another first transaction", { transactions: [bytes(0x7e, 2), base.transactions[1]!] }, {}, /^transaction 0 is another/],
    ["another transaction", { transactions: [base.transactions[0]!, bytes(2, 2)] }, {}, /^transaction 1 is another/],
    ["withdrawals", { withdrawals: undefined as never }, {}, /withdrawals do not fit/],
    ["no withdrawals root", {}, { withdrawalsRoot: undefined as never }, /withdrawals root does not fit/],
    ["EIP-1559 parameters", { eip1559Params: bytes(0, 0, 0, 9, 0, 0, 0, 4) }, {}, /^extra data/],
    ["minimum base fee", { minBaseFee: 8n }, {}, /^extra data/],
    ["extra data's version", {}, { extraData: Uint8Array.from([0, ...EXTRA.subarray(1)]) }, /^extra data/],
    ["extra data's length", {}, { extraData: EXTRA.subarray(0, 9) }, /^extra data/],
    ["zero parameters against others than the chain's", { eip1559Params: new Uint8Array(8) }, {}, /^extra data/],
  ])("differ in %s", (_, change, block, reason) => {
    expect(match(change, block)).toMatch(reason);
  });

  it("match when zero parameters have become the chain's own", () => {
    expect(match({ eip1559Params: new Uint8Array(8) }, { extraData: bytes(1, 0, 0, 0, 250, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0, 7) })).toBeUndefined();
  });

  it("match by each fork's extra data and withdrawals root", () => {
    const before = { withdrawalsRoot: undefined as never };
    expect(match({ minBaseFee: undefined as never }, { ...before, extraData: bytes(0, 0, 0, 0, 9, 0, 0, 0, 3) }, configWith())).toBeUndefined();
    expect(match({ minBaseFee: undefined as never, eip1559Params: undefined as never }, { ...before, extraData: bytes() }, configWith({}, { ...HOLOCENE, holocene: 9_999 }))).toBeUndefined();
    expect(match({}, {}, configWith())).toMatch(/withdrawals root does not fit/);
  });
});
