import type { BlockId, Hex, L2BlockRef } from "@pangaea/primitives";

/**
 * What stands above a chain and says what counts as safe there. local: the chain's own derivation decides. verified: nothing beyond the
 * block counts. up-to: nothing beyond the height counts. hold: it is not known just now, labels stay as they are.
 */
export type SafetyVerdict =
  | { readonly kind: "local" }
  | { readonly kind: "verified"; readonly block: BlockId }
  | { readonly kind: "up-to"; readonly number: number }
  | { readonly kind: "hold" };

/**
 * The narrow seam through which a cluster acts on one chain's labels. What it throws delays the chain, it never lets a block pass.
 * Source: op-supernode `SuperAuthority`.
 */
export interface SafetyAuthority {
  safeHead(): Promise<SafetyVerdict>;
  finalizedHead(): Promise<SafetyVerdict>;
  crossUnsafeHead(): Promise<SafetyVerdict>;
  /** Whether a block may not stand: one that is derived is replaced by its deposits alone, any other is refused. */
  isDenied(number: number, hash: Hex): Promise<boolean>;
  /** The heights from `from` on at which a block may not stand, ascending. */
  deniedHeights(from: number): Promise<readonly number[]>;
}

/** A chain on its own: what it derives is safe, and nothing is denied. */
export const localAuthority: SafetyAuthority = {
  safeHead: async () => ({ kind: "local" }),
  finalizedHead: async () => ({ kind: "local" }),
  crossUnsafeHead: async () => ({ kind: "local" }),
  isDenied: async () => false,
  deniedHeights: async () => [],
};

/**
 * What a verdict grants: at most the chain's own head. `canonical` gives the chain's block of a number, and of a hash where one is named;
 * undefined when the chain has none: then the head stays as it is.
 */
export async function grantedHead(verdict: SafetyVerdict, local: L2BlockRef, current: L2BlockRef, canonical: (number: number, hash?: Hex) => Promise<L2BlockRef | undefined>): Promise<L2BlockRef> {
  if (verdict.kind === "local") return local;
  if (verdict.kind === "hold") return current;
  const { number, hash = undefined } = verdict.kind === "verified" ? verdict.block : { number: verdict.number };
  if (number > local.number || (number === local.number && hash === undefined)) return local;
  return (await canonical(number, hash)) ?? current;
}
