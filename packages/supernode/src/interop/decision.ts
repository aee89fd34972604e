import type { MessageRule } from "@pangaea/interop";
import type { BlockId } from "@pangaea/primitives";
import type { DeniedOutput, VerifiedTimestamp } from "@pangaea/store";

/** A block that is to be replaced, with all that its replacement and the questions about it need later. */
export interface InvalidBlock extends BlockId {
  readonly chainId: number;
  readonly rule: MessageRule;
  readonly reason: string;
}

/**
 * What to do next. wait: nothing, for this reason. advance: these timestamps hold. invalidate: these blocks of one timestamp do not, by data up
 * to an L1 block. rewind: L1 has left what was decided after `to` (all of it, when undefined). halt: neither progress nor unwinding is possible.
 */
export type Decision =
  | { readonly kind: "wait"; readonly reason: string }
  | { readonly kind: "advance"; readonly entries: readonly VerifiedTimestamp[] }
  | { readonly kind: "invalidate"; readonly timestamp: number; readonly l1Inclusion: BlockId; readonly blocks: readonly InvalidBlock[] }
  | { readonly kind: "rewind"; readonly to: number | undefined; readonly reason: string }
  | { readonly kind: "halt"; readonly reason: string };

/** A decision with effects beyond one atomic write, with everything that its application needs: it is written ahead. */
export type Transition =
  | { readonly kind: "invalidate"; readonly timestamp: number; readonly l1Inclusion: BlockId; readonly blocks: readonly (InvalidBlock & { readonly output: DeniedOutput })[] }
  | { readonly kind: "rewind"; readonly to: number | undefined; readonly reason: string };
