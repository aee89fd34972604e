import { EngineError, EngineErrorCode, type ExecutionPayloadEnvelope, type ForkchoiceState, type Hex, NotFoundError, payloadBlockHash, type PayloadAttributes, ZERO_HASH } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { minerMethods } from "../src/rpc/miner.ts";
import { ALICE, attributesAfter, BASE_FEE, BOB, configOf, extend, type Fixture, forksTo, GENESIS_TIME, keyOf, openChain, account, ETHER, transfer, word } from "./fixture.ts";

const labelsOf = ({ chain }: Fixture, head: Hex = chain.head.hash): ForkchoiceState => ({ head, safe: chain.label("safe").hash, finalized: chain.label("finalized").hash });
const codeOf = (promise: Promise<unknown>) => promise.then(() => undefined, (error: unknown) => (error instanceof EngineError ? error.code : error));
const UNKNOWN = word(0xdeadn);

/** The envelope with fields changed and a hash that fits them again. */
function forge(envelope: ExecutionPayloadEnvelope, change: Partial<ExecutionPayloadEnvelope["payload"]>): ExecutionPayloadEnvelope {
  const changed = { ...envelope, payload: { ...envelope.payload, ...change } };
  return { ...changed, payload: { ...changed.payload, blockHash: payloadBlockHash(changed) } };
}

describe("forkchoice", () => {
  it("names the head, the safe and the finalized block", async () => {
    const fixture = openChain();
    const [one, two, three] = [await extend(fixture), await extend(fixture), await extend(fixture)].map(({ payload }) => payload.blockHash) as [Hex, Hex, Hex];
    const result = await fixture.layer.forkchoiceUpdated({ head: three, safe: two, finalized: one });
    expect(result).toEqual({ payloadStatus: { status: "VALID", latestValidHash: three } });
    const labelled = await Promise.all((["latest", "safe", "finalized"] as const).map((label) => fixture.layer.payloadByLabel(label)));
    expect(labelled.map(({ payload }) => payload.blockHash)).toEqual([three, two, one]);
    expect((await fixture.layer.payloadByLabel("earliest")).payload.blockNumber).toBe(0);
  });

  it("is syncing when the head is not known", async () => {
    const fixture = openChain();
    expect(await fixture.layer.forkchoiceUpdated(labelsOf(fixture, UNKNOWN))).toEqual({ payloadStatus: { status: "SYNCING" } });
  });

  it("refuses safe and finalized blocks that are unknown or not the head's ancestors", async () => {
    const fixture = openChain();
    const genesis = fixture.chain.head.hash;
    const one = (await extend(fixture)).payload.blockHash;
    for (const state of [{ head: one, safe: UNKNOWN, finalized: genesis }, { head: one, safe: genesis, finalized: UNKNOWN }, { head: genesis, safe: one, finalized: genesis }]) {
      expect(await codeOf(fixture.layer.forkchoiceUpdated(state))).toBe(EngineErrorCode.invalidForkchoice);
    }
    expect(fixture.chain.head.hash).toBe(one);
  });

  it("leaves a label where it is when the hash is zero", async () => {
    const fixture = openChain();
    const one = (await extend(fixture)).payload.blockHash;
    await fixture.layer.forkchoiceUpdated({ head: one, safe: one, finalized: one });
    const two = (await extend(fixture)).payload.blockHash;
    await fixture.layer.forkchoiceUpdated({ head: two, safe: ZERO_HASH, finalized: ZERO_HASH });
    expect([fixture.chain.label("safe").hash, fixture.chain.label("finalized").hash]).toEqual([one, one]);
  });

  it("goes back to an ancestor, and forward again", async () => {
    const fixture = openChain();
    const [one, two] = [await extend(fixture, { transactions: [transfer(0)] }), await extend(fixture, { transactions: [transfer(1)] })] as const;
    const hash = (await fixture.layer.receiptsByHash(two.payload.blockHash))[0]!.transactionHash;
    await fixture.layer.forkchoiceUpdated(labelsOf(fixture, one.payload.blockHash));
    expect(fixture.chain.head.header.number).toBe(1);
    expect(fixture.chain.locateTransaction(hash)).toBeUndefined();
    expect(fixture.chain.headState().nonce(ALICE.address)).toBe(1);
    await expect(fixture.layer.payloadByNumber(2)).rejects.toThrow(NotFoundError);
    expect((await fixture.layer.payloadByHash(two.payload.blockHash)).payload.blockNumber).toBe(2);
    await fixture.layer.forkchoiceUpdated(labelsOf(fixture, two.payload.blockHash));
    expect(fixture.chain.locateTransaction(hash)?.block.hash).toBe(two.payload.blockHash);
  });

  it("goes back below the safe block when the safe block goes with it, and not while it stays", async () => {
    const fixture = openChain();
    const [one, two, three] = [await extend(fixture), await extend(fixture), await extend(fixture)].map(({ payload }) => payload.blockHash) as [Hex, Hex, Hex];
    const genesis = fixture.chain.genesisHash;
    await fixture.layer.forkchoiceUpdated({ head: three, safe: two, finalized: genesis });
    expect(await codeOf(fixture.layer.forkchoiceUpdated({ head: one, safe: two, finalized: genesis }))).toBe(EngineErrorCode.invalidForkchoice);
    expect(fixture.chain.head.hash).toBe(three);
    await fixture.layer.forkchoiceUpdated({ head: one, safe: one, finalized: genesis });
    expect([fixture.chain.head.hash, fixture.chain.label("safe").hash]).toEqual([one, one]);
    expect((await extend(fixture, { prevRandao: word(3n) })).payload.blockNumber).toBe(2);
  });

  it("goes back to genesis from afar, and every block on the way has kept its state", async () => {
    const fixture = openChain();
    const blocks = [fixture.chain.head.hash];
    for (let i = 0; i < 300; i++) blocks.push((await extend(fixture, { transactions: [transfer(i)] })).payload.blockHash);
    for (const [i, hash] of blocks.entries()) expect(fixture.chain.stateAt(fixture.chain.requireBlock(hash)).nonce(ALICE.address)).toBe(i);
    await fixture.layer.forkchoiceUpdated(labelsOf(fixture, blocks[0]));
    expect([fixture.chain.head.header.number, fixture.chain.headState().nonce(ALICE.address), fixture.chain.blockByNumber(1)]).toEqual([0, 0, undefined]);
    expect((await extend(fixture, { prevRandao: word(3n), transactions: [transfer(0)] })).payload.blockNumber).toBe(1);
    await fixture.layer.forkchoiceUpdated(labelsOf(fixture, blocks.at(-1)));
    expect(fixture.chain.blockByNumber(150)?.hash).toBe(blocks[150]);
  });

  it("goes over to a sibling, tells listeners both sides, and puts what left back into the pool", async () => {
    const fixture = openChain();
    const other = openChain();
    const changes: [Hex[], Hex[]][] = [];
    fixture.chain.onHeadChange(({ removed, added }) => changes.push([removed.map(({ hash }) => hash), added.map(({ hash }) => hash)]));
    const a = [await extend(fixture, { transactions: [transfer(0)] }), await extend(fixture, { transactions: [transfer(1)] })].map(({ payload }) => payload.blockHash);
    const b = [await extend(other, { prevRandao: word(8n) }), await extend(other, { transactions: [transfer(0)] }), await extend(other)];
    for (const envelope of b) expect(await fixture.layer.newPayload(envelope)).toMatchObject({ status: "VALID" });
    expect(fixture.chain.head.hash).toBe(a[1]);
    changes.length = 0;
    await fixture.layer.forkchoiceUpdated(labelsOf(fixture, b[2]!.payload.blockHash));
    expect(changes).toEqual([[[a[1], a[0]], b.map(({ payload }) => payload.blockHash)]]);
    expect((await fixture.layer.payloadByNumber(2)).payload.blockHash).toBe(b[1]!.payload.blockHash);
    expect([...fixture.layer.pool.all()].map(({ transaction }) => transaction.nonce)).toEqual([1]);
    expect((await extend(fixture, { noTxPool: false })).payload.transactions).toEqual([transfer(1)]);
  });
});

describe("payload attributes", () => {
  const without = (field: keyof PayloadAttributes): PayloadAttributes => Object.fromEntries(Object.entries(attributesAfter(GENESIS_TIME)).filter(([key]) => key !== field)) as unknown as PayloadAttributes;
  it.each([
    ["a time that is not after the parent's", attributesAfter(GENESIS_TIME - 1)],
    ["no withdrawals from Canyon on", without("withdrawals")],
    ["no beacon root from Ecotone on", without("parentBeaconBlockRoot")],
    ["no EIP-1559 parameters from Holocene on", without("eip1559Params")],
    ["no minimum base fee from Jovian on", without("minBaseFee")],
    ["EIP-1559 parameters of another length", attributesAfter(GENESIS_TIME, { eip1559Params: new Uint8Array(7) })],
    ["a denominator without elasticity", attributesAfter(GENESIS_TIME, { eip1559Params: Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 0) })],
    ["an elasticity without denominator", attributesAfter(GENESIS_TIME, { eip1559Params: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1) })],
    ["a forced transaction that cannot run", attributesAfter(GENESIS_TIME, { transactions: [transfer(3)] })],
    ["a forced transaction that is none", attributesAfter(GENESIS_TIME, { transactions: [Uint8Array.of(1, 2)] })],
  ])("with %s are refused, though the head moves", async (_, attributes) => {
    const fixture = openChain();
    const envelope = await extend(openChain());
    await fixture.layer.newPayload(envelope);
    const head = envelope.payload.blockHash;
    expect(await codeOf(fixture.layer.forkchoiceUpdated(labelsOf(fixture, head), { ...attributes, timestamp: attributes.timestamp + 1 }))).toBe(EngineErrorCode.invalidAttributes);
    expect(fixture.chain.head.hash).toBe(head);
  });

  it("with parameters of forks that are not active are refused", async () => {
    const fixture = openChain({ config: configOf(forksTo("isthmus")) });
    expect(await codeOf(fixture.layer.forkchoiceUpdated(labelsOf(fixture), attributesAfter(GENESIS_TIME)))).toBe(EngineErrorCode.invalidAttributes);
  });
});

describe("building", () => {
  it("takes forced transactions first, then the pool's by tip and nonce, up to when the payload is fetched", async () => {
    const bob = keyOf("bob");
    const fixture = openChain({ alloc: { [bob.address]: account({ balance: ETHER }) } });
    const forced = transfer(0);
    const { payloadId } = await fixture.layer.forkchoiceUpdated(labelsOf(fixture), attributesAfter(GENESIS_TIME, { transactions: [forced], noTxPool: false }));
    const pooled = [transfer(1, { maxPriorityFeePerGas: 5n }), transfer(2, { maxPriorityFeePerGas: 50n }), transfer(0, { maxPriorityFeePerGas: 20n }, bob)];
    for (const encoded of pooled) fixture.layer.pool.add(encoded);
    const { payload } = await fixture.layer.getPayload(payloadId!);
    expect(payload.transactions).toEqual([forced, pooled[2], pooled[0], pooled[1]]);
    expect(await fixture.layer.getPayload(payloadId!)).toMatchObject({ payload: { blockHash: payload.blockHash } });
  });

  it("takes nothing from the pool when told so", async () => {
    const fixture = openChain();
    fixture.layer.pool.add(transfer(0));
    expect((await extend(fixture)).payload.transactions).toEqual([]);
    expect(fixture.layer.pool.size).toBe(1);
  });

  it("stops where the block is full and goes on in the next", async () => {
    const fixture = openChain();
    const transactions = Array.from({ length: 5 }, (_, nonce) => transfer(nonce, { gas: 40_000 }));
    for (const encoded of transactions) fixture.layer.pool.add(encoded);
    const first = await extend(fixture, { noTxPool: false, gasLimit: 90_000 });
    expect(first.payload.transactions).toEqual(transactions.slice(0, 3));
    expect((await extend(fixture, { noTxPool: false })).payload.transactions).toEqual(transactions.slice(3));
  });

  it("passes over what would add more to L1 than a batcher allows, and takes it when the limit is gone", async () => {
    const fixture = openChain();
    const setMaxDASize = minerMethods(fixture.layer).miner_setMaxDASize!;
    // One counts as 100 bytes, the least that any does; the one in the middle is of 400 random-like bytes.
    const bulk = transfer(1, { gas: 200_000, data: Uint8Array.from({ length: 400 }, (_, i) => (i * i * 31 + i * 7) % 251) });
    const transactions = [transfer(0), bulk, transfer(2)];
    for (const encoded of transactions) fixture.layer.pool.add(encoded);
    expect(setMaxDASize(["0xc8", "0x0"], {})).toBe(true);
    expect((await extend(fixture, { noTxPool: false })).payload.transactions).toEqual(transactions.slice(0, 1));
    expect(setMaxDASize(["0x0", "0x63"], {})).toBe(true);
    expect((await extend(fixture, { noTxPool: false })).payload.transactions).toEqual([]);
    expect((await extend(fixture, { noTxPool: false, transactions: [bulk] })).payload.transactions).toEqual([bulk]);
    expect(setMaxDASize(["0x0", "0x64"], {})).toBe(true);
    expect((await extend(fixture, { noTxPool: false })).payload.transactions).toEqual(transactions.slice(2));
  });

  it("passes over what cannot pay the base fee, and what its sender can no longer afford", async () => {
    const fixture = openChain();
    fixture.layer.pool.add(transfer(0, { maxFeePerGas: BASE_FEE / 2n }));
    expect((await extend(fixture, { noTxPool: false })).payload.transactions).toEqual([]);
    const poor = keyOf("poor");
    const other = openChain({ alloc: { [poor.address]: account({ balance: ETHER }) } });
    const [forced, ...pair] = [transfer(0, { value: (ETHER * 4n) / 10n }, poor), transfer(1, { value: (ETHER * 4n) / 10n }, poor), transfer(2, { value: (ETHER * 4n) / 10n }, poor)] as const;
    for (const encoded of pair) other.layer.pool.add(encoded);
    expect((await extend(other, { noTxPool: false, transactions: [forced] })).payload.transactions).toEqual([forced, pair[0]]);
  });

  it("gives the same id to the same attributes and another to others", async () => {
    const fixture = openChain();
    const idOf = async (more: Partial<PayloadAttributes>) => (await fixture.layer.forkchoiceUpdated(labelsOf(fixture), attributesAfter(GENESIS_TIME, more))).payloadId;
    const ids = await Promise.all([{}, { prevRandao: word(1n) }, { transactions: [transfer(0)] }, { noTxPool: false }, { minBaseFee: 3n }, { suggestedFeeRecipient: BOB }, { eip1559Params: Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 1) }].map(idOf));
    expect(new Set(ids).size).toBe(ids.length);
    expect(await idOf({})).toBe(ids[0]);
  });

  it("refuses an id that it does not know", async () => {
    expect(await codeOf(openChain().layer.getPayload("0x0000000000000001"))).toBe(EngineErrorCode.unknownPayload);
  });
});

describe("a new payload", () => {
  it("whose parent is not known is syncing", async () => {
    const other = openChain();
    await extend(other);
    expect(await openChain().layer.newPayload(await extend(other))).toEqual({ status: "SYNCING" });
  });

  it("that is known already is valid at once and does not move the head", async () => {
    const fixture = openChain();
    const one = await extend(fixture);
    await extend(fixture);
    expect(await fixture.layer.newPayload(one)).toMatchObject({ status: "VALID" });
    expect(fixture.chain.head.header.number).toBe(2);
  });

  it("that holds is taken after a sibling that did not, and so is the one upon it", async () => {
    const [fixture, other] = [openChain(), openChain()];
    const [one, two] = [await extend(other), await extend(other)];
    expect(await fixture.layer.newPayload(forge(one, { stateRoot: word(1n) }))).toMatchObject({ status: "INVALID" });
    for (const envelope of [one, two]) expect(await fixture.layer.newPayload(envelope)).toMatchObject({ status: "VALID" });
  });

  it("upon an invalid one is invalid, and syncing again when 128 others have been invalid since", async () => {
    const fixture = openChain();
    const good = await extend(openChain());
    const bad = forge(good, { gasUsed: 1 });
    const child = forge(good, { parentHash: bad.payload.blockHash, blockNumber: 2 });
    await fixture.layer.newPayload(bad);
    for (let i = 0; i < 127; i++) await fixture.layer.newPayload(forge(good, { gasUsed: 2 + i }));
    expect(await fixture.layer.newPayload(child)).toMatchObject({ status: "INVALID", latestValidHash: good.payload.parentHash });
    for (let i = 0; i < 128; i++) await fixture.layer.newPayload(forge(good, { gasUsed: 1_000 + i }));
    expect(await fixture.layer.newPayload(child)).toEqual({ status: "SYNCING" });
  });
});
