import { errorMessage, type Logger } from "@pangaea/primitives";
import type { BlockHead, RelayChain } from "./relay-chain.ts";

/** The head of a chain as it was last seen, and whether the chain answers. */
export class ChainWatch {
  readonly chain: RelayChain;
  readonly #log: Logger;
  #head: BlockHead | undefined;
  #reorgs = 0;
  #problem: string | undefined;

  constructor(chain: RelayChain, log: Logger) {
    this.chain = chain;
    this.#log = log;
  }

  get head(): BlockHead | undefined {
    return this.#head;
  }

  /** Times that a head was seen under which an earlier one does not lie. */
  get reorgs(): number {
    return this.#reorgs;
  }

  /** Why the chain cannot be read; undefined when it can. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Looks at the head; true when it is another one. Errors of the chain are passed on. */
  async poll(): Promise<boolean> {
    const head = await this.chain.head();
    const known = this.#head;
    if (known?.hash === head.hash) return false;
    if (known !== undefined && head.parentHash !== known.hash && (await this.chain.block(known.number))?.hash !== known.hash) this.#reorgs++;
    this.#head = head;
    return true;
  }

  /** Takes down that the chain failed or, without an error, that it answers; logs when that changes. */
  report(error?: unknown): void {
    const problem = error === undefined ? undefined : errorMessage(error);
    if (problem !== undefined && this.#problem === undefined) this.#log.warn("the relayer cannot use a chain; its messages wait", { chain: this.chain.chainId, error: problem });
    if (problem === undefined && this.#problem !== undefined) this.#log.info("the relayer can use a chain again", { chain: this.chain.chainId });
    this.#problem = problem;
  }
}
