import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The folder of conformance data: beside the project, or where PANGAEA_VECTORS points. */
const VECTORS = process.env.PANGAEA_VECTORS ?? fileURLToPath(new URL("../../../../../shared/vectors", import.meta.url));
export const haveVectors = existsSync(VECTORS);
/** A file of the vectors; `absent` stands for it when the folder is not there, so that the tests can be named and skipped. */
export const vectorJson = <T>(path: string, absent: T): T => (haveVectors ? (JSON.parse(readFileSync(`${VECTORS}/${path}`, "utf8")) as T) : absent);
