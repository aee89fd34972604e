import { commitmentHex, type DaCommitment } from "@pangaea/primitives";

/** none: not challenged. active: waits for its input. resolved: the input was shown on L1. expired: it was not, in time. */
export type ChallengeStatus = "none" | "active" | "resolved" | "expired";

/** A challenge of the commitment in an L1 block. */
interface Challenge {
  readonly key: string;
  /** First L1 block at which the input can no longer be shown. */
  readonly resolveEnd: number;
  status: Exclude<ChallengeStatus, "none">;
  input: Uint8Array | undefined;
}

/** A commitment whose input was used. */
interface UsedCommitment {
  readonly key: string;
  /** L1 block that it is in. */
  readonly inclusion: number;
  /** First L1 block at which it can no longer be challenged. */
  readonly challengeEnd: number;
}

/** In L1 blocks. */
export interface ChallengeWindows {
  readonly challengeWindow: number;
  readonly resolveWindow: number;
}

const keyOf = (commitment: DaCommitment, inclusion: number): string => `${inclusion}/${commitmentHex(commitment)}`;

/**
 * Which inputs were used, which of them are challenged, and how that went; both in the order of L1. A commitment is settled when its challenge
 * window is over, or the resolve window of its challenge; L1 blocks are told in order.
 * Source: specs `experimental/alt-da.md#derivation`, op-alt-da `dastate.go`.
 */
export class ChallengeState {
  readonly #windows: ChallengeWindows;
  /** Used commitments that are not settled. */
  #open: UsedCommitment[] = [];
  /** Settled ones that L1 has not made final. */
  #settled: UsedCommitment[] = [];
  /** Challenges in the order in which they began. */
  #running: Challenge[] = [];
  /** Those whose resolve window is over. */
  #over: Challenge[] = [];
  readonly #challenges = new Map<string, Challenge>();

  constructor(windows: ChallengeWindows) {
    this.#windows = windows;
  }

  /** Notes that the input of the commitment in an L1 block was used; saying so again changes nothing. */
  use(commitment: DaCommitment, inclusion: number): void {
    const key = keyOf(commitment, inclusion);
    if (this.#open.some((one) => one.key === key)) return;
    this.#open.push({ key, inclusion, challengeEnd: inclusion + this.#windows.challengeWindow });
  }

  /** A challenge began in L1 block `at`. One of the same commitment before it counts no more. */
  challenge(commitment: DaCommitment, inclusion: number, at: number): void {
    const challenge: Challenge = { key: keyOf(commitment, inclusion), resolveEnd: at + this.#windows.resolveWindow, status: "active", input: undefined };
    this.#running.push(challenge);
    this.#challenges.set(challenge.key, challenge);
  }

  /** The input was shown on L1. False when no such challenge is known. */
  resolve(commitment: DaCommitment, inclusion: number, input: Uint8Array): boolean {
    const challenge = this.#challenges.get(keyOf(commitment, inclusion));
    if (challenge === undefined) return false;
    challenge.status = "resolved";
    challenge.input = input;
    return true;
  }

  statusOf(commitment: DaCommitment, inclusion: number): ChallengeStatus {
    return this.#challenges.get(keyOf(commitment, inclusion))?.status ?? "none";
  }

  /** What was shown on L1 for the commitment. */
  inputOf(commitment: DaCommitment, inclusion: number): Uint8Array | undefined {
    return this.#challenges.get(keyOf(commitment, inclusion))?.input;
  }

  /** Ends the challenges whose time is over at an L1 block. */
  expireChallenges(l1: number): void {
    for (let first = this.#running[0]; first !== undefined && first.resolveEnd <= l1; first = this.#running[0]) {
      this.#running.shift();
      this.#over.push(first);
      if (first.status === "active") first.status = "expired";
    }
  }

  /** Settles the used commitments whose time is over at an L1 block. True when one of them lost its challenge: what was made of its input must go. */
  settle(l1: number): boolean {
    let isLost = false;
    for (let first = this.#open[0]; first !== undefined && this.#end(first) <= l1; first = this.#open[0]) {
      this.#open.shift();
      this.#settled.push(first);
      const challenge = this.#challenges.get(first.key);
      if (challenge !== undefined && challenge.status !== "resolved") isLost = true;
    }
    return isLost;
  }

  /** Forgets the commitments that were settled by an L1 block which is final. */
  prune(finalized: number): void {
    while (this.#settled[0] !== undefined && this.#end(this.#settled[0]) <= finalized) this.#settled.shift();
  }

  /** L1 block of the first used commitment that is not forgotten; what was derived there or later is not final. */
  get firstUsed(): number | undefined {
    return (this.#settled[0] ?? this.#open[0])?.inclusion;
  }

  /** Forgets the challenges that were over at an L1 block. */
  forgetChallenges(l1: number): void {
    for (let first = this.#over[0]; first !== undefined && first.resolveEnd <= l1; first = this.#over[0]) {
      this.#over.shift();
      if (this.#challenges.get(first.key) === first) this.#challenges.delete(first.key);
    }
  }

  /** Forgets what was used and keeps the challenges: derivation begins again with what it knows now. */
  clearUsed(): void {
    this.#open = [];
    this.#settled = [];
  }

  /** Forgets everything: L1 is to be read anew. */
  clear(): void {
    this.clearUsed();
    this.#running = [];
    this.#over = [];
    this.#challenges.clear();
  }

  #end({ key, challengeEnd }: UsedCommitment): number {
    return this.#challenges.get(key)?.resolveEnd ?? challengeEnd;
  }
}
