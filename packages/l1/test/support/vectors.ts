import { existsSync } from "node:fs";
import { join } from "node:path";

const root = process.env.PANGAEA_VECTORS ?? join(import.meta.dirname, "../../../../../shared/vectors");
export const vectorsAreThere = existsSync(root);
export const vectorPath = (name: string): string => join(root, name);
