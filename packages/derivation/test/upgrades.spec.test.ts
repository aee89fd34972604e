import { fullMesh } from "@pangaea/config";
import { bytesToHex, decodeTransaction, type DepositTransaction, type Hex, hexToBytes, keccak256, rlpEncode, TX_DEPOSIT } from "@pangaea/primitives";
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { encodeUpgradeTransaction, readUpgradeBundle, type Upgrade, UPGRADES } from "../src/index.ts";
import { haveVectors, vectorBytes, vectorJson, vectorText } from "./support/vectors.ts";

const FOLDER = "monorepo-2026-06";
const upgradeOf = (fork: string): Upgrade => UPGRADES.find((upgrade) => upgrade.fork === fork)!;
const encoded = (fork: string, chains: readonly number[] = []): readonly Uint8Array[] => upgradeOf(fork).transactions(chains.length === 0 ? undefined : fullMesh(chains)).map(encodeUpgradeTransaction);
const hexFile = (name: string): Hex => `0x${vectorText(`${FOLDER}/kona-hardfork-txs/${name}.hex`).trim().replace(/^0x/, "")}`;

function deposit(transaction: Uint8Array): DepositTransaction {
  const decoded = decodeTransaction(transaction);
  if (decoded.type !== TX_DEPOSIT) throw new Error(`type ${decoded.type}`);
  return decoded;
}

/** The address of a contract that an account creates with its first transaction. */
const firstCreation = (from: Hex): Hex => bytesToHex(keccak256(rlpEncode([hexToBytes(from), new Uint8Array(0)])).subarray(12));

describe.skipIf(!haveVectors)("the upgrade transactions", () => {
  it.each([["ecotone", 6], ["fjord", 3], ["isthmus", 8]] as const)("of %s are byte for byte those of the reference", (fork, count) => {
    expect(encoded(fork).map(bytesToHex)).toEqual(Array.from({ length: count }, (_, i) => hexFile(`${fork}_tx_${i}`)));
  });

  it("of Jovian deploy the reference's code by the reference's deposits", () => {
    const deposits = encoded("jovian").map(deposit);
    expect([deposits[0]!.data, deposits[2]!.data].map(bytesToHex)).toEqual([hexFile("jovian-l1-block-deployment"), hexFile("jovian-gas-price-oracle-deployment")]);
    expect(deposits.map(({ sourceHash }) => sourceHash.slice(2, 10))).toEqual(["bb1a656f", "f3275f82", "239b7021", "a70c60aa", "e836db6a"]);
    expect(deposits.map(({ from, to, gas, mint, value, isSystemTx }) => ({ from: from.slice(-4), to: to?.slice(-4), gas, mint, value, isSystemTx }))).toEqual([
      { from: "0006", to: undefined, gas: 447_315 }, { from: "0000", to: "0015", gas: 50_000 }, { from: "0007", to: undefined, gas: 1_750_714 }, { from: "0000", to: "000f", gas: 50_000 }, { from: "0001", to: "000f", gas: 90_000 },
    ].map((one) => ({ ...one, mint: 0n, value: 0n, isSystemTx: false })));
    expect(bytesToHex(deposits[4]!.data)).toBe("0xb3d72079");
  });

  const PREFIXES = { karst: "Karst", lagoon: "Interop" } as const;
  it.each(["karst", "lagoon"] as const)("of %s are those of the bundle that the reference has locked", (fork) => {
    const path = `${FOLDER}/op-core-nuts/${fork}_nut_bundle.json`;
    const locked = vectorText(`${FOLDER}/op-core-nuts/fork_lock.toml`).match(new RegExp(`\\[${fork}\\][^[]*hash = "sha256:([0-9a-f]+)"`))?.[1];
    expect(createHash("sha256").update(vectorBytes(path)).digest("hex")).toBe(locked);
    expect(upgradeOf(fork).transactions(undefined)).toEqual(readUpgradeBundle(PREFIXES[fork], vectorJson(path)).transactions);
  });

  it.each([
    ["ecotone", { 0: 2, 1: 3 }], ["fjord", { 0: 1 }], ["isthmus", { 0: 3, 1: 4, 2: 5 }], ["jovian", { 0: 1, 2: 3 }],
  ] as const)("of %s point each proxy to what was deployed before", (fork, updates) => {
    const deposits = encoded(fork).map(deposit);
    for (const [deployed, update] of Object.entries(updates)) {
      expect(bytesToHex(deposits[update]!.data)).toBe(`0x3659cfe6${"00".repeat(12)}${firstCreation(deposits[Number(deployed)]!.from).slice(2)}`);
    }
  });

  it.each([["ecotone", 5, "0x000f3df6d732807ef1319fb7b8bb8522d0beac02"], ["isthmus", 7, "0x0000f90827f1c53a10cb7a02335b175320002935"]] as const)("of %s deploy the system contract to its address", (fork, index, address) => {
    expect(firstCreation(deposit(encoded(fork)[index]!).from)).toBe(address);
  });
});

describe("Lagoon's upgrade", () => {
  it("switches interop on and funds it only where the dependency set has another chain", () => {
    const alone = encoded("lagoon").map(bytesToHex);
    expect(encoded("lagoon", [901]).map(bytesToHex)).toEqual(alone);
    const [before, ...rest] = encoded("lagoon", [901, 902]);
    expect(rest.slice(0, -1).map(bytesToHex)).toEqual(alone);
    expect(deposit(before!)).toMatchObject({ to: "0x4200000000000000000000000000000000000015", gas: 100_000, mint: 0n, value: 0n });
    expect(deposit(rest.at(-1)!)).toMatchObject({ to: "0x4200000000000000000000000000000000000025", gas: 50_000, mint: 2n ** 128n - 1n, value: 2n ** 128n - 1n });
  });

  it("reserves the same gas whatever the dependency set: all that may be spent", () => {
    const spent = encoded("lagoon", [901, 902]).map(deposit).reduce((sum, { gas }) => sum + gas, 0);
    expect(upgradeOf("lagoon").gas).toBe(spent);
    expect(spent).toBe(60_653_172);
  });
});
