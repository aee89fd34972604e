import type { RollupConfig } from "@pangaea/config";
import { l2BlockRefFromPayload } from "@pangaea/derivation";
import { type ExecutionLayer, type ExecutionPayloadEnvelope, type ForkchoiceState, type ForkchoiceUpdated, formatBlock, type Hex, InvalidBlockError, type L2BlockRef, type Logger, NotFoundError, type PayloadAttributes, ResetError, TemporaryError } from "@pangaea/primitives";
import { grantedHead, type SafetyAuthority } from "./authority.ts";
import type { ElSyncOptions } from "./el-sync.ts";
import { classify } from "./engine-errors.ts";
import { checkOrder, type Heads } from "./heads.ts";

export interface EngineModules {
  readonly config: RollupConfig;
  readonly execution: ExecutionLayer;
  readonly authority: SafetyAuthority;
  readonly log: Logger;
  /** Told when heads have moved. */
  readonly onHeads?: () => void;
  /** Has the execution layer fetch the chain by itself at first; without it blocks come to it one by one. */
  readonly elSync?: ElSyncOptions;
}

/**
 * The heads and the execution layer that they are kept in step with: what the tasks work on. A head moves here only after the execution
 * layer took it, so what the heads say was true of it.
 */
export class EngineState {
  readonly modules: EngineModules;
  /** The unsafe head that blocks of a batch still pending took the place of. */
  displaced: L2BlockRef | undefined;
  /** Where the execution layer's own sync stands; over from the start where none was asked for. */
  elSync: "waiting" | "started" | "over";
  #heads: Heads | undefined;

  constructor(modules: EngineModules) {
    this.modules = modules;
    this.elSync = modules.elSync === undefined ? "over" : "waiting";
  }

  get heads(): Heads | undefined {
    return this.#heads;
  }

  /** Throws `ResetError` before the first reset. */
  requireHeads(): Heads {
    if (this.#heads === undefined) throw new ResetError("the engine's heads are not known yet");
    return this.#heads;
  }

  /** Moves some heads and the execution layer's labels with them; cross-unsafe goes as far as the authority grants. Errors as of `pushForkchoice`. */
  async move(change: Partial<Omit<Heads, "crossUnsafe">>): Promise<void> {
    const moved = { ...this.requireHeads(), ...change };
    const verdict = await this.modules.authority.crossUnsafeHead();
    const granted = await grantedHead(verdict, moved.unsafe, moved.crossUnsafe, (number, hash) => this.canonical(number, hash));
    const highest = granted.number > moved.unsafe.number ? moved.unsafe : granted;
    await this.setAll({ ...moved, crossUnsafe: highest.number > moved.safe.number ? highest : moved.safe });
  }

  /** The chain's block of a number, and of a hash where one is given; undefined, with a warning, when the chain has none. */
  async canonical(number: number, hash?: Hex): Promise<L2BlockRef | undefined> {
    const envelope = await this.blockAt(number);
    if (envelope !== undefined && (hash === undefined || envelope.payload.blockHash === hash)) return l2BlockRefFromPayload(this.modules.config, envelope.payload);
    this.modules.log.warn("the authority names a block that is not on this chain, labels stay", { number, hash, canonical: envelope?.payload.blockHash });
    return undefined;
  }

  async setAll(heads: Heads): Promise<void> {
    checkOrder(heads);
    await this.pushForkchoice({ head: heads.unsafe.hash, safe: heads.safe.hash, finalized: heads.finalized.hash });
    this.note(heads);
  }

  /** Takes heads as they are in the execution layer, or as it is on its way to. Throws `CriticalError` when they are out of order. */
  note(heads: Heads): void {
    checkOrder(heads);
    this.#heads = heads;
    this.modules.onHeads?.();
  }

  /**
   * One call of `forkchoiceUpdated`; gives the payload id when attributes were given and taken.
   * Errors: `ResetError` when the execution layer disagrees on the past, `TemporaryError` while it syncs or cannot be reached,
   * `InvalidBlockError` for attributes that it refuses, `CriticalError` for a fork that it does not know.
   */
  async pushForkchoice(state: ForkchoiceState, attributes?: PayloadAttributes): Promise<Hex | undefined> {
    const { payloadStatus, payloadId } = await this.offerForkchoice(state, attributes);
    if (payloadStatus.status === "VALID") return payloadId;
    throw new TemporaryError(`the execution layer is ${payloadStatus.status} at head ${state.head}: it lacks the block or is still syncing`);
  }

  /** One call of `forkchoiceUpdated` that the execution layer may also answer with SYNCING. Errors as of `pushForkchoice` otherwise. */
  async offerForkchoice(state: ForkchoiceState, attributes?: PayloadAttributes): Promise<ForkchoiceUpdated> {
    const updated = await this.#ask(() => this.modules.execution.forkchoiceUpdated(state, attributes));
    if (updated.payloadStatus.status === "INVALID") throw new ResetError(`the execution layer calls the head ${state.head} invalid: ${updated.payloadStatus.validationError}`);
    return updated;
  }

  /** Begins a block. The labels stay at most at its parent: a block that is replaced cannot be safe. */
  async startBuild(parent: L2BlockRef, attributes: PayloadAttributes): Promise<Hex> {
    const { safe, finalized } = this.requireHeads();
    if (finalized.number > parent.number) throw new ResetError(`a block was to be built on ${formatBlock(parent)}, below the finalized head ${formatBlock(finalized)}`);
    const id = await this.pushForkchoice({ head: parent.hash, safe: safe.number > parent.number ? parent.hash : safe.hash, finalized: finalized.hash }, attributes);
    if (id === undefined) throw new TemporaryError("the execution layer took the attributes and gave no payload id");
    return id;
  }

  getPayload(id: Hex, timestamp: number): Promise<ExecutionPayloadEnvelope> {
    return this.#ask(() => this.modules.execution.getPayload(id, timestamp));
  }

  /** Has the execution layer check and keep a block. Throws `InvalidBlockError` when it does not hold or is denied. */
  async importPayload(envelope: ExecutionPayloadEnvelope): Promise<void> {
    const status = await this.offerPayload(envelope);
    if (status !== "VALID") throw new TemporaryError(`the execution layer answers ${status} to L2 block ${envelope.payload.blockNumber}: it lacks the parent or is still syncing`);
  }

  /** Has the execution layer look at a block that it may not be able to check yet. Throws `InvalidBlockError` when it does not hold or is denied. */
  async offerPayload(envelope: ExecutionPayloadEnvelope): Promise<"VALID" | "SYNCING" | "ACCEPTED"> {
    const { blockNumber, blockHash } = envelope.payload;
    if (await this.modules.authority.isDenied(blockNumber, blockHash)) throw new InvalidBlockError(`L2 block ${blockNumber} (${blockHash}) is denied`);
    const status = await this.#ask(() => this.modules.execution.newPayload(envelope));
    if (status.status === "INVALID" || status.status === "INVALID_BLOCK_HASH") throw new InvalidBlockError(`L2 block ${blockNumber} (${blockHash}) is ${status.status}: ${status.validationError}`);
    return status.status;
  }

  /** The canonical block of a number; undefined when there is none. */
  async blockAt(number: number): Promise<ExecutionPayloadEnvelope | undefined> {
    try {
      return await this.modules.execution.payloadByNumber(number);
    } catch (error) {
      if (error instanceof NotFoundError) return undefined;
      throw error;
    }
  }

  async #ask<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw classify(error);
    }
  }
}
