import { CREATE2_DEPLOYER_ADDRESS } from "@pangaea/config";
import { keccak256Hex, type PayloadAttributes } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { account, attributesAfter, configOf, GENESIS_TIME, NOTHING, openChain, word } from "./fixture.ts";

/** As the specification's Canyon page gives it. */
const CODE_HASH = "0xb0550b5b431e30d38000efb7107aaa0ade03d48a7198a140edda9d27134468b2";
const forks = { regolith: 0, canyon: GENESIS_TIME + 2 };

const attributesAt = (time: number): PayloadAttributes => {
  const { prevRandao, suggestedFeeRecipient, gasLimit, transactions } = attributesAfter(time - 1);
  return { ...(time >= forks.canyon ? { withdrawals: [] } : {}), timestamp: time, prevRandao, suggestedFeeRecipient, gasLimit, transactions, noTxPool: true };
};

/** Three blocks: before Canyon, Canyon's first, and the one after. */
async function walk(fixture: ReturnType<typeof openChain>) {
  const codes: string[] = [];
  const envelopes = [];
  for (let time = GENESIS_TIME + 1; time <= GENESIS_TIME + 3; time++) {
    const head = fixture.chain.head.hash;
    const { payloadId } = await fixture.layer.forkchoiceUpdated({ head, safe: head, finalized: head }, attributesAt(time));
    const envelope = await fixture.layer.getPayload(payloadId!);
    await fixture.layer.newPayload(envelope);
    await fixture.layer.forkchoiceUpdated({ head: envelope.payload.blockHash, safe: head, finalized: head });
    codes.push(keccak256Hex(fixture.chain.headState().code(CREATE2_DEPLOYER_ADDRESS)));
    envelopes.push(envelope);
  }
  return { codes, envelopes };
}

describe("the Create2Deployer", () => {
  const empty = keccak256Hex(NOTHING);

  it("stands from Canyon's first block on, and not before", async () => {
    const { codes } = await walk(openChain({ config: configOf(forks), extraData: NOTHING }));
    expect(codes).toEqual([empty, CODE_HASH, CODE_HASH]);
  });

  it("takes the place of other code and leaves balance, nonce and storage alone", async () => {
    const before = account({ balance: 5n, nonce: 3, code: Uint8Array.of(0xfe), storage: { [word(1n)]: word(7n) } });
    const fixture = openChain({ config: configOf(forks), extraData: NOTHING, alloc: { [CREATE2_DEPLOYER_ADDRESS]: before } });
    const { codes } = await walk(fixture);
    expect(codes).toEqual([keccak256Hex(before.code), CODE_HASH, CODE_HASH]);
    const state = fixture.chain.headState();
    expect([state.balance(CREATE2_DEPLOYER_ADDRESS), state.nonce(CREATE2_DEPLOYER_ADDRESS), state.storage(CREATE2_DEPLOYER_ADDRESS, 1n)]).toEqual([5n, 3, 7n]);
  });

  it("is put in place on import as on building", async () => {
    const options = { config: configOf(forks), extraData: NOTHING };
    const { envelopes } = await walk(openChain(options));
    const importer = openChain(options);
    for (const envelope of envelopes) expect(await importer.layer.newPayload(envelope)).toMatchObject({ status: "VALID" });
  });

  it("is not touched on a chain that has Canyon from genesis", async () => {
    const fixture = openChain({ config: configOf({ regolith: 0, canyon: 0 }), extraData: NOTHING });
    const head = fixture.chain.head.hash;
    const { payloadId } = await fixture.layer.forkchoiceUpdated({ head, safe: head, finalized: head }, { ...attributesAt(GENESIS_TIME + 1), withdrawals: [] });
    await fixture.layer.newPayload(await fixture.layer.getPayload(payloadId!));
    const { payload } = await fixture.layer.getPayload(payloadId!);
    await fixture.layer.forkchoiceUpdated({ head: payload.blockHash, safe: head, finalized: head });
    expect(keccak256Hex(fixture.chain.headState().code(CREATE2_DEPLOYER_ADDRESS))).toBe(empty);
  });
});
