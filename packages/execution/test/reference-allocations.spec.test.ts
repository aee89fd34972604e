import { parseGenesis, PREDEPLOYS } from "@pangaea/config";
import { type Hex, ZERO_ADDRESS, ZERO_HASH } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { genesisBlock } from "../src/index.ts";
import { haveVectors, vectorJson } from "./vectors.ts";

const CHAINS = [1, 11_155_111];
/** Storage of a proxy. Source: EIP-1967. */
const IMPLEMENTATION_SLOT: Hex = "0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc";
const ADMIN_SLOT: Hex = "0xb53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103";
const PROXIED = Object.entries(PREDEPLOYS).filter(([name]) => name !== "weth" && name !== "operatorFeeVault");
const word = (address: string): Hex => `0x${address.slice(2).padStart(64, "0")}`;

describe.skipIf(!haveVectors)("the reference's L2 allocation (op-contracts 1.6.0)", () => {
  const allocation = (chain: number) => parseGenesis({ config: { chainId: 1 }, timestamp: 0, gasLimit: 0, baseFeePerGas: 0, extraData: "0x", coinbase: ZERO_ADDRESS, mixHash: ZERO_HASH, alloc: vectorJson(`monorepo-2026-06/op-deployer-l2-allocs/allocs-l2-v160-${chain}.json.gz`) });
  const cases = CHAINS.flatMap((chain) => PROXIED.map(([name, address]) => ({ chain, name, address })));

  it.each(cases)("over L1 $chain, $name is a proxy of ProxyAdmin with its code in the code namespace", ({ chain, address }) => {
    const { alloc } = allocation(chain);
    const implementation = `0xc0d3c0d3c0d3c0d3c0d3c0d3c0d3c0d3c0d3${address.slice(-4)}` as const;
    expect(alloc[address]?.storage).toMatchObject({ [IMPLEMENTATION_SLOT]: word(implementation), [ADMIN_SLOT]: word(PREDEPLOYS.proxyAdmin) });
    expect(alloc[implementation]?.code.length).toBeGreaterThan(0);
  });

  it.each(CHAINS)("over L1 %d gives a genesis block with every account in its state", (chain) => {
    const genesis = allocation(chain);
    const { header, nodes } = genesisBlock(genesis, { regolith: 0 });
    expect(nodes.length).toBeGreaterThan(Object.keys(genesis.alloc).length);
    expect(header.stateRoot).toMatch(/^0x[0-9a-f]{64}$/);
  });
});
