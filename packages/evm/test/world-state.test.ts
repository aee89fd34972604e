import { createMPT, verifyMPTWithMerkleProof } from "@ethereumjs/mpt";
import { bytesToHex, EMPTY_TRIE_ROOT, type Hex, hexToBytes, keccak256, rlpDecode, rlpEncode, rlpInteger } from "@pangaea/primitives";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { WorldState } from "../src/index.ts";
import { commitTo, memoryNodes } from "./support/memory-nodes.ts";
import { addressOfWord } from "./support/worlds.ts";

const ADDRESSES: readonly Hex[] = [1n, 2n, 3n, 0x11n].map((word) => addressOfWord(word));
const [A, B, C] = ADDRESSES as readonly [Hex, Hex, Hex, Hex];
const CODE = Uint8Array.of(0x60, 1);

/** Everything that can be seen of a state through its own methods. */
function look(state: WorldState) {
  return {
    accounts: ADDRESSES.map((address) => ({
      address, exists: state.exists(address), empty: state.isEmpty(address), balance: state.balance(address), nonce: state.nonce(address), code: bytesToHex(state.code(address)), created: state.isCreated(address), destroyed: state.isDestroyed(address),
      slots: [0n, 1n].map((slot) => [state.storage(address, slot), state.transient(address, slot)]),
    })),
    refund: state.refund,
    logs: state.logs.length,
  };
}

const address = fc.constantFrom(...ADDRESSES);
const amount = fc.nat(3).map(BigInt);
type Change = (state: WorldState) => void;
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(address, amount).map(([at, value]): Change => (state) => state.setBalance(at, value)),
  fc.tuple(address, amount).map(([at, value]): Change => (state) => state.addBalance(at, value)),
  fc.tuple(address, fc.nat(3)).map(([at, nonce]): Change => (state) => state.setNonce(at, nonce)),
  fc.tuple(address, fc.uint8Array({ maxLength: 2 })).map(([at, code]): Change => (state) => state.setCode(at, code)),
  fc.tuple(address, fc.nat(1), amount).map(([at, slot, value]): Change => (state) => state.setStorage(at, BigInt(slot), value)),
  fc.tuple(address, fc.nat(1), amount).map(([at, slot, value]): Change => (state) => state.setTransient(at, BigInt(slot), value)),
  address.map((at): Change => (state) => state.createContract(at)),
  address.map((at): Change => (state) => state.selfDestruct(at)),
  address.map((at): Change => (state) => void state.warmAddress(at)),
  fc.tuple(address, fc.nat(1)).map(([at, slot]): Change => (state) => void state.warmSlot(at, BigInt(slot))),
  fc.integer({ min: -5, max: 5 }).map((refund): Change => (state) => state.addRefund(refund)),
  address.map((at): Change => (state) => state.addLog({ address: hexToBytes(at), topics: [], data: CODE })),
  address.map((at): Change => (state) => state.touchExisting(at)),
);
const changes = fc.array(change, { maxLength: 12 });

/** A state with some accounts, committed, at the beginning of a transaction. */
function opened() {
  const nodes = memoryNodes();
  const state = new WorldState(nodes);
  state.setBalance(A, 5n);
  state.setNonce(B, 1);
  state.setCode(B, CODE);
  state.setStorage(B, 0n, 7n);
  commitTo(state, nodes);
  state.beginTransaction();
  return { state, nodes };
}

describe("the journal", () => {
  it("goes back to a checkpoint whatever happened since: accounts, storage, transient storage, refund, logs, what was created and destroyed", () => {
    fc.assert(fc.property(changes, changes, (kept, undone) => {
      const { state } = opened();
      for (const one of kept) one(state);
      const before = look(state);
      const checkpoint = state.checkpoint();
      for (const one of undone) one(state);
      state.revertTo(checkpoint);
      expect(look(state)).toEqual(before);
    }), { numRuns: 300 });
  });

  it("makes what was undone cold again, and leaves warm what was warm before", () => {
    const { state } = opened();
    expect([state.warmAddress(A), state.warmSlot(A, 1n)]).toEqual([true, true]);
    const checkpoint = state.checkpoint();
    expect([state.warmAddress(A), state.warmAddress(B), state.warmSlot(A, 1n), state.warmSlot(A, 2n)]).toEqual([false, true, false, true]);
    state.revertTo(checkpoint);
    expect([state.warmAddress(A), state.warmAddress(B), state.warmSlot(A, 1n), state.warmSlot(A, 2n)]).toEqual([false, true, false, true]);
  });

  it("goes back by steps: an inner checkpoint first, then an outer one", () => {
    const { state } = opened();
    const outer = state.checkpoint();
    state.setStorage(B, 0n, 8n);
    const inner = state.checkpoint();
    state.setStorage(B, 0n, 9n);
    state.revertTo(inner);
    expect(state.storage(B, 0n)).toBe(8n);
    state.revertTo(outer);
    expect([state.storage(B, 0n), state.originalStorage(B, 0n)]).toEqual([7n, 7n]);
  });

  it("changes nothing of the root when all of it was undone", () => {
    fc.assert(fc.property(changes, (undone) => {
      const { state, nodes } = opened();
      const before = state.commit().root;
      state.beginTransaction();
      const checkpoint = state.checkpoint();
      for (const one of undone) one(state);
      state.revertTo(checkpoint);
      state.endTransaction();
      expect(commitTo(state, nodes)).toEqual(before);
    }), { numRuns: 200 });
  });
});

describe("a transaction's end", () => {
  it("forgets what lives for one transaction: transient storage, warmth, refund, logs, originals, what was created", () => {
    const { state } = opened();
    state.setTransient(A, 1n, 5n);
    state.warmAddress(A);
    state.warmSlot(A, 1n);
    state.addRefund(5);
    state.addLog({ address: hexToBytes(A), topics: [], data: CODE });
    state.setStorage(B, 0n, 9n);
    state.createContract(C);
    state.setNonce(C, 1);
    expect(state.originalStorage(B, 0n)).toBe(7n);
    state.endTransaction();
    state.beginTransaction();
    expect([state.transient(A, 1n), state.warmAddress(A), state.warmSlot(A, 1n), state.refund, state.logs.length, state.originalStorage(B, 0n), state.isCreated(C)]).toEqual([0n, true, true, 0, 0, 9n, false]);
  });

  it("removes what was touched and is empty, and what destroyed itself, with its storage", () => {
    const { state, nodes } = opened();
    state.setBalance(A, 0n);
    state.setBalance(C, 0n);
    state.selfDestruct(B);
    state.endTransaction();
    expect([A, B, C].map((at) => state.exists(at))).toEqual([false, false, false]);
    expect([state.storage(B, 0n), state.code(B).length]).toEqual([0n, 0]);
    expect(bytesToHex(commitTo(state, nodes))).toBe(EMPTY_TRIE_ROOT);
  });

  it("begins the storage of a contract made where one was destroyed before anew", () => {
    const { state, nodes } = opened();
    state.selfDestruct(B);
    state.endTransaction();
    state.beginTransaction();
    state.createContract(B);
    state.setNonce(B, 1);
    state.setStorage(B, 1n, 3n);
    state.endTransaction();
    const reopened = new WorldState(nodes, commitTo(state, nodes));
    expect([reopened.storage(B, 0n), reopened.storage(B, 1n), reopened.nonce(B), reopened.code(B).length]).toEqual([0n, 3n, 1, 0]);
  });

  it("a payment of nothing creates nobody", () => {
    const { state } = opened();
    state.addBalance(C, 0n);
    state.touchExisting(C);
    expect(state.exists(C)).toBe(false);
  });
});

/** What a proof shows to be at a key, by another's judgement; null when it shows that nothing is. */
const verified = async (root: Uint8Array, key: Uint8Array, proof: readonly Uint8Array[]) => verifyMPTWithMerkleProof(await createMPT(), root, key, [...proof]);

describe("a committed state", () => {
  it("reads the same when it is opened again from its nodes", () => {
    fc.assert(fc.property(fc.array(changes, { maxLength: 4 }), (transactions) => {
      const { state, nodes } = opened();
      for (const one of transactions) {
        state.beginTransaction();
        for (const apply of one) apply(state);
        state.endTransaction();
      }
      state.beginTransaction();
      const reopened = new WorldState(nodes, commitTo(state, nodes));
      expect(look(reopened)).toEqual(look(state));
    }), { numRuns: 200 });
  });

  it("has the root that @ethereumjs/mpt makes of the same accounts", async () => {
    const { state, nodes } = opened();
    const root = commitTo(state, nodes);
    const storage = await createMPT({ useKeyHashing: true });
    await storage.put(new Uint8Array(32), rlpEncode(rlpInteger(7n)));
    const accounts = await createMPT({ useKeyHashing: true });
    await accounts.put(hexToBytes(A), rlpEncode([rlpInteger(0), rlpInteger(5n), hexToBytes(EMPTY_TRIE_ROOT), keccak256(new Uint8Array(0))]));
    await accounts.put(hexToBytes(B), rlpEncode([rlpInteger(1), rlpInteger(0n), storage.root(), keccak256(CODE)]));
    expect(bytesToHex(root)).toBe(bytesToHex(accounts.root()));
  });

  it("proves accounts and slots, those that are there and those that are not", async () => {
    const { state, nodes } = opened();
    const root = commitTo(state, nodes);
    const proof = state.proof(B, [0n, 1n]);
    expect(proof).toMatchObject({ address: B, nonce: 1, balance: 0n, codeHash: bytesToHex(keccak256(CODE)) });
    const account = await verified(root, keccak256(hexToBytes(B)), proof.accountProof);
    expect(rlpDecode(account!)).toEqual([Uint8Array.of(1), new Uint8Array(0), hexToBytes(proof.storageHash), keccak256(CODE)]);
    const slotKey = (slot: number) => keccak256(new Uint8Array(32).fill(slot, 31));
    const slot = async (i: number) => verified(hexToBytes(proof.storageHash), slotKey(i), proof.storageProof[i]!.proof);
    expect([await slot(0), await slot(1)]).toEqual([Uint8Array.of(7), null]);
    expect(proof.storageProof.map((one) => one.value)).toEqual([7n, 0n]);
    const absent = state.proof(C, [0n]);
    expect(await verified(root, keccak256(hexToBytes(C)), absent.accountProof)).toBeNull();
    expect(absent).toMatchObject({ balance: 0n, nonce: 0, storageHash: EMPTY_TRIE_ROOT });
  });
});
