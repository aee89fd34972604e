/**
 * What becomes of a batch. accept: it is the next block. drop: it can never be. past: its block is already safe.
 * undecided: more L1 data is needed to say.
 */
export type Verdict = { readonly verdict: "accept" } | { readonly verdict: "drop" | "past" | "undecided"; readonly reason: string };

export const ACCEPT: Verdict = { verdict: "accept" };
export const drop = (reason: string): Verdict => ({ verdict: "drop", reason });
export const past = (reason: string): Verdict => ({ verdict: "past", reason });
export const undecided = (reason: string): Verdict => ({ verdict: "undecided", reason });
