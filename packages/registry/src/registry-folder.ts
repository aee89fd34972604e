import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checkRollupConfig } from "@pangaea/config";
import { errorMessage, InvalidInputError, NotFoundError } from "@pangaea/primitives";
import { parseRegistryChain, parseRegistryNetwork, type RegistryChain } from "./chain-toml.ts";
import { parseRegistryGenesis, type RegistryGenesis } from "./registry-genesis.ts";
import { decompressZstd } from "./zstd.ts";

const NETWORK_FILE = "superchain.toml";
const FETCH = "give the folder of a copy of github.com/ethereum-optimism/superchain-registry";

/** A copy of the superchain-registry on disk: which chains it has, their configurations and genesis. Reads files as they are asked for. */
export class RegistryFolder {
  readonly #folder: string;

  /** Throws `NotFoundError` when the folder is not a registry. */
  constructor(folder: string) {
    this.#folder = existsSync(join(folder, "configs")) ? folder : join(folder, "superchain");
    if (!existsSync(join(this.#folder, "configs"))) throw new NotFoundError(`${folder} has no superchain/configs: ${FETCH}`);
  }

  /** Every chain as `<network>/<name>`, in order. */
  ids(): readonly string[] {
    const configs = join(this.#folder, "configs");
    const networks = readdirSync(configs).filter((network) => existsSync(join(configs, network, NETWORK_FILE)));
    return networks.flatMap((network) => readdirSync(join(configs, network)).filter((file) => file.endsWith(".toml") && file !== NETWORK_FILE).map((file) => `${network}/${file.slice(0, -".toml".length)}`)).sort();
  }

  /**
   * The chain of a name: `sepolia/op`, `op-sepolia`, or `op` where one network only has it. Throws `NotFoundError` with the names there
   * are, `InvalidInputError` for a name of several chains or a malformed file.
   */
  chain(name: string): RegistryChain {
    const [network, chain] = this.#idOf(name).split("/") as [string, string];
    const path = join(this.#folder, "configs", network, `${chain}.toml`);
    const networkPath = join(this.#folder, "configs", network, NETWORK_FILE);
    const found = parseRegistryChain(this.#text(path), { network, name: chain, where: path }, parseRegistryNetwork(this.#text(networkPath), networkPath));
    checkRollupConfig(found.config, path);
    return found;
  }

  /** A chain's genesis. Throws `NotFoundError` when the registry has none of it, `InvalidInputError` naming the file and what is wrong in it. */
  async genesis(chain: RegistryChain): Promise<RegistryGenesis> {
    const path = join(this.#folder, "extra", "genesis", chain.network, `${chain.name}.json.zst`);
    const dictionary = this.#bytes(join(this.#folder, "extra", "dictionary"));
    let json: Uint8Array;
    try {
      json = await decompressZstd(this.#bytes(path), dictionary);
    } catch (error) {
      throw error instanceof InvalidInputError ? new InvalidInputError(`${path}: ${error.message}`) : error;
    }
    return parseRegistryGenesis(new TextDecoder().decode(json), chain.config.l2ChainId, path);
  }

  #idOf(name: string): string {
    const ids = this.ids();
    const matches = ids.filter((id) => {
      const [network, chain] = id.split("/");
      return [id, `${chain}-${network}`, chain].includes(name);
    });
    const exact = matches.find((id) => id === name || id.split("/").reverse().join("-") === name);
    if (exact !== undefined) return exact;
    if (matches.length > 1) throw new InvalidInputError(`"${name}" is the name of ${matches.length} chains: say which, ${matches.join(" or ")}`);
    if (matches[0] === undefined) throw new NotFoundError(`the registry in ${this.#folder} has no chain "${name}"; it has ${ids.join(", ")}`);
    return matches[0];
  }

  #bytes(path: string): Uint8Array {
    try {
      return readFileSync(path);
    } catch (error) {
      throw new NotFoundError(`${path} cannot be read (${errorMessage(error)}): ${FETCH}`);
    }
  }

  #text(path: string): string {
    return new TextDecoder().decode(this.#bytes(path));
  }
}
