import { FORKS, type Fork, type ForkSchedule, isForkActiveAtBlock, PREDEPLOYS } from "@pangaea/config";
import { EngineErrorCode, type ExecutionLayer, type Hex, NotFoundError, type PayloadAttributes, payloadBlockHash, transactionHash, ZERO_HASH } from "@pangaea/primitives";
import { afterEach, describe, expect, it } from "vitest";
import { alice, attributesAfter, bob, build, creation, deposit, extend, GAS_LIMIT, GENESIS_TIME, signed, TOOL } from "../../../execution/test/support/chain.ts";

/** A layer on `testGenesis(forks)`, and a way to put a transaction into its pool. */
export interface LayerUnderTest {
  readonly layer: ExecutionLayer;
  send(encoded: Uint8Array): Promise<void>;
}

const EMPTY_STORAGE_ROOT: Hex = "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421";
const UNKNOWN: Hex = `0x${"ab".repeat(32)}`;
const code = (wanted: number) => expect.objectContaining({ code: wanted });

/** What every execution layer must do, whether it is in this process or behind a port. */
export function executionLayerCompliance(name: string, open: (forks?: ForkSchedule) => Promise<LayerUnderTest>): void {
  describe(name, () => {
    let under: LayerUnderTest | undefined;
    const start = async (forks?: ForkSchedule): Promise<LayerUnderTest> => (under = await open(forks));
    afterEach(async () => {
      await under?.layer.close();
      under = undefined;
    });

    it("says which chain it holds", async () => {
      const { layer } = await start();
      expect(await layer.chainId()).toBe(901);
    });

    it("gives the genesis block by every label", async () => {
      const { layer } = await start();
      const { payload } = await layer.payloadByNumber(0);
      expect(payload.timestamp).toBe(GENESIS_TIME);
      for (const label of ["latest", "safe", "finalized", "earliest"] as const) expect((await layer.payloadByLabel(label)).payload.blockHash).toBe(payload.blockHash);
    });

    it("builds, imports and gives back blocks of every fork, in the shape of each", async () => {
      const forks: ForkSchedule = Object.fromEntries(FORKS.slice(1).map((fork, i) => [fork, GENESIS_TIME + 2 * (i + 1)]));
      const { layer } = await start(forks);
      let { payload: head } = await layer.payloadByNumber(0);
      for (let time = GENESIS_TIME + 1; time <= GENESIS_TIME + 2 * FORKS.length; time++) {
        const active = (fork: Fork) => isForkActiveAtBlock(forks, fork, time);
        const { withdrawals, parentBeaconBlockRoot, eip1559Params, minBaseFee, ...common } = attributesAfter(head);
        const attributes: PayloadAttributes = {
          ...common, ...(active("canyon") && withdrawals !== undefined ? { withdrawals } : {}), ...(active("ecotone") && parentBeaconBlockRoot !== undefined ? { parentBeaconBlockRoot } : {}),
          ...(active("holocene") && eip1559Params !== undefined ? { eip1559Params } : {}), ...(active("jovian") && minBaseFee !== undefined ? { minBaseFee } : {}),
        };
        const envelope = await build(layer, head, attributes);
        expect(await layer.newPayload(envelope)).toEqual({ status: "VALID", latestValidHash: envelope.payload.blockHash });
        await layer.forkchoiceUpdated({ head: envelope.payload.blockHash, safe: ZERO_HASH, finalized: ZERO_HASH });
        for (const read of [layer.payloadByNumber(envelope.payload.blockNumber), layer.payloadByHash(envelope.payload.blockHash)]) expect(await read).toEqual(envelope);
        const { payload } = envelope;
        expect({ withdrawals: payload.withdrawals !== undefined, blobGas: payload.blobGasUsed !== undefined, beaconRoot: envelope.parentBeaconBlockRoot !== undefined, withdrawalsRoot: payload.withdrawalsRoot !== undefined, extraData: payload.extraData.length }).toEqual({
          withdrawals: active("canyon"), blobGas: active("ecotone"), beaconRoot: active("ecotone"), withdrawalsRoot: active("isthmus"), extraData: active("jovian") ? 17 : active("holocene") ? 9 : 0,
        });
        head = payload;
      }
    });

    it("builds a block of the given transactions first and the pool's after, and imports what it built", async () => {
      const { layer, send } = await start();
      const transfer = signed(alice, 0);
      await send(transfer);
      const { payload: genesis } = await layer.payloadByNumber(0);
      const envelope = await build(layer, genesis, attributesAfter(genesis));
      expect(envelope.payload.transactions.map(transactionHash)).toEqual([deposit(), transfer].map(transactionHash));
      expect(envelope.payload).toMatchObject({ blockNumber: 1, parentHash: genesis.blockHash, gasLimit: GAS_LIMIT, timestamp: GENESIS_TIME + 1 });
      expect(await layer.newPayload(envelope)).toEqual({ status: "VALID", latestValidHash: envelope.payload.blockHash });
      await layer.forkchoiceUpdated({ head: envelope.payload.blockHash, safe: envelope.payload.blockHash, finalized: genesis.blockHash });
      for (const read of [layer.payloadByLabel("latest"), layer.payloadByLabel("safe"), layer.payloadByNumber(1), layer.payloadByHash(envelope.payload.blockHash)]) expect(await read).toEqual(envelope);
      expect((await layer.payloadByLabel("finalized")).payload.blockHash).toBe(genesis.blockHash);
    });

    it("leaves the pool out when it is told to", async () => {
      const { layer, send } = await start();
      await send(signed(alice, 0));
      const { payload } = await extend(layer, { noTxPool: true });
      expect(payload.transactions).toEqual([deposit()]);
    });

    it("carries a block of every kind of transaction to another instance with the same hash", async () => {
      const { layer, send } = await start();
      await send(signed(alice, 0, { to: TOOL, data: new Uint8Array(32).fill(1), accessList: [{ address: TOOL, storageKeys: [`0x${"01".padStart(64, "0")}`] }] }));
      await send(signed(alice, 1, { to: TOOL }));
      await send(creation(bob, 0, Uint8Array.of(0x5f, 0x5f, 0xf3)));
      const envelope = await extend(layer, { transactions: [deposit(), deposit({ mint: 5n, value: 10n ** 30n })] });
      expect(envelope.payload.transactions).toHaveLength(5);
      await under?.layer.close();
      const { layer: other } = await start();
      expect(await other.newPayload(envelope)).toMatchObject({ status: "VALID" });
    });

    it("gives receipts with status and logs in the order of the transactions", async () => {
      const { layer, send } = await start();
      await send(signed(alice, 0, { to: TOOL, data: new Uint8Array(32).fill(1) }));
      await send(signed(alice, 1, { to: TOOL }));
      const { payload } = await extend(layer);
      const receipts = await layer.receiptsByHash(payload.blockHash);
      expect(receipts.map(({ transactionHash: hash }) => hash)).toEqual(payload.transactions.map(transactionHash));
      expect(receipts.map(({ status, logs }) => [status, logs.length])).toEqual([[1, 0], [1, 1], [0, 0]]);
      expect(receipts[1]!.logs[0]!.data).toEqual(new Uint8Array(32).fill(1));
    });

    it("goes back to an ancestor and on from there", async () => {
      const { layer, send } = await start();
      const first = await extend(layer);
      await send(signed(alice, 0));
      const second = await extend(layer);
      expect(second.payload.transactions).toHaveLength(2);
      await layer.forkchoiceUpdated({ head: first.payload.blockHash, safe: ZERO_HASH, finalized: ZERO_HASH });
      expect((await layer.payloadByLabel("latest")).payload.blockHash).toBe(first.payload.blockHash);
      await expect(layer.payloadByNumber(2)).rejects.toBeInstanceOf(NotFoundError);
      const other = await extend(layer, { prevRandao: UNKNOWN });
      expect(other.payload.parentHash).toBe(first.payload.blockHash);
      expect(other.payload.transactions, "what the reorg took out comes back").toEqual(second.payload.transactions);
    });

    it("has no block that it was never given", async () => {
      const { layer } = await start();
      await expect(layer.payloadByHash(UNKNOWN)).rejects.toBeInstanceOf(NotFoundError);
      await expect(layer.payloadByNumber(7)).rejects.toBeInstanceOf(NotFoundError);
      await expect(layer.receiptsByHash(UNKNOWN)).rejects.toBeInstanceOf(NotFoundError);
    });

    it("is syncing when the head or the parent is not known", async () => {
      const { layer } = await start();
      expect((await layer.forkchoiceUpdated({ head: UNKNOWN, safe: ZERO_HASH, finalized: ZERO_HASH })).payloadStatus).toEqual({ status: "SYNCING" });
      const first = await extend(layer);
      const second = await extend(layer);
      await under?.layer.close();
      const { layer: other } = await start();
      expect(await other.newPayload(second)).toEqual({ status: "SYNCING" });
      await other.newPayload(first);
      expect(await other.newPayload(second)).toMatchObject({ status: "VALID" });
    });

    it("refuses a forkchoice whose safe or finalized block is not in the head's past", async () => {
      const { layer } = await start();
      const { payload: genesis } = await layer.payloadByNumber(0);
      const one = await build(layer, genesis, attributesAfter(genesis));
      const two = await build(layer, genesis, attributesAfter(genesis, { prevRandao: UNKNOWN }));
      await layer.newPayload(one);
      await layer.newPayload(two);
      const head = one.payload.blockHash;
      for (const state of [{ head, safe: two.payload.blockHash, finalized: ZERO_HASH }, { head, safe: ZERO_HASH, finalized: two.payload.blockHash }, { head, safe: UNKNOWN, finalized: ZERO_HASH }]) {
        await expect(layer.forkchoiceUpdated(state)).rejects.toEqual(code(EngineErrorCode.invalidForkchoice));
      }
    });

    it("tells a payload whose hash is wrong from one whose content is", async () => {
      const { layer } = await start();
      const { payload: genesis } = await layer.payloadByNumber(0);
      const good = await build(layer, genesis, attributesAfter(genesis));
      expect((await layer.newPayload({ ...good, payload: { ...good.payload, stateRoot: UNKNOWN } })).status).toBe("INVALID_BLOCK_HASH");
      const lie = (fields: Partial<typeof good.payload>) => {
        const payload = { ...good.payload, ...fields };
        return { ...good, payload: { ...payload, blockHash: payloadBlockHash({ ...good, payload }) } };
      };
      for (const fields of [{ stateRoot: UNKNOWN }, { receiptsRoot: UNKNOWN }, { gasUsed: 5 }, { withdrawalsRoot: UNKNOWN }, { baseFeePerGas: 1n }, { transactions: [deposit(), signed(alice, 9)] }, { timestamp: GENESIS_TIME }]) {
        const status = await layer.newPayload(lie(fields));
        expect(status, Object.keys(fields)[0]).toMatchObject({ status: "INVALID", latestValidHash: genesis.blockHash });
      }
      expect(await layer.newPayload(good), "the good one still stands").toMatchObject({ status: "VALID" });
    });

    it("knows no payload that it did not begin", async () => {
      const { layer } = await start();
      await expect(layer.getPayload("0x0102030405060708", GENESIS_TIME + 1)).rejects.toEqual(code(EngineErrorCode.unknownPayload));
    });

    const wrong: readonly (readonly [string, (good: PayloadAttributes) => PayloadAttributes])[] = [
      ["a time not after the parent's", (good) => ({ ...good, timestamp: GENESIS_TIME })],
      ["no withdrawals", ({ withdrawals: _, ...rest }) => rest],
      ["no beacon root", ({ parentBeaconBlockRoot: _, ...rest }) => rest],
      ["no EIP-1559 parameters", ({ eip1559Params: _, ...rest }) => rest],
      ["a denominator of zero beside an elasticity", (good) => ({ ...good, eip1559Params: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 6) })],
      ["an elasticity of zero beside a denominator", (good) => ({ ...good, eip1559Params: Uint8Array.of(0, 0, 0, 250, 0, 0, 0, 0) })],
      ["no minimum base fee", ({ minBaseFee: _, ...rest }) => rest],
    ];
    it.each(wrong)("refuses attributes with %s", async (_, spoil) => {
      const { layer } = await start();
      const { payload: genesis } = await layer.payloadByNumber(0);
      await expect(layer.forkchoiceUpdated({ head: genesis.blockHash, safe: ZERO_HASH, finalized: ZERO_HASH }, spoil(attributesAfter(genesis)))).rejects.toEqual(code(EngineErrorCode.invalidAttributes));
      expect((await extend(layer)).payload.blockNumber, "and goes on").toBe(1);
    });

    it("refuses attributes with a transaction that may not stand in the block", async () => {
      const { layer } = await start();
      const { payload: genesis } = await layer.payloadByNumber(0);
      const attributes = attributesAfter(genesis, { noTxPool: true, transactions: [deposit(), signed(alice, 5)] });
      await expect(build(layer, genesis, attributes)).rejects.toEqual(code(EngineErrorCode.invalidAttributes));
    });

    it("gives the message passer's storage root as the block's withdrawals root from Isthmus on", async () => {
      const { layer } = await start();
      const { payload } = await extend(layer);
      expect(payload.withdrawalsRoot).not.toBe(EMPTY_STORAGE_ROOT);
      expect(await layer.messagePasserStorageRoot(payload.blockHash)).toBe(payload.withdrawalsRoot);
    });

    it("finds the block of a transaction while it is on the chain", async () => {
      const { layer, send } = await start();
      const encoded = signed(alice, 0);
      await send(encoded);
      const hash = transactionHash(encoded);
      await expect(layer.blockOfTransaction(hash)).rejects.toBeInstanceOf(NotFoundError);
      const { payload: genesis } = await layer.payloadByNumber(0);
      const { payload } = await extend(layer, { noTxPool: false });
      expect(await layer.blockOfTransaction(hash)).toEqual({ number: 1, hash: payload.blockHash });
      const sibling = await build(layer, genesis, attributesAfter(genesis, { noTxPool: true }));
      await layer.newPayload(sibling);
      await layer.forkchoiceUpdated({ head: sibling.payload.blockHash, safe: ZERO_HASH, finalized: ZERO_HASH });
      await expect(layer.blockOfTransaction(hash), "a sibling without it has taken the place").rejects.toBeInstanceOf(NotFoundError);
    });

    const eras: readonly (readonly [string, ForkSchedule, (good: PayloadAttributes) => PayloadAttributes])[] = [
      ["Bedrock", { regolith: 0 }, ({ withdrawals: _w, parentBeaconBlockRoot: _b, eip1559Params: _e, minBaseFee: _m, ...rest }) => rest],
      ["Canyon", { regolith: 0, canyon: 0 }, ({ parentBeaconBlockRoot: _b, eip1559Params: _e, minBaseFee: _m, ...rest }) => rest],
      ["Ecotone", { regolith: 0, canyon: 0, delta: 0, ecotone: 0 }, ({ eip1559Params: _e, minBaseFee: _m, ...rest }) => rest],
      ["Isthmus", { regolith: 0, canyon: 0, delta: 0, ecotone: 0, fjord: 0, granite: 0, holocene: 0, isthmus: 0 }, ({ minBaseFee: _m, ...rest }) => rest],
    ];
    it.each(eras)("builds, imports and reads a block of %s by that era's methods", async (_, forks, shape) => {
      const { layer, send } = await start(forks);
      await send(signed(alice, 0));
      const { payload: genesis } = await layer.payloadByNumber(0);
      const attributes = shape(attributesAfter(genesis));
      const envelope = await build(layer, genesis, attributes);
      expect(envelope.payload.transactions).toHaveLength(2);
      expect(await layer.newPayload(envelope)).toMatchObject({ status: "VALID" });
      await layer.forkchoiceUpdated({ head: envelope.payload.blockHash, safe: ZERO_HASH, finalized: ZERO_HASH });
      expect(await layer.payloadByNumber(1)).toEqual(envelope);
      const root = await layer.messagePasserStorageRoot(envelope.payload.blockHash);
      expect(root, `${PREDEPLOYS.l2ToL1MessagePasser} has storage from genesis`).not.toBe(EMPTY_STORAGE_ROOT);
    });
  });
}
