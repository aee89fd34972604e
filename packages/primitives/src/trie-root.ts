import { bytesToHex, type Hex } from "./bytes.ts";
import { EMPTY_TRIE_ROOT, keccak256 } from "./keccak.ts";
import { rlpEncode, rlpInteger, rlpListOfEncoded } from "./rlp.ts";

interface Leaf {
  /** One nibble an element. */
  readonly path: Uint8Array;
  readonly value: Uint8Array;
}

const EMPTY_STRING = Uint8Array.of(0x80);

function toNibbles(key: Uint8Array): Uint8Array {
  const nibbles = new Uint8Array(key.length * 2);
  for (let i = 0; i < key.length; i++) {
    nibbles[2 * i] = key[i]! >> 4;
    nibbles[2 * i + 1] = key[i]! & 15;
  }
  return nibbles;
}

/** Hex-prefix encoding of a path. */
function compactPath(path: Uint8Array, isLeaf: boolean): Uint8Array {
  const odd = path.length % 2;
  const out = new Uint8Array(1 + (path.length >> 1));
  out[0] = (isLeaf ? 0x20 : 0) | (odd === 1 ? 0x10 | path[0]! : 0);
  for (let i = odd, at = 1; i < path.length; i += 2, at++) out[at] = (path[i]! << 4) | path[i + 1]!;
  return out;
}

/** A node as its parent holds it: itself when shorter than 32 bytes, else its hash. */
function reference(node: Uint8Array): Uint8Array {
  return node.length < 32 ? node : rlpEncode(keccak256(node));
}

function buildNode(leaves: readonly Leaf[], from: number, to: number, depth: number): Uint8Array {
  const first = leaves[from]!;
  if (to - from === 1) return rlpEncode([compactPath(first.path.subarray(depth), true), first.value]);
  const last = leaves[to - 1]!;
  let shared = depth;
  while (shared < first.path.length && shared < last.path.length && first.path[shared] === last.path[shared]) shared++;
  if (shared > depth) {
    const child = buildNode(leaves, from, to, shared);
    return rlpListOfEncoded([rlpEncode(compactPath(first.path.subarray(depth, shared), false)), reference(child)]);
  }
  const children: Uint8Array[] = Array.from({ length: 17 }, () => EMPTY_STRING);
  let at = from;
  if (first.path.length === depth) {
    children[16] = rlpEncode(first.value);
    at++;
  }
  while (at < to) {
    const nibble = leaves[at]!.path[depth]!;
    let end = at + 1;
    while (end < to && leaves[end]!.path[depth] === nibble) end++;
    children[nibble] = reference(buildNode(leaves, at, end, depth + 1));
    at = end;
  }
  return rlpListOfEncoded(children);
}

/** Root of the trie that maps the RLP of each index to the item there: transactions, receipts, withdrawals. */
export function orderedTrieRoot(items: readonly Uint8Array[]): Hex {
  if (items.length === 0) return EMPTY_TRIE_ROOT;
  const leaves = items.map((value, index) => ({ path: toNibbles(rlpEncode(rlpInteger(index))), value })).sort((a, b) => Buffer.compare(a.path, b.path));
  return bytesToHex(keccak256(buildNode(leaves, 0, leaves.length, 0)));
}
