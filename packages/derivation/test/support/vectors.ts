import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The folder of conformance data: beside the project, or where PANGAEA_VECTORS points. */
const VECTORS = process.env.PANGAEA_VECTORS ?? fileURLToPath(new URL("../../../../../shared/vectors", import.meta.url));
export const haveVectors = existsSync(VECTORS);
export const vectorText = (path: string): string => readFileSync(`${VECTORS}/${path}`, "utf8");
export const vectorBytes = (path: string): Uint8Array => new Uint8Array(readFileSync(`${VECTORS}/${path}`));
export const vectorJson = (path: string): unknown => JSON.parse(vectorText(path));
