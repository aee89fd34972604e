import { HISTORY_STORAGE_ADDRESS } from "@pangaea/config";
import { WorldState } from "@pangaea/evm";
import { bigIntToBytes, bytesToHex, decodeHeader, encodeHeader, headerHash, type Hex, hexToBytes, keccak256Hex } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { WitnessStore } from "../src/index.ts";
import { haveVectors, vectorJson } from "./vectors.ts";

interface Lookup {
  readonly safe_head_header_rlp: Hex;
  readonly target_block_number: number;
  readonly target_block_hash: Hex;
  readonly steps: readonly { readonly account_proof: readonly Hex[]; readonly storage_proof: readonly Hex[]; readonly resolved_block_hash: Hex; readonly resolved_block_header_rlp: Hex }[];
}
/** Source: EIP-2935, `HISTORY_SERVE_WINDOW`. */
const RING_SIZE = 8_191;
const NAMES = ["eip2935_header_by_number", "eip2935_multi_iteration"];

describe.skipIf(!haveVectors)("headers of OP Mainnet, looked up through the ring of EIP-2935", () => {
  it.each(haveVectors ? NAMES : [])("%s: each step's hash is in the state that the header before commits to, down to the block wanted", (name) => {
    const { safe_head_header_rlp: head, target_block_number: target, target_block_hash: targetHash, steps } = vectorJson<Lookup>(`monorepo-2026-06/kona-proof-interop/${name}.json`);
    let header = decodeHeader(hexToBytes(head));
    for (const step of steps) {
      const resolved = decodeHeader(hexToBytes(step.resolved_block_header_rlp));
      const nodes = new Map([...step.account_proof, ...step.storage_proof].map((node) => [keccak256Hex(hexToBytes(node)), hexToBytes(node)]));
      const state = new WorldState(new WitnessStore(nodes), hexToBytes(header.stateRoot));
      expect(bytesToHex(bigIntToBytes(state.storage(HISTORY_STORAGE_ADDRESS, BigInt(resolved.number % RING_SIZE)), 32))).toBe(step.resolved_block_hash);
      expect(headerHash(resolved)).toBe(step.resolved_block_hash);
      header = resolved;
    }
    expect({ number: header.number, hash: headerHash(header) }).toEqual({ number: target, hash: targetHash });
  });

  it.each(haveVectors ? NAMES : [])("%s: its headers are decoded and encoded again byte for byte", (name) => {
    const { safe_head_header_rlp: head, steps } = vectorJson<Lookup>(`monorepo-2026-06/kona-proof-interop/${name}.json`);
    for (const encoded of [head, ...steps.map((step) => step.resolved_block_header_rlp)]) expect(bytesToHex(encodeHeader(decodeHeader(hexToBytes(encoded))))).toBe(encoded);
  });
});
