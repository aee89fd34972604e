import { encodeHeader, type Hex, hexToBytes, InvalidBlockError, InvalidInputError, keccak256Hex, NotFoundError } from "@pangaea/primitives";
import { beforeAll, describe, expect, it } from "vitest";
import { type BlockWitness, executeStateless, genesisBlock, parseWitness } from "../src/index.ts";
import { account, attributesAfter, BOB, configOf, extend, genesisOf, openChain, transfer } from "./fixture.ts";

/** The hash of the first block after genesis goes to slot 0 of whoever is called. */
const ALLOC = { [BOB]: account({ code: hexToBytes("0x6001405f5500") }) };
const config = configOf();
const CALL = { gas: 100_000 };

describe("stateless execution", () => {
  const fixture = openChain({ alloc: ALLOC });
  const preimages = new Map<Hex, Uint8Array>();
  const witnesses: BlockWitness[] = [];
  const hashes: Hex[] = [];

  beforeAll(async () => {
    let block = genesisBlock(genesisOf({ alloc: ALLOC }), config.forks);
    for (let i = 0; i < 4; i++) {
      for (const [, node] of block.nodes) preimages.set(keccak256Hex(node), node);
      preimages.set(block.hash, encodeHeader(block.header));
      const attributes = attributesAfter(block.header.timestamp, { transactions: [transfer(i, CALL)] });
      witnesses.push({ config, parent: block.header, attributes, preimages: new Map(preimages) });
      block = executeStateless(witnesses.at(-1)!);
      hashes.push((await extend(fixture, { transactions: [transfer(i, CALL)] })).payload.blockHash);
      expect(block.hash).toBe(hashes.at(-1));
    }
  });

  it("gives the blocks that a chain with its state builds, BLOCKHASH of an earlier one included", () => {
    expect(witnesses.map((witness) => executeStateless(witness).hash)).toEqual(hashes);
  });

  it("names the header that BLOCKHASH lacks, and the transaction that asked", () => {
    const witness = witnesses[3]!;
    const { parent } = witness;
    const lacking = new Map([...witness.preimages].filter(([hash]) => hash !== parent.parentHash));
    const run = () => executeStateless({ ...witness, preimages: lacking });
    expect(run).toThrow(NotFoundError);
    expect(run).toThrow(new RegExp(`^L2 block 4, transaction 0 \\(0x[0-9a-f]{64}\\): the witness lacks the preimage ${parent.parentHash}, the header of block 2, which BLOCKHASH of block 1 needs`));
  });

  it("names the code that lacks, whose it is and the transaction that called it", () => {
    const witness = witnesses[0]!;
    const code = keccak256Hex(ALLOC[BOB]!.code);
    const run = () => executeStateless({ ...witness, preimages: new Map([...witness.preimages].filter(([hash]) => hash !== code)) });
    expect(run).toThrow(new RegExp(`^L2 block 1, transaction 0 .*lacks the preimage ${code} \\(code ${code} of ${BOB}\\)`));
  });

  it("refuses a preimage that is not what its key says", () => {
    const witness = witnesses[0]!;
    const code = keccak256Hex(ALLOC[BOB]!.code);
    const run = () => executeStateless({ ...witness, preimages: new Map([...witness.preimages, [code, Uint8Array.of(0)]]) });
    expect(run).toThrow(InvalidInputError);
    expect(run).toThrow(`the witness has 1 bytes under ${code} whose keccak is`);
  });

  it("refuses a header that is not what its key says", () => {
    const witness = witnesses[3]!;
    expect(() => executeStateless({ ...witness, preimages: new Map([...witness.preimages, [witness.parent.parentHash, encodeHeader(witness.parent)]]) })).toThrow(/bytes under 0x[0-9a-f]{64} that do not hash to it/);
  });

  it("names the transaction that may not stand in the block", () => {
    const witness = witnesses[0]!;
    const run = () => executeStateless({ ...witness, attributes: { ...witness.attributes, transactions: [transfer(0, CALL), transfer(7, CALL)] } });
    expect(run).toThrow(InvalidBlockError);
    expect(run).toThrow(/^L2 block 1, transaction 1 \(0x/);
  });

  it.each([
    ["without a parent's header", { parent_header: undefined }, "parent_header"], ["with a timestamp that is no quantity", { executing_payload: { timestamp: 5 } }, "executing_payload.timestamp"], ["with preimages that are no hex", { preimages: { "0x00": "zz" } }, "preimages.0x00"],
  ])("a witness file %s is refused, naming the field", (_, wrong, field) => {
    expect(() => parseWitness({ rollup_config: {}, preimages: {}, ...wrong }, "witness.json")).toThrow(new RegExp(`malformed witness\\.json: .*${field.replace(".", "\\.")}`));
  });
});
