import { bigIntToBytes, concatBytes, type Hex, hexToBytes, writeU64 } from "./bytes.ts";
import { keccak256Hex } from "./keccak.ts";

const SUPER_ROOT_VERSION = 1;

/** Output root of version 0. Source: specs `protocol/proposals.md#l2-output-commitment-construction`. */
export function outputRootV0({ stateRoot, messagePasserStorageRoot, blockHash }: { readonly stateRoot: Hex; readonly messagePasserStorageRoot: Hex; readonly blockHash: Hex }): Hex {
  return keccak256Hex(concatBytes(new Uint8Array(32), hexToBytes(stateRoot, 32), hexToBytes(messagePasserStorageRoot, 32), hexToBytes(blockHash, 32)));
}

/** The preimage of a super root of version 1: chains in ascending order of id. `timestamp` in Unix seconds. */
export function encodeSuperRootV1(timestamp: number, chains: readonly { readonly chainId: number | bigint; readonly outputRoot: Hex }[]): Uint8Array {
  const head = new Uint8Array(9);
  head[0] = SUPER_ROOT_VERSION;
  writeU64(head, 1, timestamp);
  const ordered = [...chains].sort((a, b) => (BigInt(a.chainId) < BigInt(b.chainId) ? -1 : 1));
  return concatBytes(head, ...ordered.flatMap(({ chainId, outputRoot }) => [bigIntToBytes(BigInt(chainId), 32), hexToBytes(outputRoot, 32)]));
}

/** Super root of version 1. Source: specs `interop/superroots` . */
export function superRootV1(timestamp: number, chains: readonly { readonly chainId: number | bigint; readonly outputRoot: Hex }[]): Hex {
  return keccak256Hex(encodeSuperRootV1(timestamp, chains));
}
