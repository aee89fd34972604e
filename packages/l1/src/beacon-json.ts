import { BLOB_SIZE, type Hex, hexToBytes, isHex } from "@pangaea/primitives";
import { parseJson } from "@pangaea/rpc";
import { z } from "zod";

const POINT_SIZE = 48;
const bytes = (size: number) => z.custom<Hex>((value) => isHex(value, size), `is not ${size} bytes of hex`).transform((value) => hexToBytes(value));
const whole = z.string().regex(/^\d{1,15}$/).transform(Number);
const sidecarsSchema = z.object({ data: z.array(z.object({ index: whole, blob: bytes(BLOB_SIZE), kzg_commitment: bytes(POINT_SIZE), kzg_proof: bytes(POINT_SIZE) })) });
const blobsSchema = z.object({ data: z.array(bytes(BLOB_SIZE)) });
const genesisSchema = z.object({ data: z.object({ genesis_time: whole }) });
const specSchema = z.object({ data: z.object({ SECONDS_PER_SLOT: whole.refine((seconds) => seconds > 0, "is not above 0") }) });

/** A blob with what proves that it is the one of its commitment. */
export interface BlobSidecar {
  readonly blob: Uint8Array;
  readonly commitment: Uint8Array;
  readonly proof: Uint8Array;
}

/** The answer to `blob_sidecars`. Throws `InvalidInputError` naming the field. Source: beacon-APIs `getBlobSidecars`. */
export function parseBlobSidecars(json: unknown): readonly BlobSidecar[] {
  return parseJson(sidecarsSchema, json, "blob sidecars").data.map(({ blob, kzg_commitment: commitment, kzg_proof: proof }) => ({ blob, commitment, proof }));
}

/** The answer to `blobs`. Throws `InvalidInputError` naming the field. Source: beacon-APIs `getBlobs`. */
export function parseBlobs(json: unknown): readonly Uint8Array[] {
  return parseJson(blobsSchema, json, "blobs").data;
}

/** The answers to `genesis` and `config/spec`: Unix seconds of slot 0, seconds a slot. Throws `InvalidInputError` naming the field. Source: beacon-APIs `getGenesis`, `getSpec`. */
export function parseBeaconTiming(genesis: unknown, spec: unknown): { readonly genesis: number; readonly slotTime: number } {
  return { genesis: parseJson(genesisSchema, genesis, "beacon genesis").data.genesis_time, slotTime: parseJson(specSchema, spec, "beacon specification").data.SECONDS_PER_SLOT };
}
