import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { fastLzLength, hexToBytes } from "../src/index.ts";

const vectors = process.env.PANGAEA_VECTORS ?? fileURLToPath(new URL("../../../../shared/vectors", import.meta.url));
const file = `${vectors}/inline-curated/fees.json`;

it.skipIf(!existsSync(file))("FastLZ lengths equal the published ones", () => {
  const { fastlz }: { fastlz: { name: string; input: string; expected_fastlz_len: number }[] } = JSON.parse(readFileSync(file, "utf8"));
  expect(fastlz.length).toBeGreaterThan(0);
  for (const { name, input, expected_fastlz_len } of fastlz) expect(fastLzLength(hexToBytes(input)), name).toBe(expected_fastlz_len);
});
