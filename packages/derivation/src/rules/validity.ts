/**
 * What becomes of a batch. accept: it is the next block. drop: it can never be. past: its block is already safe (from Holocene on).
 * future: it may be a later block (before Holocene). undecided: more L1 data is needed to say.
 */
export type Verdict = { readonly verdict: "accept" } | { readonly verdict: "drop" | "past" | "future" | "undecided"; readonly reason: string };

export const ACCEPT: Verdict = { verdict: "accept" };
export const drop = (reason: string): Verdict => ({ verdict: "drop", reason });
export const past = (reason: string): Verdict => ({ verdict: "past", reason });
export const future = (reason: string): Verdict => ({ verdict: "future", reason });
export const undecided = (reason: string): Verdict => ({ verdict: "undecided", reason });
