import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { executeStateless, parseWitness } from "../src/index.ts";
import { haveVectors, VECTORS, vectorJson } from "./vectors.ts";

const folder = "monorepo-2026-06/kona-executor-blocks";
const names = haveVectors ? readdirSync(`${VECTORS}/${folder}`).filter((name) => name.endsWith(".json.gz")) : [];
const witnessOf = (name: string) => parseWitness(vectorJson(`${folder}/${name}`), name);

describe.skipIf(!haveVectors)("real OP Sepolia blocks, executed from their witness", () => {
  it.each(names)("%s has the hash that the chain has", (name) => {
    const witness = witnessOf(name);
    expect(executeStateless(witness).hash).toBe(witness.expectedBlockHash);
  });

  it.each(names)("%s without its state root's preimage is refused, with the hash and the place", (name) => {
    const witness = witnessOf(name);
    const { stateRoot, number } = witness.parent;
    const preimages = new Map([...witness.preimages].filter(([hash]) => hash !== stateRoot));
    expect(() => executeStateless({ ...witness, preimages })).toThrow(`L2 block ${number + 1}, before its transactions: the witness lacks the preimage ${stateRoot} (trie node`);
  });

  it.each(names)("%s without any one of 16 preimages gives its hash all the same, or is refused with the one that lacks", (name) => {
    const witness = witnessOf(name);
    const hashes = [...witness.preimages.keys()];
    for (let i = 0; i < 16; i++) {
      const lacking = hashes[Math.floor((i * hashes.length) / 16)]!;
      const preimages = new Map([...witness.preimages].filter(([hash]) => hash !== lacking));
      let outcome: string;
      try {
        outcome = executeStateless({ ...witness, preimages }).hash;
      } catch (error) {
        outcome = error instanceof Error ? error.message : "";
      }
      expect([witness.expectedBlockHash, expect.stringMatching(new RegExp(`^L2 block ${witness.parent.number + 1}, .*lacks the preimage ${lacking}`))]).toContainEqual(outcome);
    }
  });

  it.each(names)("%s with a preimage that is not what its key says is refused", (name) => {
    const witness = witnessOf(name);
    const preimages = new Map([...witness.preimages, [witness.parent.stateRoot, Uint8Array.of(1, 2, 3)]]);
    expect(() => executeStateless({ ...witness, preimages })).toThrow(/before its transactions: the witness has 3 bytes under 0x/);
  });
});
