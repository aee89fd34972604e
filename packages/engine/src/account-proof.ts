import { decodeAccount, EMPTY_STORAGE_ROOT, Trie } from "@pangaea/evm";
import { bytesToHex, CriticalError, type Hex, hexToBytes, InvalidInputError, keccak256, keccak256Hex } from "@pangaea/primitives";

/**
 * The storage root of an account, read from a Merkle proof against a state root. Every node is found by its hash, so a proof that
 * leads anywhere else does not lead there at all. Throws `InvalidInputError` when it breaks off.
 */
export function provenStorageRoot(stateRoot: Hex, address: Hex, proof: readonly Uint8Array[]): Hex {
  const nodes = new Map(proof.map((node) => [keccak256Hex(node), node]));
  const trie = new Trie({ get: (hash) => nodes.get(bytesToHex(hash)) }, hexToBytes(stateRoot));
  try {
    const account = trie.get(keccak256(hexToBytes(address)));
    return bytesToHex(account === undefined ? EMPTY_STORAGE_ROOT : decodeAccount(account).storageRoot);
  } catch (error) {
    if (error instanceof CriticalError) throw new InvalidInputError(`the proof of ${address} does not reach from the state root ${stateRoot} to the account`);
    throw error;
  }
}
