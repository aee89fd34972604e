import { InvalidInputError, keccak256, type RlpItem, rlpDecode, rlpEncode } from "@pangaea/primitives";

/** A node that has not been loaded: the hash under which its encoding is stored. */
export interface HashNode {
  readonly kind: "hash";
  readonly hash: Uint8Array;
}
export interface LeafNode {
  readonly kind: "leaf";
  readonly path: Uint8Array;
  readonly value: Uint8Array;
  encoded?: Uint8Array;
}
export interface ExtensionNode {
  readonly kind: "extension";
  readonly path: Uint8Array;
  readonly child: TrieNode;
  encoded?: Uint8Array;
}
export interface BranchNode {
  readonly kind: "branch";
  readonly children: readonly (TrieNode | undefined)[];
  /** Of the key that ends here; keys of one length have none. */
  readonly value?: Uint8Array | undefined;
  encoded?: Uint8Array;
}
/** A node of the trie; nodes are never changed, a write makes new ones. */
export type TrieNode = HashNode | LeafNode | ExtensionNode | BranchNode;

export function toNibbles(key: Uint8Array): Uint8Array {
  const nibbles = new Uint8Array(key.length * 2);
  for (let i = 0; i < key.length; i++) {
    nibbles[2 * i] = key[i]! >> 4;
    nibbles[2 * i + 1] = key[i]! & 15;
  }
  return nibbles;
}

function compactPath(path: Uint8Array, isLeaf: boolean): Uint8Array {
  const odd = path.length & 1;
  const out = new Uint8Array(1 + (path.length >> 1));
  out[0] = (isLeaf ? 0x20 : 0) | (odd === 1 ? 0x10 | path[0]! : 0);
  for (let i = odd, at = 1; i < path.length; i += 2, at++) out[at] = (path[i]! << 4) | path[i + 1]!;
  return out;
}

function expandPath(compact: Uint8Array): { readonly path: Uint8Array; readonly isLeaf: boolean } {
  const nibbles = toNibbles(compact);
  return { path: nibbles.subarray((nibbles[0]! & 1) === 1 ? 1 : 2), isLeaf: (nibbles[0]! & 2) !== 0 };
}

/** Receives each node that is stored under its hash. */
export type NodeSink = (hash: Uint8Array, encoded: Uint8Array) => void;

/** How a parent refers to a node: the node itself when its encoding is short, else its hash, which goes to the sink. */
function reference(node: TrieNode, sink: NodeSink | undefined): RlpItem {
  if (node.kind === "hash") return node.hash;
  const known = node.encoded !== undefined;
  const encoded = encodeNode(node, sink);
  if (encoded.length < 32) return rlpDecode(encoded);
  const hash = keccak256(encoded);
  if (!known) sink?.(hash, encoded);
  return hash;
}

/** The RLP of a loaded node; new nodes below it go to the sink. Without one nothing is remembered, so that a later commit still hands them out. */
export function encodeNode(node: Exclude<TrieNode, HashNode>, sink: NodeSink | undefined): Uint8Array {
  if (node.encoded !== undefined) return node.encoded;
  let item: RlpItem;
  if (node.kind === "leaf") item = [compactPath(node.path, true), node.value];
  else if (node.kind === "extension") item = [compactPath(node.path, false), reference(node.child, sink)];
  else item = [...Array.from(node.children, (child) => (child === undefined ? EMPTY : reference(child, sink))), node.value ?? EMPTY];
  const encoded = rlpEncode(item);
  if (sink !== undefined) node.encoded = encoded;
  return encoded;
}

const EMPTY = new Uint8Array(0);

function decodeReference(item: RlpItem): TrieNode | undefined {
  if (!(item instanceof Uint8Array)) return decodeItem(item);
  if (item.length === 0) return undefined;
  return { kind: "hash", hash: item };
}

function decodeItem(item: RlpItem): Exclude<TrieNode, HashNode> {
  if (item instanceof Uint8Array || (item.length !== 2 && item.length !== 17)) throw new InvalidInputError("a trie node is a list of 2 or 17 items");
  if (item.length === 17) {
    const value = item[16]!;
    if (!(value instanceof Uint8Array)) throw new InvalidInputError("a trie branch's value is a string");
    return { kind: "branch", children: item.slice(0, 16).map(decodeReference), ...(value.length === 0 ? {} : { value }) };
  }
  const [compact, second] = item;
  if (!(compact instanceof Uint8Array)) throw new InvalidInputError("a trie node's path is a string");
  const { path, isLeaf } = expandPath(compact);
  if (isLeaf) {
    if (!(second instanceof Uint8Array)) throw new InvalidInputError("a trie leaf's value is a string");
    return { kind: "leaf", path, value: second };
  }
  const child = decodeReference(second!);
  if (child === undefined) throw new InvalidInputError("a trie extension has no child");
  return { kind: "extension", path, child };
}

/** The node that an encoding stands for. Throws `InvalidInputError`. */
export function decodeNode(encoded: Uint8Array): Exclude<TrieNode, HashNode> {
  const node = decodeItem(rlpDecode(encoded));
  node.encoded = encoded;
  return node;
}
