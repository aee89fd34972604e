import { bytesToHex, type Hex, hexToBytes, keccak256, utf8ToBytes } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { Trie } from "../src/index.ts";
import { haveEthereumTests, readTest, testsBelow } from "./support/archive.ts";
import { memoryNodes } from "./support/memory-nodes.ts";

type Entry = readonly [key: string, value: string | null];
interface Vector {
  readonly in: readonly Entry[] | Readonly<Record<string, string | null>>;
  readonly root: Hex;
}

/** Files that cannot run, each with its reason. */
const SKIPPED: Readonly<Record<string, string>> = { trietestnextprev: "walks the keys in order, which the state's trie cannot" };
/** Files whose keys are hashed before they go in. */
const SECURE = /secure/i;
const ORDERS = 8;

const bytesOf = (text: string): Uint8Array => (text.startsWith("0x") ? hexToBytes(text) : utf8ToBytes(text));
const nameOf = (path: string): string => path.slice("TrieTests/".length, -".json".length);
const entriesOf = (vector: Vector): readonly Entry[] => (Array.isArray(vector.in) ? (vector.in as readonly Entry[]) : Object.entries(vector.in));

/** Root after the entries; committed and opened again after each of them when asked for. */
function rootOf(entries: readonly Entry[], secure: boolean, reopened: boolean): Hex {
  const nodes = memoryNodes();
  let trie = new Trie(nodes);
  for (const [key, value] of entries) {
    trie.set(secure ? keccak256(bytesOf(key)) : bytesOf(key), value === null ? undefined : bytesOf(value));
    if (reopened) trie = new Trie(nodes, trie.commit(nodes.keep));
  }
  return bytesToHex(trie.commit(nodes.keep));
}

/** Some orders of the entries: forth, back, and turned by some places. */
function ordersOf(entries: readonly Entry[]): readonly (readonly Entry[])[] {
  return [entries, entries.toReversed(), ...Array.from({ length: Math.min(ORDERS, entries.length) }, (_, i) => [...entries.slice(i), ...entries.slice(0, i)])];
}

const vectors = testsBelow("TrieTests/").filter((path) => SKIPPED[nameOf(path)] === undefined)
  .flatMap((path) => Object.entries(readTest<Readonly<Record<string, Vector>>>(path)).map(([name, vector]) => [`${nameOf(path)}: ${name}`, vector, SECURE.test(path)] as const));

describe.skipIf(!haveEthereumTests)("the official trie tests", () => {
  it.each(vectors)("%s has the root that it should, in memory and opened again after each write", (_, vector, secure) => {
    const orders = Array.isArray(vector.in) ? [entriesOf(vector)] : ordersOf(entriesOf(vector));
    for (const entries of orders) for (const reopened of [false, true]) expect(rootOf(entries, secure, reopened)).toBe(vector.root);
  });

  it.each(vectors)("%s reads back what was written last, and proves it by nodes that hash to one another", (_, vector, secure) => {
    const nodes = memoryNodes();
    const trie = new Trie(nodes);
    const last = new Map<string, string | null>();
    for (const [key, value] of entriesOf(vector)) {
      trie.set(secure ? keccak256(bytesOf(key)) : bytesOf(key), value === null ? undefined : bytesOf(value));
      last.set(key, value);
    }
    const root = trie.commit(nodes.keep);
    const opened = new Trie(nodes, root);
    for (const [key, value] of last) {
      const path = secure ? keccak256(bytesOf(key)) : bytesOf(key);
      expect(opened.get(path)).toEqual(value === null ? undefined : bytesOf(value));
      const proof = new Map(opened.prove(path).map((node) => [bytesToHex(keccak256(node)), node]));
      expect(new Trie({ get: (hash) => proof.get(bytesToHex(hash)) }, root).get(path)).toEqual(value === null ? undefined : bytesOf(value));
    }
  });

  for (const [name, reason] of Object.entries(SKIPPED)) it.skip(`${name}: ${reason}`, () => {});

  it("each file that is left out is there", () => {
    expect(testsBelow("TrieTests/").map(nameOf)).toEqual(expect.arrayContaining(Object.keys(SKIPPED)));
    expect(vectors.length).toBeGreaterThan(0);
  });
});
