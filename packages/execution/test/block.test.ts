import { BEACON_ROOTS_ADDRESS, HISTORY_STORAGE_ADDRESS, PREDEPLOYS } from "@pangaea/config";
import { bytesToHex, EMPTY_REQUESTS_HASH, EMPTY_TRIE_ROOT, type ExecutionPayloadEnvelope, hexToBytes, payloadBlockHash, type UnsignedSetCode, signTransaction, encodeTransaction, TX_SET_CODE, keccak256, concatBytes, rlpEncode, rlpInteger, signHash, type Hex, type Authorization } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { account, ALICE, BASE_FEE, BOB, CHAIN_ID, configOf, ETHER, extend, extraDataOf, forksTo, type Fixture, GENESIS_TIME, type Key, keyOf, NOTHING, openChain, transfer, word } from "./fixture.ts";

type Change = Partial<ExecutionPayloadEnvelope["payload"]>;

/** The envelope with fields changed and a hash that fits them again. */
function forged({ payload, ...rest }: ExecutionPayloadEnvelope, change: Change): ExecutionPayloadEnvelope {
  const envelope = { ...rest, payload: { ...payload, ...change } };
  return { ...envelope, payload: { ...envelope.payload, blockHash: payloadBlockHash(envelope) } };
}

/** Code that stores 1 at slot 0 of whoever runs it, and in the message passer that makes a storage root. */
const STORES = "0x600160005500";
const CALLS = { [PREDEPLOYS.l2ToL1MessagePasser]: account({ code: hexToBytes(STORES) }) };

describe("a block", () => {
  it("that one chain builds another imports to the same hash, receipts and state", async () => {
    const builder = openChain({ alloc: CALLS });
    const importer = openChain({ alloc: CALLS });
    const envelopes = [];
    for (let i = 0; i < 3; i++) envelopes.push(await extend(builder, { transactions: [transfer(2 * i), transfer(2 * i + 1, { to: PREDEPLOYS.l2ToL1MessagePasser, gas: 100_000 })] }));
    for (const envelope of envelopes) expect(await importer.layer.newPayload(envelope)).toEqual({ status: "VALID", latestValidHash: envelope.payload.blockHash });
    const { blockHash } = envelopes.at(-1)!.payload;
    expect(await importer.layer.receiptsByHash(blockHash)).toEqual(await builder.layer.receiptsByHash(blockHash));
    expect(await importer.layer.payloadByHash(blockHash)).toEqual(envelopes.at(-1));
  });

  it("carries the message passer's storage root after it, and the empty requests", async () => {
    const fixture = openChain({ alloc: CALLS });
    const empty = await extend(fixture);
    expect(empty.payload.withdrawalsRoot).toBe(EMPTY_TRIE_ROOT);
    const { payload } = await extend(fixture, { transactions: [transfer(0, { to: PREDEPLOYS.l2ToL1MessagePasser, gas: 100_000 })] });
    expect(payload.withdrawalsRoot).toBe(bytesToHex(fixture.chain.headState().storageRoot(PREDEPLOYS.l2ToL1MessagePasser)));
    expect(payload.withdrawalsRoot).not.toBe(EMPTY_TRIE_ROOT);
    expect(fixture.chain.head.header.requestsHash).toBe(EMPTY_REQUESTS_HASH);
    expect(await fixture.layer.messagePasserStorageRoot(payload.blockHash)).toBe(payload.withdrawalsRoot);
  });

  it("keeps its parent's hash and its beacon root in the system contracts", async () => {
    const fixture = openChain();
    const parent = fixture.chain.head.hash;
    await extend(fixture);
    const state = fixture.chain.headState();
    const time = GENESIS_TIME + 1;
    expect(state.storage(HISTORY_STORAGE_ADDRESS, 0n)).toBe(BigInt(parent));
    expect(state.storage(BEACON_ROOTS_ADDRESS, BigInt(time % 8_191))).toBe(BigInt(time));
    expect(state.storage(BEACON_ROOTS_ADDRESS, BigInt((time % 8_191) + 8_191))).toBe(9n);
  });

  it("says the blob base fee is 1 and knows its ancestors' hashes", async () => {
    // BLOBBASEFEE → slot 0; BLOCKHASH(NUMBER - 1) → slot 1
    const fixture = openChain({ alloc: { [BOB]: account({ code: hexToBytes("0x4a5f55600143034060015500") }) } });
    const parent = (await extend(fixture)).payload.blockHash;
    await extend(fixture, { transactions: [transfer(0, { gas: 100_000 })] });
    expect([fixture.chain.headState().storage(BOB, 0n), fixture.chain.headState().storage(BOB, 1n)]).toEqual([1n, BigInt(parent)]);
  });

  it("knows the hashes of its last 256 ancestors on its own branch, and no others", async () => {
    // BLOCKHASH of the number it is called with → the slot of that number
    const fixture = openChain({ alloc: { [BOB]: account({ code: hexToBytes("0x60003580409055") }) } });
    const hashes = [fixture.chain.genesisHash];
    const asked = [0n, 1n, 2n, 150n, 256n, 257n, 258n];
    const grow = async (to: number, prevRandao: Hex) => {
      for (let i = hashes.length; i < to; i++) hashes.push((await extend(fixture, { prevRandao })).payload.blockHash);
    };
    await grow(257, word(7n));
    const left = hashes.splice(101);
    const genesis = fixture.chain.genesisHash;
    await fixture.layer.forkchoiceUpdated({ head: hashes[100]!, safe: genesis, finalized: genesis });
    await grow(257, word(8n));
    await extend(fixture, { transactions: asked.map((number, nonce) => transfer(nonce, { gas: 100_000, data: hexToBytes(word(number)) })) });
    const state = fixture.chain.headState();
    expect(asked.map((slot) => state.storage(BOB, slot))).toEqual([0n, ...[1, 2, 150, 256].map((number) => BigInt(hashes[number]!)), 0n, 0n]);
    expect(state.storage(BOB, 150n)).not.toBe(BigInt(left[49]!));
  });

  it("has no header fields of forks that are not active", async () => {
    const fixture = openChain({ config: configOf(forksTo("granite")), extraData: NOTHING });
    const { payload } = await extend(fixture, { eip1559Params: undefined, minBaseFee: undefined } as never);
    expect(payload.withdrawalsRoot).toBeUndefined();
    expect(payload.extraData).toHaveLength(0);
    expect(fixture.chain.head.header).toMatchObject({ withdrawalsRoot: EMPTY_TRIE_ROOT, blobGasUsed: 0, excessBlobGas: 0n });
    expect(fixture.chain.head.header.requestsHash).toBeUndefined();
  });
});

describe("an imported block", () => {
  const cases: readonly (readonly [string, (payload: ExecutionPayloadEnvelope["payload"]) => Change, RegExp])[] = [
    ["gas used", (payload) => ({ gasUsed: payload.gasUsed + 1 }), /gasUsed is 21001, execution gives 21000/],
    ["base fee", (payload) => ({ baseFeePerGas: payload.baseFeePerGas + 1n }), /baseFeePerGas/],
    ["DA footprint", () => ({ blobGasUsed: 1 }), /blobGasUsed/],
    ["state root", () => ({ stateRoot: word(1n) }), /stateRoot/],
    ["receipts root", () => ({ receiptsRoot: word(1n) }), /receiptsRoot/],
    ["withdrawals root", () => ({ withdrawalsRoot: word(1n) }), /withdrawalsRoot/],
    ["logs bloom", () => ({ logsBloom: new Uint8Array(256).fill(1) }), /execution gives the block/],
    ["excess blob gas", () => ({ excessBlobGas: 1 }), /execution gives the block/],
    ["number", (payload) => ({ blockNumber: payload.blockNumber + 1 }), /has number 2, its parent has 0/],
    ["time", () => ({ timestamp: GENESIS_TIME }), /is not after its parent's/],
    ["extra data", () => ({ extraData: extraDataOf(0, 6, 0n) }), /denominator 0/],
    ["extra data's length", () => ({ extraData: NOTHING }), /extra data has 0 bytes/],
    ["transactions", () => ({ transactions: [transfer(1)] }), /transaction 0: nonce too high/],
    ["a transaction's encoding", () => ({ transactions: [Uint8Array.of(2, 0xc0)] }), /transaction 0: /],
  ];
  it.each(cases)("with a wrong %s is invalid, and the message says why", async (_, change, message) => {
    const { layer, chain } = openChain();
    const envelope = forged(await extend(openChain(), { transactions: [transfer(0)] }), {});
    const status = await layer.newPayload(forged(envelope, change(envelope.payload)));
    expect(status).toMatchObject({ status: "INVALID", latestValidHash: chain.head.hash });
    expect("validationError" in status && status.validationError).toMatch(message);
    expect(await layer.newPayload(envelope)).toMatchObject({ status: "VALID" });
  });

  it("whose hash is not that of its fields is told apart", async () => {
    const { payload, ...rest } = await extend(openChain());
    expect(await openChain().layer.newPayload({ ...rest, payload: { ...payload, gasUsed: 1 } })).toMatchObject({ status: "INVALID_BLOCK_HASH" });
  });
});

describe("a set-code transaction", () => {
  const carol = keyOf("carol");

  function authorize(key: Key, address: Hex, nonce: bigint, chainId = BigInt(CHAIN_ID)): Authorization {
    const hash = keccak256(concatBytes(Uint8Array.of(5), rlpEncode([rlpInteger(chainId), hexToBytes(address), rlpInteger(nonce)])));
    const { signature, recovery } = signHash(hash, key.key);
    return { chainId, address, nonce, yParity: recovery, r: BigInt(bytesToHex(signature.subarray(0, 32))), s: BigInt(bytesToHex(signature.subarray(32))) };
  }
  const setCode = (nonce: number, authorizationList: readonly Authorization[], to: Hex) =>
    encodeTransaction(signTransaction<UnsignedSetCode>({ type: TX_SET_CODE, chainId: CHAIN_ID, nonce, gas: 300_000, to, value: 0n, data: NOTHING, maxFeePerGas: 3n * BASE_FEE, maxPriorityFeePerGas: 0n, accessList: [], authorizationList }, ALICE.key));
  const send = (fixture: Fixture, nonce: number, authorizationList: readonly Authorization[], to: Hex = carol.address) => extend(fixture, { transactions: [setCode(nonce, authorizationList, to)] });

  it("gives an account the code of another, runs it there, and takes it away again", async () => {
    const fixture = openChain({ alloc: { [BOB]: account({ code: hexToBytes(STORES) }) } });
    await send(fixture, 0, [authorize(carol, BOB, 0n)]);
    let state = fixture.chain.headState();
    expect(bytesToHex(state.code(carol.address))).toBe(`0xef0100${BOB.slice(2)}`);
    expect([state.nonce(carol.address), state.storage(carol.address, 0n)]).toEqual([1, 1n]);
    await send(fixture, 1, [authorize(carol, `0x${"00".repeat(20)}`, 1n, 0n)]);
    state = fixture.chain.headState();
    expect([state.code(carol.address).length, state.nonce(carol.address)]).toEqual([0, 2]);
  });

  it("passes over an authorization of another chain, another nonce or a bad signature", async () => {
    const fixture = openChain({ alloc: { [carol.address]: account({ balance: ETHER }) } });
    const good = authorize(carol, BOB, 0n);
    const { payload } = await send(fixture, 0, [authorize(carol, BOB, 0n, 5n), authorize(carol, BOB, 3n), { ...good, yParity: 7 }, { ...good, s: 2n ** 255n }]);
    expect(fixture.chain.headState().code(carol.address)).toHaveLength(0);
    expect(payload.gasUsed).toBe(21_000 + 4 * 25_000);
  });

  it("passes over the authorization of an account with code of its own, and of a nonce that has no successor", async () => {
    const fixture = openChain({ alloc: { [carol.address]: account({ balance: ETHER, code: Uint8Array.of(0) }) } });
    await send(fixture, 0, [authorize(carol, BOB, 0n), authorize(keyOf("dora"), BOB, 2n ** 64n - 1n)]);
    const state = fixture.chain.headState();
    expect([state.code(carol.address), state.nonce(carol.address), state.code(keyOf("dora").address).length]).toEqual([Uint8Array.of(0), 0, 0]);
  });

  it("takes several authorizations of one account in their order, the sender's with the nonce after its own", async () => {
    const fixture = openChain();
    const [one, two, three]: Hex[] = [1, 2, 3].map((i): Hex => `0x${i.toString(16).padStart(40, "0")}`);
    await send(fixture, 0, [authorize(carol, one!, 0n), authorize(carol, two!, 1n), authorize(carol, three!, 1n), authorize(ALICE, one!, 0n), authorize(ALICE, two!, 1n)]);
    const state = fixture.chain.headState();
    expect([bytesToHex(state.code(carol.address)), state.nonce(carol.address), bytesToHex(state.code(ALICE.address)), state.nonce(ALICE.address)]).toEqual([`0xef0100${two!.slice(2)}`, 2, `0xef0100${two!.slice(2)}`, 2]);
  });

  it("that reverts keeps its delegations, their nonces and the gas they give back", async () => {
    const fixture = openChain({ alloc: { [carol.address]: account({ balance: ETHER }), [BOB]: account({ code: hexToBytes("0x60006000fd") }) } });
    const { payload } = await send(fixture, 0, [authorize(carol, BOB, 0n)], BOB);
    const state = fixture.chain.headState();
    expect((await fixture.layer.receiptsByHash(payload.blockHash))[0]!.status).toBe(0);
    expect([bytesToHex(state.code(carol.address)), state.nonce(carol.address), payload.gasUsed]).toEqual([`0xef0100${BOB.slice(2)}`, 1, 46_006 - Math.floor(46_006 / 5)]);
  });

  it("is refused without authorizations, and before Isthmus", async () => {
    await expect(send(openChain(), 0, [])).rejects.toThrow(/empty auth list/);
    const holocene = openChain({ config: configOf(forksTo("holocene")), extraData: extraDataOf(250, 6, 0n).slice(0, 9).with(0, 0) });
    const transactions = [setCode(0, [authorize(carol, BOB, 0n)], BOB)];
    await expect(extend(holocene, { transactions, minBaseFee: undefined } as never)).rejects.toThrow(/set-code transactions come with Isthmus/);
  });

  it("gets gas back for an authority that existed", async () => {
    const fixture = openChain({ alloc: { [carol.address]: account({ balance: ETHER }) } });
    const { payload } = await send(fixture, 0, [authorize(carol, BOB, 0n)], BOB);
    expect(payload.gasUsed).toBe(46_000 - Math.floor(46_000 / 5));
  });

  it("lets a delegated account send transactions", async () => {
    const fixture = openChain({ alloc: { [carol.address]: account({ balance: ETHER }) } });
    await send(fixture, 0, [authorize(carol, BOB, 0n)]);
    const { payload } = await extend(fixture, { transactions: [transfer(1, {}, carol)] });
    expect(payload.gasUsed).toBe(21_000);
  });
});

it("data-heavy transactions pay the floor", async () => {
  const data = new Uint8Array(1_000).fill(1);
  const { payload } = await extend(openChain(), { transactions: [transfer(0, { gas: 100_000, data })] });
  expect(payload.gasUsed).toBe(21_000 + 10 * 4 * 1_000);
});

it("an account with code cannot send", async () => {
  const fixture = openChain({ alloc: { [ALICE.address]: account({ balance: ETHER, code: Uint8Array.of(0) }) } });
  await expect(extend(fixture, { transactions: [transfer(0)] })).rejects.toThrow(/sender not an eoa/);
});
