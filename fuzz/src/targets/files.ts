import { parseSettingsFile } from "@pangaea/cli";
import { checkRollupConfig, parseDependencySet, parseGenesis, parseRollupConfig, rollupConfigToJson } from "@pangaea/config";
import { readUpgradeBundle } from "@pangaea/derivation";
import { genesisBlock, parseWitness } from "@pangaea/execution";
import { bytesToHex, keccak256Hex } from "@pangaea/primitives";
import { decompressZstd, parseRegistryChain, parseRegistryGenesis, parseRegistryNetwork } from "@pangaea/registry";
import { attributesToJson } from "@pangaea/rpc";
import { attributesAfter, genesisOf, transfer } from "../../../packages/execution/test/fixture.ts";
import { bytesTarget, jsonTarget, jsonTextTarget, textTarget } from "../target.ts";
import { ADDRESS, CONFIG, HASH, headerJson } from "./samples.ts";

const ROLLUP = rollupConfigToJson(CONFIG);
const GENESIS = {
  config: { chainId: 901 }, nonce: "0x0", timestamp: "0x65", extraData: "0x0102", gasLimit: "0x3938700", difficulty: "0x0", mixHash: HASH, coinbase: ADDRESS, number: "0x0", gasUsed: "0x0", parentHash: HASH, baseFeePerGas: "0x3b9aca00",
  alloc: { [ADDRESS.slice(2)]: { balance: "1000", nonce: "0x2", code: "0x6001", storage: { [HASH]: HASH } } },
};
const { config: _, parentHash: __, ...REGISTRY_GENESIS } = GENESIS;
const CHAIN_TOML = `name = "A chain"
chain_id = 901
batch_inbox_addr = "${ADDRESS}"
block_time = 2
seq_window_size = 3600
max_sequencer_drift = 600
[hardforks]
  canyon_time = 1 # a comment
  keep_karst_upgrade_gas = true
[interop]
  [interop.dependencies]
    [interop.dependencies.901]
[optimism]
  eip1559_elasticity = 6
  eip1559_denominator = 50
  eip1559_denominator_canyon = 250
[genesis]
  l2_time = 5
  [genesis.l1]
    hash = "${HASH}"
    number = 1
  [genesis.l2]
    hash = "${HASH}"
    number = 0
  [genesis.system_config]
    batcherAddress = "${ADDRESS}"
    overhead = "${HASH}"
    scalar = "${HASH}"
    gasLimit = 30000000
[addresses]
  OptimismPortalProxy = "${ADDRESS}"
  SystemConfigProxy = "${ADDRESS}"
`;
/** A block on the genesis of a chain, with all that it reads. */
const genesis = genesisBlock(genesisOf(), CONFIG.forks);
const attributes = attributesAfter(genesis.header.timestamp, { transactions: [transfer(0)] });
export const WITNESS = {
  rollup_config: ROLLUP, parent_header: headerJson(genesis.header), preimages: Object.fromEntries(genesis.nodes.map(([, node]) => [keccak256Hex(node), bytesToHex(node)])),
  executing_payload: { ...attributesToJson(attributes), withdrawals: [], minBaseFee: "0x0" },
};
const BUNDLE = { metadata: { version: "1.0.0" }, transactions: [{ intent: "deploy", from: ADDRESS, to: null, data: "0x01", gasLimit: 100 }] };
const SETTINGS = `# settings\n[supernode]\nchains = [901, 902]\n"l1" = "http://localhost"\n[supernode.interop]\nenabled = true\n`;
/** Frames of zstd: one stored block, one of a repeated byte, one that says a content of 1 GB. */
const ZSTD = ["28b52ffd2003190000616263", "28b52ffd200a53000061", "28b52ffda000ca9a3b0b000061"].map((hex) => new Uint8Array(Buffer.from(hex, "hex")));

export const FILE_TARGETS = [
  jsonTarget("rollup-json", [ROLLUP], (json) => checkRollupConfig(parseRollupConfig(json))),
  jsonTarget("genesis-json", [GENESIS], (json) => parseGenesis(json)),
  jsonTarget("dependency-set", [{ dependencies: { 901: {}, 902: { accepts: [901] } }, overrideMessageExpiryWindow: 60 }], (json) => parseDependencySet(json)),
  textTarget("registry-chain", [CHAIN_TOML], (text) => parseRegistryChain(text, { network: "net", name: "chain", where: "chain.toml" }, { l1ChainId: 1, protocolVersionsAddress: ADDRESS })),
  textTarget("registry-network", [`[l1]\n  chain_id = 1\n`, `protocol_versions_addr = "${ADDRESS}"\n[l1]\nchain_id = 1`], (text) => parseRegistryNetwork(text, "superchain.toml")),
  jsonTextTarget("registry-genesis", [REGISTRY_GENESIS, { ...REGISTRY_GENESIS, alloc: {}, stateHash: HASH }], (text) => parseRegistryGenesis(text, 901, "genesis.json")),
  bytesTarget("zstd", ZSTD, (input) => decompressZstd(input)),
  textTarget("settings", [SETTINGS], (text) => parseSettingsFile(text, "pangaea.toml")),
  jsonTarget("upgrade-bundle", [BUNDLE], (json) => readUpgradeBundle("Karst", json)),
  jsonTarget("witness", [WITNESS], (json) => parseWitness(json)),
];
