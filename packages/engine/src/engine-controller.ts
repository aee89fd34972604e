import type { DerivedAttributes, SyncStart } from "@pangaea/derivation";
import type { ExecutionPayloadEnvelope, L2BlockRef, PayloadAttributes } from "@pangaea/primitives";
import { type EngineModules, EngineState } from "./engine-state.ts";
import type { Heads } from "./heads.ts";
import { Serial } from "./serial.ts";
import { beginElSync } from "./tasks/begin-el-sync.ts";
import { build, type Building } from "./tasks/build.ts";
import { buildDerived, type DerivedResult } from "./tasks/build-derived.ts";
import { consolidate } from "./tasks/consolidate.ts";
import { followAuthority } from "./tasks/follow-authority.ts";
import { insertUnsafe } from "./tasks/insert-unsafe.ts";
import { reset } from "./tasks/reset.ts";
import { seal } from "./tasks/seal.ts";
import { syncTo } from "./tasks/sync-to.ts";
import { takeBackUnsafe } from "./tasks/take-back-unsafe.ts";

/**
 * The only hand on a chain's execution layer: every change of its heads is a task here, one at a time.
 * Errors: `TemporaryError`, `ResetError` when the execution layer disagrees on the past, `InvalidBlockError` for a block it refuses,
 * `CriticalError` when even deposits alone are refused or the heads would be out of order.
 */
export class EngineController {
  readonly #state: EngineState;
  readonly #serial = new Serial();

  constructor(modules: EngineModules) {
    this.#state = new EngineState(modules);
  }

  /** The heads; undefined until the first reset. */
  get heads(): Heads | undefined {
    return this.#state.heads;
  }

  /** Throws `ResetError` before the first reset. */
  requireHeads(): Heads {
    return this.#state.requireHeads();
  }

  /** Whether the execution layer is fetching the chain by itself, or waits for a block to head for: then nothing is derived or built on it. */
  get isElSyncing(): boolean {
    return this.#state.elSync !== "over";
  }

  /** Looks whether the execution layer is to fetch the chain by itself; then the heads are those that it labels. */
  beginElSync(): Promise<boolean> {
    return this.#serial.run(() => beginElSync(this.#state));
  }

  /** Has the execution layer sync to a block by itself; true once it has the chain up to there. Throws `InvalidBlockError` when the block does not hold. */
  syncTo(envelope: ExecutionPayloadEnvelope): Promise<boolean> {
    return this.#serial.run(() => syncTo(this.#state, envelope));
  }

  /** Sets all heads anew, and the execution layer's with them. */
  reset(start: SyncStart): Promise<void> {
    return this.#serial.run(() => reset(this.#state, start));
  }

  /** Adds a block on the unsafe head. Throws `InvalidBlockError` when it does not hold. */
  insertUnsafe(envelope: ExecutionPayloadEnvelope): Promise<L2BlockRef> {
    return this.#serial.run(() => insertUnsafe(this.#state, envelope));
  }

  /** Makes the parent of the unsafe head the unsafe head. Throws `InvalidBlockError` when `block` is not the head or is safe already. */
  takeBackUnsafe(block: L2BlockRef): Promise<void> {
    return this.#serial.run(() => takeBackUnsafe(this.#state, block));
  }

  /**
   * Makes the derived block stand after the pending safe head: what is there already when it matches, else built. Undefined when, before
   * Holocene, it does not hold: then pending safe is back at local safe.
   */
  applyDerived(derived: DerivedAttributes): Promise<DerivedResult | undefined> {
    return this.#serial.run(async () => {
      const block = await consolidate(this.#state, derived);
      return block === undefined ? buildDerived(this.#state, derived) : { block, replaced: false };
    });
  }

  /** Begins a block on the unsafe head, for the sequencer. */
  startBuild(attributes: PayloadAttributes): Promise<Building> {
    return this.#serial.run(() => build(this.#state, attributes));
  }

  /** Finishes a block of the sequencer; `insertUnsafe` makes it the unsafe head. */
  seal(building: Building): Promise<ExecutionPayloadEnvelope> {
    return this.#serial.run(() => seal(this.#state, building));
  }

  /** Moves safe and finalized to what the authority grants; `finalByL1` is the newest block that L1's finality makes final. */
  followAuthority(finalByL1?: L2BlockRef): Promise<void> {
    return this.#serial.run(() => followAuthority(this.#state, finalByL1));
  }
}
