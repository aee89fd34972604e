import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { bytesToHex, hexToBytes } from "@pangaea/primitives";
import { z } from "zod";
import { afterAll, describe, expect, it } from "vitest";
import { KzgService } from "../src/index.ts";
import { versionedHashOf } from "../src/kzg/versioned-hash.ts";
import { vectorPath, vectorsAreThere } from "./support/vectors.ts";

const replySchema = z.object({ data: z.array(z.object({ blob: z.string(), kzg_commitment: z.string(), kzg_proof: z.string() })) });
const sidecars = vectorsAreThere
  ? replySchema.parse(JSON.parse(gunzipSync(readFileSync(vectorPath("monorepo-2026-06/op-service-eth/eth_v1_beacon_blob_sidecars_7422094_goerli.json.gz"))).toString())).data.map((one) => ({ blob: hexToBytes(one.blob), commitment: hexToBytes(one.kzg_commitment), proof: hexToBytes(one.kzg_proof) }))
  : [];

describe.skipIf(!vectorsAreThere)("KZG on a real beacon node's reply", () => {
  const kzg = new KzgService();
  afterAll(() => kzg.close());

  it("every blob is accepted by its proof", async () => {
    for (const { blob, commitment, proof } of sidecars) expect(await kzg.matches(blob, bytesToHex(versionedHashOf(commitment)), { commitment, proof })).toBe(true);
    expect(sidecars.length).toBeGreaterThan(0);
  });
  it("a changed blob, another's proof, another hash and bytes that are no point are refused", async () => {
    const { blob, commitment, proof } = sidecars[0]!;
    const hash = bytesToHex(versionedHashOf(commitment));
    const changed = blob.slice();
    changed[40]! ^= 1;
    expect(await kzg.matches(changed, hash, { commitment, proof })).toBe(false);
    const fresh = new KzgService();
    expect(await fresh.matches(blob, hash, { commitment, proof: commitment })).toBe(false);
    expect(await fresh.matches(blob, `0x01${"00".repeat(31)}`, { commitment, proof })).toBe(false);
    expect(await fresh.matches(blob, hash, { commitment, proof: new Uint8Array(48).fill(1) })).toBe(false);
    expect(await fresh.matches(blob, hash, { commitment, proof: new Uint8Array(3) })).toBe(false);
    await fresh.close();
  });
  it("committing and proving anew gives the commitment and the proof of the sidecar", async () => {
    const fresh = new KzgService();
    const { blob, commitment, proof } = sidecars[0]!;
    expect((await fresh.commit(blob)).commitment).toEqual(commitment);
    expect(await fresh.prove(blob, commitment)).toEqual(proof);
    expect(await fresh.matches(blob, bytesToHex(versionedHashOf(commitment)))).toBe(true);
    await fresh.close();
  });
  it("a blob has 128 cell proofs", async () => {
    expect((await kzg.cellProofs(sidecars[0]!.blob)).map(({ length }) => length)).toEqual(Array.from({ length: 128 }, () => 48));
  });
  it("a closed service says so", async () => {
    const closed = new KzgService();
    await closed.close();
    await expect(closed.commit(sidecars[0]!.blob)).rejects.toThrow("closed");
  });
});
