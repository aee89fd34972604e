import { decodeAccount, encodeAccount, Trie } from "@pangaea/evm";
import { bytesToHex, type Hex, keccak256, keccak256Hex, rlpBytes, rlpDecode, rlpEncode, rlpList } from "@pangaea/primitives";
import { bytesTarget, expectSame } from "../target.ts";

const ACCOUNT = encodeAccount({ nonce: 1, balance: 2n, storageRoot: new Uint8Array(32).fill(3), codeHash: new Uint8Array(32).fill(4) });
const KEY = keccak256(Uint8Array.of(1));

/** The proof of a key in a trie of some: its nodes from the root down. */
function proofOf(size: number): readonly Uint8Array[] {
  const nodes = new Map<Hex, Uint8Array>();
  const trie = new Trie({ get: (hash) => nodes.get(bytesToHex(hash)) });
  for (let i = 1; i <= size; i++) trie.set(keccak256(Uint8Array.of(i)), ACCOUNT);
  trie.commit((hash, node) => nodes.set(bytesToHex(hash), node));
  return trie.prove(KEY);
}

/** Looks a key up in nodes that come from elsewhere: a proof, or the preimages of a witness. */
function lookUp(input: Uint8Array): void {
  const nodes = rlpList(rlpDecode(input), "proof").map((node) => rlpBytes(node, "node"));
  const byHash = new Map(nodes.map((node) => [keccak256Hex(node), node]));
  const trie = new Trie({ get: (hash) => byHash.get(bytesToHex(hash)) }, nodes[0] === undefined ? undefined : keccak256(nodes[0]));
  const value = trie.get(KEY);
  if (value !== undefined) decodeAccount(value);
}

export const STATE_TARGETS = [
  bytesTarget("account", [ACCOUNT], (input) => expectSame(input, encodeAccount(decodeAccount(input)))),
  bytesTarget("trie-proof", [1, 2, 40].map((size) => rlpEncode(proofOf(size))), lookUp),
];
