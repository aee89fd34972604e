import { readdirSync, readFileSync } from "node:fs";
import { orderedTrieRoot } from "@pangaea/primitives";
import { z } from "zod";
import { describe, expect, it } from "vitest";
import { parseL1Block, parseL1Transaction } from "../src/index.ts";
import { vectorPath, vectorsAreThere } from "./support/vectors.ts";

const FOLDER = "l1-rpc-blocks";
const metadataSchema = z.object({ name: z.string(), fail: z.boolean().default(false) });
const read = (name: string): unknown => JSON.parse(readFileSync(vectorPath(`${FOLDER}/${name}`), "utf8"));
const cases = vectorsAreThere ? readdirSync(vectorPath(FOLDER)).filter((name) => name.endsWith("_metadata.json")).map((name) => metadataSchema.parse(read(name))) : [];

/** The block and the root of its transactions. Throws as the parser does. */
function check(json: unknown) {
  const block = parseL1Block(json);
  return { header: block.header, root: orderedTrieRoot(block.transactions.map(parseL1Transaction)) };
}

describe.skipIf(!vectorsAreThere)("L1 blocks as the RPC gives them", () => {
  it.each(cases)("$name: refused is $fail", ({ name, fail }) => {
    const json = read(`${name}_data.json`);
    if (fail) expect(() => check(json)).toThrow(/the endpoint is faulty|malformed/);
    else {
      const { header, root } = check(json);
      expect(root).toBe(header.transactionsRoot);
    }
  });
});
