import { type Devnet, rpc, type Status } from "./devnet.ts";
import { Program, until } from "./program.ts";

/** A supernode of its own beside a devnet, which follows the devnet's L1 and sequences nothing. */
export class Secondary {
  readonly url: string;
  readonly program: Program;
  readonly #devnet: Devnet;

  private constructor(devnet: Devnet, program: Program, url: string) {
    this.#devnet = devnet;
    this.program = program;
    this.url = url;
  }

  /** The command's arguments, as an operator would give them. */
  static argv(devnet: Devnet, flags: readonly string[] = []): readonly string[] {
    const { l1, chains, dependencySet } = devnet.ready;
    const perChain = chains.flatMap(({ chainId, rollupConfig, genesis }) => [`--vn.${chainId}.rollup.config=${rollupConfig}`, `--vn.${chainId}.l2.genesis=${genesis}`, `--vn.${chainId}.l2.rpc.port=0`]);
    return ["supernode", `--chains=${chains.map(({ chainId }) => chainId).join(",")}`, `--l1=${l1.url}`, `--l1.beacon=${l1.beacon}`, "--rpc.port=0", "--l1.http-poll-interval=200", ...(dependencySet === undefined ? [] : [`--interop.dependency-set=${dependencySet}`]), ...perChain, ...flags];
  }

  static async start(devnet: Devnet, flags: readonly string[] = []): Promise<Secondary> {
    const program = new Program(Secondary.argv(devnet, flags));
    const { url } = JSON.parse(await program.line((line) => line.startsWith("{"))) as { url: string };
    return new Secondary(devnet, program, url);
  }

  status(index: number): Promise<Status> {
    return rpc<Status>(`${this.url}/${this.#devnet.chain(index).chainId}/`, "optimism_syncStatus");
  }

  /** The hash of a block as this supernode's chain has it. */
  async blockHash(index: number, number: number): Promise<string> {
    const output = await rpc<{ blockRef: { hash: string } }>(`${this.url}/${this.#devnet.chain(index).chainId}/`, "optimism_outputAtBlock", [`0x${number.toString(16)}`]);
    return output.blockRef.hash;
  }

  untilSafe(index: number, number: number, seconds = 150): Promise<Status> {
    return until(`the second supernode's chain ${this.#devnet.chain(index).chainId}: safe reaches ${number}`, async () => {
      const status = await this.status(index);
      return status.safe_l2.number >= number && status;
    }, seconds, () => this.program.stderr);
  }

  stop(signal: NodeJS.Signals = "SIGINT"): Promise<unknown> {
    return this.program.stop(signal);
  }
}
