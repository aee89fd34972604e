import { PREDEPLOYS } from "@pangaea/config";
import { WorldState } from "@pangaea/evm";
import { bytesToHex, encodeTransaction, type Hex, hexToBytes, type PayloadAttributes } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { BlockBuilder, executeStateless, genesisBlock } from "../src/index.ts";
import { account, ALICE, attributesAfter, BOB, configOf, deposit, ETHER, forksTo, genesisOf, keyOf, transfer, word } from "./fixture.ts";
import { EXECUTION_FORKS, extendFork, extraDataOfFork, forFork, openFork } from "./support/fork-chain.ts";

/** Stores 1 at slot 5, clears slot 6. */
const WRITER = "0x60016005556000600655";
/** Many accounts and slots, so that the tries branch and most of their nodes are not needed. */
const alloc = {
  [ALICE.address]: account({ balance: 1_000n * ETHER }),
  [BOB]: account({ code: hexToBytes(WRITER), storage: Object.fromEntries(Array.from({ length: 40 }, (_, i) => [word(BigInt(i)), word(BigInt(i + 1))])) }),
  [PREDEPLOYS.l2ToL1MessagePasser]: account({ nonce: 1, code: hexToBytes(WRITER), storage: { [word(6n)]: word(1n) } }),
  ...Object.fromEntries(Array.from({ length: 40 }, (_, i) => [keyOf(`account ${i}`).address, account({ balance: 1n })])),
};
const transactions = [
  encodeTransaction(deposit({ mint: ETHER, value: 1n, to: keyOf("account 3").address })), encodeTransaction(deposit({ value: 2_000n * ETHER })),
  transfer(2, { gas: 100_000 }), transfer(3, { to: PREDEPLOYS.l2ToL1MessagePasser, gas: 100_000, value: 0n }), transfer(4, { to: keyOf("nobody").address }),
];

describe.each(EXECUTION_FORKS)("in %s", (fork) => {
  const config = configOf(forksTo(fork));
  const genesis = genesisBlock(genesisOf({ alloc, extraData: extraDataOfFork(fork) }), config.forks);
  const nodes = new Map<Hex, Uint8Array>(genesis.nodes.map(([hash, node]) => [bytesToHex(hash), node]));
  const given = Object.fromEntries(Object.entries({ ...attributesAfter(genesis.header.timestamp), ...forFork(fork, { transactions }) }).filter(([, value]) => value !== undefined)) as unknown as PayloadAttributes;
  const { noTxPool: _, ...attributes } = given;

  /** What a block reads of the state, as its witness. */
  function witnessed() {
    const preimages = new Map<Hex, Uint8Array>();
    const recorder = {
      get: (hash: Uint8Array) => {
        const node = nodes.get(bytesToHex(hash));
        if (node !== undefined) preimages.set(bytesToHex(hash), node);
        return node;
      },
    };
    const builder = new BlockBuilder(new WorldState(recorder, hexToBytes(genesis.header.stateRoot)), { config, parent: genesis.header, parentHash: genesis.hash, attributes, blockHash: () => undefined });
    for (const transaction of transactions) builder.add(transaction);
    return { block: builder.seal(), witness: { config, parent: genesis.header, attributes, preimages } };
  }

  it("a block runs from exactly what it reads, to the hash that the chain with all its state gives it", async () => {
    const { block, witness } = witnessed();
    expect(witness.preimages.size).toBeLessThan(nodes.size);
    expect(executeStateless(witness).hash).toBe(block.hash);
    expect((await extendFork(fork, openFork(fork, { alloc }), { transactions })).payload.blockHash).toBe(block.hash);
  });

  it("without any one of its preimages a block is refused, and the preimage named", () => {
    const { witness } = witnessed();
    for (const lacking of witness.preimages.keys()) {
      const run = () => executeStateless({ ...witness, preimages: new Map([...witness.preimages].filter(([hash]) => hash !== lacking)) });
      expect(run).toThrow(`lacks the preimage ${lacking}`);
    }
  });
});
