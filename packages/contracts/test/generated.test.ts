import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { compileContracts, GENERATED } from "../scripts/solidity.ts";

describe("generated contracts", () => {
  test("are what the committed sources compile to; if not, run: npm run contracts", () => {
    const compiled = compileContracts();
    expect(readdirSync(GENERATED).sort()).toEqual([...compiled.keys()].sort());
    for (const [name, text] of compiled) expect(readFileSync(join(GENERATED, name), "utf8") === text, name).toBe(true);
  });
});
