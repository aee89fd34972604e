import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";

/** The folder of conformance data: beside the project, or where PANGAEA_VECTORS points. */
export const VECTORS = process.env.PANGAEA_VECTORS ?? fileURLToPath(new URL("../../../../shared/vectors", import.meta.url));
export const haveVectors = existsSync(VECTORS);

/** A JSON vector, gunzipped when its name says so. */
export function vectorJson<T>(path: string): T {
  const raw = readFileSync(`${VECTORS}/${path}`);
  return JSON.parse((path.endsWith(".gz") ? gunzipSync(raw) : raw).toString()) as T;
}
