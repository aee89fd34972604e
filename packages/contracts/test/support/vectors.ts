import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The folder of conformance data: beside the project, or where PANGAEA_VECTORS points. */
const VECTORS = process.env.PANGAEA_VECTORS ?? fileURLToPath(new URL("../../../../../shared/vectors", import.meta.url));
export const haveVectors = existsSync(VECTORS);
export const vectorJson = (path: string): unknown => JSON.parse(readFileSync(`${VECTORS}/${path}`, "utf8"));
