import { bytesToHex, hexToBytes, type Hex, keccak256, payloadBlockHash } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { blockSigner, blockSigningHash, decodeBlockMessage, decodePayloadSsz, decodeSignedPart, encodeBlockMessage, encodePayloadSsz, enginePayloadOf, type PayloadVersion, signedPart } from "../src/index.ts";
import { vectorJson, vectorsAreThere } from "./support/vectors.ts";

interface Envelopes {
  readonly gossip_envelopes: readonly { readonly version: PayloadVersion; readonly gossip_message_snappy: Hex; readonly expected_timestamp: number }[];
  readonly ssz_envelope_roundtrip: { readonly ssz: Hex };
  readonly signing_hash: { readonly payload_hash_is_keccak_of: Hex; readonly chain_id: number; readonly expected_signing_message: Hex };
}
interface Payloads {
  readonly vectors: readonly { readonly test: string; readonly version: "V1" | "V2"; readonly expect: string; readonly ssz: Hex }[];
}
const NONE: Envelopes = { gossip_envelopes: [], ssz_envelope_roundtrip: { ssz: "0x" }, signing_hash: { payload_hash_is_keccak_of: "0x", chain_id: 0, expected_signing_message: "0x" } };
const envelopes = vectorsAreThere ? vectorJson<Envelopes>("inline-curated/p2p-payload-envelopes.json") : NONE;
const payloads = vectorsAreThere ? vectorJson<Payloads>("hildr-2024-10/execution-payload-ssz.json").vectors : [];

describe.skipIf(!vectorsAreThere)("gossip messages of the monorepo's tests", () => {
  it.each(envelopes.gossip_envelopes)("version $version: decoded, signed by somebody, and encoded again byte for byte", ({ version, gossip_message_snappy: message, expected_timestamp: timestamp }) => {
    const decoded = decodeBlockMessage(hexToBytes(message), version);
    expect(decoded.payload.timestamp).toBe(timestamp);
    expect(blockSigner(decoded, version, 10)).toMatch(/^0x[0-9a-f]{40}$/);
    expect(bytesToHex(encodeBlockMessage(decoded, version))).toBe(message);
  });

  it.each(envelopes.gossip_envelopes)("version $version: its fields give the block hash that it says", ({ version, gossip_message_snappy: message }) => {
    const { payload, parentBeaconBlockRoot } = decodeBlockMessage(hexToBytes(message), version);
    expect(payloadBlockHash({ payload: enginePayloadOf(payload), ...(parentBeaconBlockRoot === undefined ? {} : { parentBeaconBlockRoot }) })).toBe(payload.blockHash);
  });

  it("a payload of version 4 with its beacon root comes back byte for byte", () => {
    const { ssz } = envelopes.ssz_envelope_roundtrip;
    const decoded = decodeSignedPart(hexToBytes(ssz), 4);
    expect(decoded.payload.transactions).toEqual([Uint8Array.of(0x99, 0x99)]);
    expect(bytesToHex(signedPart(decoded, 4))).toBe(ssz);
  });

  it("the hash that the sequencer signs", () => {
    const { payload_hash_is_keccak_of: payload, chain_id: chainId, expected_signing_message: expected } = envelopes.signing_hash;
    expect(bytesToHex(blockSigningHash(keccak256(hexToBytes(payload)), chainId))).toBe(expected);
  });
});

describe.skipIf(!vectorsAreThere)("SSZ payloads of hildr's tests", () => {
  it.each(payloads)("$test, $version: $expect", ({ version, expect: expected, ssz }) => {
    const number = version === "V1" ? 1 : 2;
    if (expected === "error") return expect(() => decodePayloadSsz(hexToBytes(ssz), number)).toThrow(/the payload/);
    const payload = decodePayloadSsz(hexToBytes(ssz), number);
    expect(payload.baseFeePerGas).toBe(777n);
    expect(bytesToHex(encodePayloadSsz(payload, number))).toBe(ssz);
  });
});
