import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The folder of conformance data: beside the project, or where PANGAEA_VECTORS points. */
const VECTORS = process.env.PANGAEA_VECTORS ?? fileURLToPath(new URL("../../../../../shared/vectors", import.meta.url));
export const vectorsAreThere = existsSync(VECTORS);
export const vectorPath = (path: string): string => `${VECTORS}/${path}`;
export const vectorJson = <T>(path: string): T => JSON.parse(readFileSync(vectorPath(path), "utf8")) as T;
