import { describe, it } from "vitest";
import { haveVectors, vectorJson } from "./vectors.ts";

const expected = haveVectors ? Object.keys(vectorJson<{ readonly expected: Readonly<Record<string, string>> }>("inline-curated/receipts-root-forks.json").expected) : [];

describe("receipts roots of an OP Sepolia block by fork", () => {
  it.skip.each(expected)("%s (skipped: the data has the roots, and not the receipts that they are of)", () => {});
});
