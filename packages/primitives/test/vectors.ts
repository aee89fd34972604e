import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The folder of conformance data: beside the project, or where PANGAEA_VECTORS points. */
export const VECTORS = process.env.PANGAEA_VECTORS ?? fileURLToPath(new URL("../../../../shared/vectors", import.meta.url));
export const haveVectors = existsSync(VECTORS);
export const vectorBytes = (path: string): Uint8Array => new Uint8Array(readFileSync(`${VECTORS}/${path}`));
export const vectorJson = <T>(path: string): T => JSON.parse(readFileSync(`${VECTORS}/${path}`, "utf8")) as T;
