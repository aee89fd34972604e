import { describe, expect, test } from "vitest";
import { genesisToJson, parseGenesis } from "../src/index.ts";

const ADDRESS = `0x${"Ab".repeat(20)}`;
const FILE = {
  config: { chainId: 901, londonBlock: 0, optimism: { eip1559Elasticity: 6 } },
  nonce: "0x0", timestamp: "0x65", extraData: "0x0102", gasLimit: "0x3938700", difficulty: "0x0", mixHash: `0x${"00".repeat(32)}`, coinbase: "0x4200000000000000000000000000000000000011",
  number: "0x0", gasUsed: "0x0", parentHash: `0x${"00".repeat(32)}`, baseFeePerGas: "0x3b9aca00",
  alloc: { [ADDRESS.slice(2)]: { balance: "1000", nonce: "0x2", code: "0x6001", storage: { [`0x${"00".repeat(31)}01`]: `0x${"0F".repeat(32)}` } } },
};

describe("genesis.json", () => {
  test("reads as op-geth writes it: addresses with or without 0x, numbers in decimal or hex", () => {
    expect(parseGenesis(FILE)).toEqual({
      chainId: 901, timestamp: 101, gasLimit: 60_000_000, baseFeePerGas: 1_000_000_000n, extraData: Uint8Array.of(1, 2), coinbase: FILE.coinbase, mixHash: FILE.mixHash,
      alloc: { [ADDRESS.toLowerCase()]: { balance: 1_000n, nonce: 2, code: Uint8Array.of(0x60, 1), storage: { [`0x${"00".repeat(31)}01`]: `0x${"0f".repeat(32)}` } } },
    });
  });

  test("reads what it writes", () => {
    const genesis = parseGenesis(FILE);
    expect(parseGenesis(JSON.parse(JSON.stringify(genesisToJson(genesis, FILE.config))))).toEqual(genesis);
  });

  test.each([
    ["a missing field", { ...FILE, gasLimit: undefined }, /genesis\.json: gasLimit/],
    ["no object", "genesis", /genesis\.json/],
    ["a chain id of zero", { ...FILE, config: { chainId: 0 } }, /config\.chainId/],
    ["an address of the wrong size", { ...FILE, alloc: { "0x12": { balance: "0x0" } } }, /alloc address is not 20 bytes/],
    ["a storage word of the wrong size", { ...FILE, alloc: { [ADDRESS]: { balance: "0x0", storage: { [`0x${"00".repeat(32)}`]: "0x01" } } } }, /storage.* is not 32 bytes/],
  ])("%s is refused with the field's name", (_, json, message) => {
    expect(() => parseGenesis(json)).toThrow(message);
  });
});
