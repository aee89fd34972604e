import { createMPT, verifyMPTWithMerkleProof } from "@ethereumjs/mpt";
import { bytesToHex, CriticalError, EMPTY_TRIE_ROOT, hexToBytes, keccak256, rlpEncode } from "@pangaea/primitives";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Trie } from "../src/index.ts";
import { decodeNode } from "../src/state/trie-node.ts";
import { memoryNodes } from "./support/memory-nodes.ts";

/** Keys that share much of their paths, or are each other's beginnings. */
const nearKey = fc.array(fc.constantFrom(0x00, 0x01, 0x10, 0x11), { minLength: 1, maxLength: 4 }).map((bytes) => Uint8Array.from(bytes));
const hashedKey = fc.nat(40).map((n) => keccak256(Uint8Array.of(n)));
const value = fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 3 }), fc.uint8Array({ minLength: 33, maxLength: 70 }));
const writes = (key: fc.Arbitrary<Uint8Array>) => fc.array(fc.record({ key, value: fc.option(value, { nil: undefined, freq: 3 }), commit: fc.constantFrom(false, false, true) }), { maxLength: 40 });
type Write = { readonly key: Uint8Array; readonly value: Uint8Array | undefined; readonly commit: boolean };

/** Carries writes out, committing and opening again where they say so. */
function build(list: readonly Write[]) {
  const nodes = memoryNodes();
  let trie = new Trie(nodes);
  const model = new Map<string, Uint8Array>();
  for (const { key, value: written, commit } of list) {
    trie.set(key, written);
    if (written === undefined) model.delete(bytesToHex(key));
    else model.set(bytesToHex(key), written);
    if (commit) trie = new Trie(nodes, trie.commit(nodes.keep));
  }
  return { trie, nodes, model };
}

async function independentRoot(model: ReadonlyMap<string, Uint8Array>): Promise<Uint8Array> {
  const trie = await createMPT();
  for (const [key, written] of model) await trie.put(hexToBytes(key), written);
  return trie.root();
}

describe.each([["near keys", nearKey], ["hashed keys", hashedKey]] as const)("a trie of %s", (_, key) => {
  it("has the root that @ethereumjs/mpt has of what is in it, however it came there", async () => {
    await fc.assert(fc.asyncProperty(writes(key), async (list) => {
      const { trie, nodes, model } = build(list);
      expect(bytesToHex(trie.commit(nodes.keep))).toBe(bytesToHex(await independentRoot(model)));
    }), { numRuns: 150 });
  });

  it("reads what was written last, before and after it is committed and opened again", () => {
    fc.assert(fc.property(writes(key), (list) => {
      const { trie, nodes, model } = build(list);
      const reopened = new Trie(nodes, trie.commit(nodes.keep));
      for (const { key: one } of list) {
        expect(trie.get(one)).toEqual(model.get(bytesToHex(one)));
        expect(reopened.get(one)).toEqual(model.get(bytesToHex(one)));
      }
    }));
  });

  it("gives proofs that @ethereumjs/mpt takes, of what is there and of what is not", async () => {
    await fc.assert(fc.asyncProperty(writes(key), key, async (list, asked) => {
      const { trie, nodes, model } = build(list);
      const root = trie.commit(nodes.keep);
      fc.pre(model.size > 0);
      expect((await verifyMPTWithMerkleProof(await createMPT(), root, asked, trie.prove(asked))) ?? undefined).toEqual(model.get(bytesToHex(asked)));
    }), { numRuns: 150 });
  });

  it("forgets a key that is removed: the root is as if it had never been", () => {
    fc.assert(fc.property(writes(key), key, value, (list, extra, written) => {
      const { trie, nodes, model } = build(list);
      fc.pre(!model.has(bytesToHex(extra)));
      const before = bytesToHex(trie.commit(nodes.keep));
      trie.set(extra, written);
      trie.set(extra, undefined);
      expect(bytesToHex(trie.commit(nodes.keep))).toBe(before);
    }));
  });

  it("hands out every node that a reader of the new root needs, and proving before a commit takes none of them away", () => {
    fc.assert(fc.property(writes(key), (list) => {
      const { trie, nodes, model } = build(list);
      for (const { key: one } of list) trie.prove(one);
      const reopened = new Trie(nodes, trie.commit(nodes.keep));
      for (const [one, written] of model) expect(reopened.get(hexToBytes(one))).toEqual(written);
    }));
  });
});

describe("a trie", () => {
  it("has the empty root when it has nothing", () => {
    const trie = new Trie(memoryNodes());
    expect(bytesToHex(trie.commit(() => {}))).toBe(EMPTY_TRIE_ROOT);
    expect(trie.get(Uint8Array.of(1))).toBeUndefined();
    expect(trie.prove(Uint8Array.of(1))).toEqual([]);
  });

  it("writes nothing anew when nothing changed", () => {
    const nodes = memoryNodes();
    const trie = new Trie(nodes);
    for (let i = 0; i < 50; i++) trie.set(keccak256(Uint8Array.of(i)), new Uint8Array(40).fill(i));
    const root = trie.commit(nodes.keep);
    const again: Uint8Array[] = [];
    trie.set(keccak256(Uint8Array.of(7)), new Uint8Array(40).fill(7));
    trie.set(keccak256(Uint8Array.of(99)), undefined);
    expect(trie.commit((hash) => void again.push(hash))).toEqual(root);
    expect(again).toEqual([]);
  });

  it("says which node its store lacks", () => {
    const lost = new Trie({ get: () => undefined }, new Uint8Array(32).fill(5));
    expect(() => lost.get(Uint8Array.of(1))).toThrow(CriticalError);
    expect(() => lost.set(Uint8Array.of(1), Uint8Array.of(1))).toThrow(/lacks trie node 0x0505/);
  });

  const [path, one] = [Uint8Array.of(0x20), Uint8Array.of(1)];
  it.each([
    ["a string", one], ["a list of three", [path, one, one]], ["a path that is a list", [[path], one]], ["a leaf whose value is a list", [path, [one]]], ["an extension without a child", [Uint8Array.of(0x00, 0x11), new Uint8Array(0)]],
    ["a branch whose value is a list", [...Array.from({ length: 16 }, () => new Uint8Array(0)), [one]]],
  ] as const)("refuses a node that is %s", (_, item) => {
    expect(() => decodeNode(rlpEncode(item))).toThrow(/a trie/);
  });
});
