import { concatBytes, type Hex, hexToBytes } from "./bytes.ts";
import { keccak256Hex } from "./keccak.ts";

/** Output root of version 0. Source: specs `protocol/proposals.md#l2-output-commitment-construction`. */
export function outputRootV0({ stateRoot, messagePasserStorageRoot, blockHash }: { readonly stateRoot: Hex; readonly messagePasserStorageRoot: Hex; readonly blockHash: Hex }): Hex {
  return keccak256Hex(concatBytes(new Uint8Array(32), hexToBytes(stateRoot, 32), hexToBytes(messagePasserStorageRoot, 32), hexToBytes(blockHash, 32)));
}
