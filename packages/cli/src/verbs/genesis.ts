import { type OptionTable, text } from "@pangaea/config";
import { genesisBlock } from "@pangaea/execution";
import { errorMessage, type Hex, InvalidBlockError } from "@pangaea/primitives";
import { type RegistryChain, RegistryFolder } from "@pangaea/registry";
import { flagLines, readGiven, splitOperands, UsageError, valuesOf } from "../command-line.ts";

const GENESIS_OPTIONS = { registry: text("a copy of the superchain-registry", "DIR") } as const satisfies OptionTable;
const USAGE = "pangaea genesis verify --registry DIR [NAME…]";

/** What the check of one chain's genesis gave. */
interface Verified {
  readonly chain: string;
  readonly chainId?: number;
  readonly ok: boolean;
  readonly stateRoot?: Hex;
  readonly blockHash?: Hex;
  readonly expectedBlockHash?: Hex;
  /** What was checked, where it is not the block's hash; or what is wrong. */
  readonly note?: string;
}

export const genesisHelp = (summary: string): string => `pangaea genesis: ${summary}\n\n${flagLines(GENESIS_OPTIONS).join("\n")}\n\n${USAGE}: makes state root and block hash anew from the allocation, of each chain named (sepolia/op, op-sepolia, zora) or of all.`;

/** Makes one chain's genesis anew; what is wrong is in `note`. */
export async function verifyGenesis(folder: RegistryFolder, id: string): Promise<Verified> {
  let chain: RegistryChain;
  try {
    chain = folder.chain(id);
    const { l2ChainId: chainId, forks, genesis: { l2, l2Time } } = chain.config;
    const file = await folder.genesis(chain);
    if (file.kind === "state-root") return { chain: chain.id, chainId, ok: true, stateRoot: file.stateRoot, note: `the registry has the state root of block 0 only; the chain continues from block ${l2.number}, whose state has no allocation to make it from` };
    const { hash, header } = genesisBlock(file.genesis, forks);
    const found = { chain: chain.id, chainId, stateRoot: header.stateRoot, blockHash: hash, expectedBlockHash: l2.hash };
    if (header.timestamp !== l2Time) return { ...found, ok: false, note: `the genesis is of time ${header.timestamp}, the configuration says ${l2Time}` };
    return hash === l2.hash ? { ...found, ok: true } : { ...found, ok: false, note: `the allocation gives the block ${hash}, the configuration says ${l2.hash}` };
  } catch (error) {
    return { chain: id, ok: false, note: errorMessage(error) };
  }
}

/**
 * `pangaea genesis verify --registry DIR [NAME…]`: makes state root and block hash of chains' genesis anew and holds them against the registry.
 * Prints one JSON object. Throws `InvalidBlockError` when any of them is not as it should be.
 */
export async function genesis(argv: readonly string[]): Promise<void> {
  const [action, ...rest] = argv;
  if (action !== "verify") throw new UsageError(`pangaea genesis wants verify${action === undefined ? "" : `, not "${action}"`}: ${USAGE}`);
  const { operands, flags } = splitOperands(rest, GENESIS_OPTIONS);
  const { registry } = valuesOf("genesis", GENESIS_OPTIONS, readGiven({ verb: "genesis", argv: flags, environment: process.env, file: undefined }, GENESIS_OPTIONS));
  if (registry === undefined) throw new UsageError(`pangaea genesis verify wants --registry: ${USAGE}`);
  const folder = new RegistryFolder(registry);
  const chains: Verified[] = [];
  for (const id of operands.length === 0 ? folder.ids() : operands) chains.push(await verifyGenesis(folder, id));
  console.log(JSON.stringify({ ok: chains.every(({ ok }) => ok), chains }, null, 2));
  const wrong = chains.filter(({ ok }) => !ok);
  if (wrong.length > 0) throw new InvalidBlockError(wrong.map(({ chain, note }) => `${chain}: ${note}`).join("; "));
}
