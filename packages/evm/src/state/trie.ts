import { bytesEqual, bytesToHex, CriticalError, EMPTY_BYTES, EMPTY_TRIE_ROOT, hexToBytes, keccak256 } from "@pangaea/primitives";
import { type BranchNode, decodeNode, encodeNode, type HashNode, type NodeSink, toNibbles, type TrieNode } from "./trie-node.ts";

/** Where encoded trie nodes and code are looked up, by keccak. */
export interface NodeStore {
  get(hash: Uint8Array): Uint8Array | undefined;
}

type Loaded = Exclude<TrieNode, HashNode>;
const EMPTY_ROOT = hexToBytes(EMPTY_TRIE_ROOT);

function sharedPrefix(a: Uint8Array, b: Uint8Array): number {
  let i = 0;
  while (i < a.length && i < b.length && a[i] === b[i]) i++;
  return i;
}

const join = (...parts: readonly Uint8Array[]): Uint8Array => {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
};

/**
 * A Merkle Patricia trie. Reads load nodes as they need them; writes stay in memory until `commit`,
 * which hashes what changed once. Source: Ethereum yellow paper, appendix D.
 */
export class Trie {
  readonly #nodes: NodeStore;
  #root: TrieNode | undefined;

  constructor(nodes: NodeStore, root: Uint8Array = EMPTY_ROOT) {
    this.#nodes = nodes;
    this.#root = bytesEqual(root, EMPTY_ROOT) ? undefined : { kind: "hash", hash: root };
  }

  get(key: Uint8Array): Uint8Array | undefined {
    const path = toNibbles(key);
    let node = this.#root;
    for (let at = 0; node !== undefined; ) {
      const loaded: Loaded = this.#load(node);
      if (loaded.kind === "leaf") return bytesEqual(loaded.path, path.subarray(at)) ? loaded.value : undefined;
      if (loaded.kind === "extension") {
        if (sharedPrefix(loaded.path, path.subarray(at)) < loaded.path.length) return undefined;
        at += loaded.path.length;
        node = loaded.child;
      } else {
        if (at === path.length) return loaded.value;
        node = loaded.children[path[at]!];
        at++;
      }
    }
    return undefined;
  }

  /** Sets a value; undefined removes the key. */
  set(key: Uint8Array, value: Uint8Array | undefined): void {
    const path = toNibbles(key);
    this.#root = value === undefined ? this.#remove(this.#root, path) : this.#insert(this.#root, path, value);
  }

  /** The root hash; nodes that are new since the last commit go to the sink. */
  commit(sink: NodeSink): Uint8Array {
    if (this.#root === undefined) return EMPTY_ROOT;
    if (this.#root.kind === "hash") return this.#root.hash;
    const known = this.#root.encoded !== undefined;
    const encoded = encodeNode(this.#root, sink);
    const hash = keccak256(encoded);
    if (!known) sink(hash, encoded);
    return hash;
  }

  /** The encoded nodes from the root to a key, whether or not it is there. */
  prove(key: Uint8Array): Uint8Array[] {
    const path = toNibbles(key);
    const proof: Uint8Array[] = [];
    let node = this.#root;
    for (let at = 0; node !== undefined; ) {
      const loaded: Loaded = this.#load(node);
      const encoded = encodeNode(loaded, undefined);
      if (proof.length === 0 || encoded.length >= 32) proof.push(encoded);
      if (loaded.kind === "leaf") break;
      if (loaded.kind === "extension") {
        if (sharedPrefix(loaded.path, path.subarray(at)) < loaded.path.length) break;
        at += loaded.path.length;
        node = loaded.child;
      } else {
        if (at === path.length) break;
        node = loaded.children[path[at]!];
        at++;
      }
    }
    return proof;
  }

  #load(node: TrieNode): Loaded {
    if (node.kind !== "hash") return node;
    const encoded = this.#nodes.get(node.hash);
    if (encoded === undefined) throw new CriticalError(`the state lacks trie node ${bytesToHex(node.hash)}: the store is damaged or the state was pruned`);
    return decodeNode(encoded);
  }

  #insert(node: TrieNode | undefined, path: Uint8Array, value: Uint8Array): TrieNode {
    if (node === undefined) return { kind: "leaf", path, value };
    const loaded = this.#load(node);
    if (loaded.kind === "branch") {
      if (path.length === 0) return { kind: "branch", children: loaded.children, value };
      const index = path[0]!;
      const child = this.#insert(loaded.children[index], path.subarray(1), value);
      if (child === loaded.children[index]) return node;
      const children = loaded.children.slice();
      children[index] = child;
      return { kind: "branch", children, value: loaded.value };
    }
    const shared = sharedPrefix(loaded.path, path);
    if (loaded.kind === "leaf" && shared === path.length && shared === loaded.path.length) return bytesEqual(loaded.value, value) ? node : { kind: "leaf", path, value };
    if (loaded.kind === "extension" && shared === loaded.path.length) {
      const child = this.#insert(loaded.child, path.subarray(shared), value);
      return child === loaded.child ? node : { kind: "extension", path: loaded.path, child };
    }
    const children: (TrieNode | undefined)[] = new Array(16).fill(undefined);
    const rest = loaded.path.subarray(shared + 1);
    let ending: Uint8Array | undefined;
    if (shared === loaded.path.length) ending = loaded.kind === "leaf" ? loaded.value : undefined;
    else if (loaded.kind === "leaf") children[loaded.path[shared]!] = { kind: "leaf", path: rest, value: loaded.value };
    else children[loaded.path[shared]!] = rest.length === 0 ? loaded.child : { kind: "extension", path: rest, child: loaded.child };
    if (shared === path.length) ending = value;
    else children[path[shared]!] = { kind: "leaf", path: path.subarray(shared + 1), value };
    const branch: BranchNode = { kind: "branch", children, value: ending };
    return shared === 0 ? branch : { kind: "extension", path: path.subarray(0, shared), child: branch };
  }

  #remove(node: TrieNode | undefined, path: Uint8Array): TrieNode | undefined {
    if (node === undefined) return undefined;
    const loaded = this.#load(node);
    if (loaded.kind === "leaf") return bytesEqual(loaded.path, path) ? undefined : node;
    if (loaded.kind === "extension") {
      if (sharedPrefix(loaded.path, path) < loaded.path.length) return node;
      const child = this.#remove(loaded.child, path.subarray(loaded.path.length));
      return child === loaded.child ? node : child === undefined ? undefined : this.#prepend(loaded.path, child);
    }
    if (path.length === 0) return loaded.value === undefined ? node : this.#collapse(loaded.children, undefined);
    const index = path[0]!;
    const child = this.#remove(loaded.children[index], path.subarray(1));
    if (child === loaded.children[index]) return node;
    const children = loaded.children.slice();
    children[index] = child;
    return this.#collapse(children, loaded.value);
  }

  /** A branch that has lost something: what is left of it when that is one thing only. */
  #collapse(children: BranchNode["children"], value: Uint8Array | undefined): TrieNode {
    const left = children.flatMap((one, i) => (one === undefined ? [] : [i]));
    if (left.length === 0 && value !== undefined) return { kind: "leaf", path: EMPTY_BYTES, value };
    if (left.length > 1 || value !== undefined) return { kind: "branch", children, value };
    const only = left[0]!;
    return this.#prepend(Uint8Array.of(only), children[only]!);
  }

  /** A node under a path: merged into its own path where it has one. */
  #prepend(path: Uint8Array, node: TrieNode): TrieNode {
    const loaded = this.#load(node);
    if (loaded.kind === "branch") return { kind: "extension", path, child: node };
    if (loaded.kind === "leaf") return { kind: "leaf", path: join(path, loaded.path), value: loaded.value };
    return { kind: "extension", path: join(path, loaded.path), child: loaded.child };
  }
}
