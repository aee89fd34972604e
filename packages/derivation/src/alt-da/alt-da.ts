import type { AltDaConfig, RollupConfig } from "@pangaea/config";
import {
  commitmentHex, CriticalError, type DaCommitment, type DaSource, decodeTransaction, formatBlock, hexToBytes, InvalidInputError, type L1BlockRef, type L1Source, type Log, matchesCommitment, MAX_KECCAK_INPUT, NotFoundError, ResetError, TemporaryError,
} from "@pangaea/primitives";
import { challengeEventFromLog, isChallengeEvent, resolvedInput } from "./challenge-event.ts";
import { ChallengeState } from "./challenge-state.ts";

export interface AltDaModules {
  readonly config: RollupConfig;
  readonly altDa: AltDaConfig;
  readonly l1: L1Source;
  readonly da: DaSource;
}

/** pending: the input is nowhere, and may still be challenged or shown on L1; ask again. skipped: the commitment counts for nothing. */
export type DaInput = { readonly kind: "input"; readonly data: Uint8Array } | { readonly kind: "pending" } | { readonly kind: "skipped" };

const SKIPPED: DaInput = { kind: "skipped" };

/** L1 blocks over which the outcome of a challenge may still take back what was derived; 0 where nothing can be challenged. */
export function challengeLookback({ altDa }: Pick<RollupConfig, "altDa">): number {
  return altDa === undefined || altDa.commitmentKind === "generic" ? 0 : altDa.challengeWindow + altDa.resolveWindow;
}

/**
 * Turns commitments into their inputs under the rules of challenges: in, L1 blocks in order and the commitments in them; out, inputs. Where an input is
 * missing it reads the challenges of later L1 blocks ahead, until the input comes, is shown on L1, or counts for nothing.
 * Errors: `ResetError` when a used input lost its challenge, or L1 reorganised under what was read ahead; `CriticalError` when an input is lost for
 * good; `TemporaryError`. Source: specs `experimental/alt-da.md`, op-alt-da `damgr.go`.
 */
export class AltDa {
  readonly #modules: AltDaModules;
  readonly #state: ChallengeState;
  /** Challenges are known up to this L1 block. */
  #readTo: { readonly number: number; readonly hash: string } = { number: -1, hash: "" };
  /** Derivation has come to this L1 block. */
  #origin = -1;
  /** Whether the next reset comes of a lost challenge: what is known of challenges stays. */
  #keepsChallenges = false;

  constructor(modules: AltDaModules) {
    this.#modules = modules;
    this.#state = new ChallengeState(modules.altDa);
  }

  /** Derivation begins anew at an L1 block. */
  reset(base: L1BlockRef): void {
    this.#origin = base.number - 1;
    if (this.#keepsChallenges) this.#state.clearUsed();
    else {
      this.#state.clear();
      this.#readTo = { number: base.number - 1, hash: base.parentHash };
    }
    this.#keepsChallenges = false;
  }

  /** Derivation has come to an L1 block: its challenges are read, and what is over with it is settled. */
  async advance(origin: L1BlockRef): Promise<void> {
    await this.#readChallenges(origin);
    if (origin.number <= this.#origin) return;
    this.#origin = origin.number;
    if (!this.#state.settle(origin.number)) return;
    this.#keepsChallenges = true;
    throw new ResetError(`an input that was used lost its challenge at L1 block ${formatBlock(origin)}; derivation goes on without it`);
  }

  /** The input of a commitment in the L1 block that derivation has come to. */
  async input(commitment: DaCommitment, origin: L1BlockRef): Promise<DaInput> {
    const { altDa } = this.#modules;
    if (commitment.kind !== altDa.commitmentKind) return SKIPPED;
    const status = this.#state.statusOf(commitment, origin.number);
    if (status === "expired") return SKIPPED;
    const data = (status === "resolved" ? this.#state.inputOf(commitment, origin.number) : undefined) ?? (await this.#fetch(commitment));
    if (data === undefined) {
      if (status === "none" && this.#readTo.number > origin.number + altDa.challengeWindow) {
        throw new CriticalError(`the input of commitment ${commitmentHex(commitment)} in L1 block ${formatBlock(origin)} is not at the DA server, and nobody challenged it up to L1 block ${origin.number + altDa.challengeWindow}: give a DA server that has it (--altda.da-server)`);
      }
      await this.#lookAhead(commitment, origin);
      return { kind: "pending" };
    }
    this.#state.use(commitment, origin.number);
    return commitment.kind === "keccak256" && data.length > MAX_KECCAK_INPUT ? SKIPPED : { kind: "input", data };
  }

  /** The newest L1 block, of those up to `finalized`, from which what was derived is final: no commitment up to it can be challenged or is. */
  finalizedUpTo(finalized: number): number {
    const settled = Math.min(finalized, this.#origin);
    this.#state.prune(settled);
    this.#state.forgetChallenges(settled - this.#retention);
    const { firstUsed } = this.#state;
    return firstUsed === undefined ? finalized : Math.min(finalized, firstUsed - 1);
  }

  /** So many L1 blocks derivation may go back at a reset: challenges are known as long. */
  get #retention(): number {
    const { config } = this.#modules;
    return challengeLookback(config) + 2 * config.seqWindowSize + config.channelTimeout;
  }

  async #fetch(commitment: DaCommitment): Promise<Uint8Array | undefined> {
    try {
      return await this.#modules.da.input(commitment);
    } catch (error) {
      if (error instanceof NotFoundError) return undefined;
      throw error;
    }
  }

  /** Reads the challenges of one more L1 block. Throws `TemporaryError` when there is none yet. */
  async #lookAhead(commitment: DaCommitment, origin: L1BlockRef): Promise<void> {
    let next: L1BlockRef;
    try {
      next = await this.#modules.l1.blockRefByNumber(this.#readTo.number + 1);
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
      throw new TemporaryError(`the input of commitment ${commitmentHex(commitment)} in L1 block ${formatBlock(origin)} is not at the DA server; its challenges are read up to L1 block ${this.#readTo.number}, and L1 has no more`);
    }
    await this.#readChallenges(next);
  }

  async #readChallenges(block: L1BlockRef): Promise<void> {
    const readTo = this.#readTo;
    if (block.number < readTo.number) return;
    const stands = block.number === readTo.number ? block.hash : block.parentHash;
    if (stands !== readTo.hash) throw new ResetError(`L1 reorganised: challenges were read up to block ${readTo.number} with hash ${readTo.hash}, and L1 has ${stands} there`);
    if (block.number === readTo.number) return;
    if (this.#modules.altDa.commitmentKind === "keccak256") await this.#takeEvents(block);
    this.#state.expireChallenges(block.number);
    this.#readTo = { number: block.number, hash: block.hash };
  }

  async #takeEvents(block: L1BlockRef): Promise<void> {
    const { l1, altDa } = this.#modules;
    const contract = hexToBytes(altDa.challengeContract, 20);
    const receipts = await l1.receiptsByHash(block.hash);
    const found = receipts.flatMap(({ status, logs }, index) => (status === 1 ? logs.filter((log) => isChallengeEvent(log, contract)).map((log) => ({ log, index })) : []));
    if (found.length === 0) return;
    const transactions = await l1.transactionsByHash(block.hash);
    for (const { log, index } of found) this.#takeEvent(log, transactions[index], block);
  }

  /** Takes an event in; one that is malformed, or proves nothing, is as if it were not there. */
  #takeEvent(log: Log, transaction: Uint8Array | undefined, block: L1BlockRef): void {
    try {
      const { status, commitment, inclusion } = challengeEventFromLog(log);
      if (status === "active") this.#state.challenge(commitment, inclusion, block.number);
      if (status !== "resolved" || transaction === undefined) return;
      const input = resolvedInput(decodeTransaction(transaction).data);
      if (matchesCommitment(commitment, input)) this.#state.resolve(commitment, inclusion, input);
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
    }
  }
}
