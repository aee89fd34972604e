import {
  BEACON_ROOTS_ADDRESS, CREATE2_DEPLOYER_ADDRESS, DETERMINISTIC_DEPLOYER_ADDRESS, type ForkSchedule, genesisToJson, HISTORY_STORAGE_ADDRESS, INTEROP_PREDEPLOYS, l2ChainConfigToJson, MULTICALL3_ADDRESS, parseGenesis, PREDEPLOYS,
} from "@pangaea/config";
import { create2Address } from "@pangaea/evm";
import { bytesToHex, concatBytes, type Hex, hexToBytes, keccak256Hex } from "@pangaea/primitives";
import { describe, expect, test } from "vitest";
import { buildL2Genesis, DEVNET_FAUCET_TOKEN_ADDRESS, DevnetFaucetToken, ETH_LIQUIDITY_BALANCE } from "../src/index.ts";
import { ALICE, ETHER, genesisInput, TestChain } from "./support/chain.ts";

const ADMIN_SLOT: Hex = "0xb53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103";
const IMPLEMENTATION_SLOT: Hex = "0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc";
const word = (hex: string): Hex => `0x${hex.replace(/^0x/, "").padStart(64, "0")}`;
const genesis = buildL2Genesis(genesisInput());
const at = (forks: ForkSchedule) => buildL2Genesis(genesisInput({ forks }));
const HOLOCENE = { regolith: 0, canyon: 0, delta: 0, ecotone: 0, fjord: 0, granite: 0, holocene: 0 } as const;

describe("L2 genesis", () => {
  test("is the same each time", () => {
    expect(JSON.stringify(genesisToJson(buildL2Genesis(genesisInput()))) === JSON.stringify(genesisToJson(genesis))).toBe(true);
  });

  test("reads back from its JSON", () => {
    const config = l2ChainConfigToJson(genesisInput());
    const text = JSON.stringify(genesisToJson(genesis, config));
    expect(JSON.stringify(genesisToJson(parseGenesis(JSON.parse(text)), config)) === text).toBe(true);
  });

  test("funds accounts, and gives a wei to each of the first 256 addresses", () => {
    expect(genesis.alloc[ALICE]?.balance).toBe(10n * ETHER);
    for (let i = 0; i < 256; i++) expect(genesis.alloc[`0x${i.toString(16).padStart(40, "0")}`]?.balance).toBe(1n);
  });

  test("has a proxy of ProxyAdmin at every address of the predeploys' namespace but WETH's", () => {
    const proxy = genesis.alloc[PREDEPLOYS.l1Block]?.code;
    for (let i = 0; i < 2_048; i++) {
      const address: Hex = `0x4200000000000000000000000000000000${i.toString(16).padStart(6, "0")}`;
      if (address === PREDEPLOYS.weth) continue;
      const account = genesis.alloc[address];
      expect(account?.nonce).toBe(0);
      expect(account?.code).toBe(proxy);
      expect(account?.storage[ADMIN_SLOT]).toBe(word(PREDEPLOYS.proxyAdmin));
    }
    expect(genesis.alloc[PREDEPLOYS.weth]?.storage).toEqual({});
    expect(genesis.alloc[PREDEPLOYS.weth]?.code).not.toBe(proxy);
  });

  test("puts each supported predeploy's implementation into the code namespace", () => {
    for (const [name, address] of Object.entries(PREDEPLOYS)) {
      if (name === "weth") continue;
      const implementation: Hex = `0xc0d3c0d3c0d3c0d3c0d3c0d3c0d3c0d3c0d3${address.slice(-4)}`;
      expect([name, genesis.alloc[address]?.storage[IMPLEMENTATION_SLOT]]).toEqual([name, word(implementation)]);
      expect(genesis.alloc[implementation]?.code.length, name).toBeGreaterThan(100);
    }
    const unsupported: Hex = "0x4200000000000000000000000000000000000007";
    expect(genesis.alloc[unsupported]?.storage[IMPLEMENTATION_SLOT]).toBeUndefined();
  });

  test("has the contracts of EIP-4788 and EIP-2935 with the code that the EIPs publish", () => {
    const hash = (address: Hex) => keccak256Hex(genesis.alloc[address]?.code ?? new Uint8Array(0));
    expect(hash(BEACON_ROOTS_ADDRESS)).toBe("0xf57acd40259872606d76197ef052f3d35588dadf919ee1f0e3cb9b62d3f4b02c");
    expect(hash(HISTORY_STORAGE_ADDRESS)).toBe("0x6e49e66782037c0555897870e29fa5e552daf4719552131a0abce779daec0a5d");
    expect([BEACON_ROOTS_ADDRESS, HISTORY_STORAGE_ADDRESS].map((address) => genesis.alloc[address]?.nonce)).toEqual([1, 1]);
  });

  test("has the tools that clients expect", () => {
    for (const address of [MULTICALL3_ADDRESS, CREATE2_DEPLOYER_ADDRESS, DETERMINISTIC_DEPLOYER_ADDRESS]) expect(genesis.alloc[address]?.code.length).toBeGreaterThan(50);
    expect(genesis.alloc[DETERMINISTIC_DEPLOYER_ADDRESS]?.code.length).toBe(69);
  });

  test("has what later forks bring only when they are active at genesis", () => {
    const early = at({ regolith: 0 });
    expect(early.alloc[BEACON_ROOTS_ADDRESS]).toBeUndefined();
    expect(early.alloc[HISTORY_STORAGE_ADDRESS]).toBeUndefined();
    expect(early.alloc[PREDEPLOYS.operatorFeeVault]?.storage[IMPLEMENTATION_SLOT]).toBeUndefined();
    const later = at({ ...HOLOCENE, isthmus: genesis.timestamp + 1 });
    expect(later.alloc[BEACON_ROOTS_ADDRESS]).toBeDefined();
    expect(later.alloc[HISTORY_STORAGE_ADDRESS]).toBeUndefined();
  });

  test.each([
    ["Lagoon has no time", {}, false],
    ["Lagoon is active", { forks: { ...HOLOCENE, isthmus: 0, jovian: 0, karst: 0, lagoon: 0 } }, true],
    ["Lagoon activates later", { forks: { ...HOLOCENE, isthmus: 0, jovian: 0, karst: 0, lagoon: genesis.timestamp + 100 } }, true],
    ["they are asked for", { interop: true }, true],
    ["Lagoon is active and they are declined", { forks: { ...HOLOCENE, isthmus: 0, jovian: 0, karst: 0, lagoon: 0 }, interop: false }, false],
  ] as const)("when %s, the interop predeploys: %j", (_, change, present) => {
    const { alloc } = buildL2Genesis(genesisInput(change));
    for (const [name, address] of Object.entries(INTEROP_PREDEPLOYS)) {
      const implementation: Hex = `0xc0d3c0d3c0d3c0d3c0d3c0d3c0d3c0d3c0d3${address.slice(-4)}`;
      expect([name, alloc[address]?.code]).toEqual([name, alloc[PREDEPLOYS.l1Block]?.code]);
      expect([name, alloc[address]?.storage[IMPLEMENTATION_SLOT]]).toEqual([name, present ? word(implementation) : undefined]);
      expect([name, (alloc[implementation]?.code.length ?? 0) > 100]).toEqual([name, present]);
      expect([name, alloc[address]?.balance]).toEqual([name, present && name === "ethLiquidity" ? ETH_LIQUIDITY_BALANCE : 0n]);
    }
  });

  test("has the faucet token only when asked, just as the deterministic deployer would make it", () => {
    expect(genesis.alloc[DEVNET_FAUCET_TOKEN_ADDRESS]).toBeUndefined();
    const initcode = hexToBytes(DevnetFaucetToken.bytecode);
    const address = create2Address(DETERMINISTIC_DEPLOYER_ADDRESS, 0n, initcode);
    expect(DEVNET_FAUCET_TOKEN_ADDRESS).toBe(address);
    const chain = TestChain.fromGenesis(genesis);
    expect(chain.call({ to: DETERMINISTIC_DEPLOYER_ADDRESS, data: concatBytes(new Uint8Array(32), initcode) }).success).toBe(true);
    const given = buildL2Genesis(genesisInput({ faucetToken: true })).alloc[address];
    expect([bytesToHex(given?.code ?? new Uint8Array(0)), given?.nonce, given?.storage]).toEqual([bytesToHex(chain.state.code(address)), chain.state.nonce(address), {}]);
  });

  test.each([
    ["before Holocene", { regolith: 0 }, "0x"],
    ["in Holocene", HOLOCENE, "0x00000000fa00000006"],
    ["in Jovian", { ...HOLOCENE, isthmus: 0, jovian: 0 }, "0x01000000fa000000060000000000000000"],
  ] as const)("its extra data %s carries the fee market as the fork writes it", (_, forks, expected) => {
    expect(bytesToHex(at(forks).extraData)).toBe(expected);
  });

  test("its header has the sequencer's fee vault as coinbase and one gwei as base fee", () => {
    expect(genesis).toMatchObject({ chainId: 901, coinbase: PREDEPLOYS.sequencerFeeVault, baseFeePerGas: 10n ** 9n, gasLimit: 60_000_000, timestamp: 1_700_000_000 });
  });
});
