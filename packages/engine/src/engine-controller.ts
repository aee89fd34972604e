import type { RollupConfig } from "@pangaea/config";
import { attributesMatchPayload, type DerivedAttributes, depositsOnly, l2BlockRefFromPayload, type SyncStart } from "@pangaea/derivation";
import {
  CriticalError, EngineError, EngineErrorCode, type ExecutionLayer, type ExecutionPayloadEnvelope, formatBlock, type Hex, InvalidBlockError, type L2BlockRef, type Logger, NotFoundError, type PayloadAttributes, type PayloadStatus, ResetError, TemporaryError,
} from "@pangaea/primitives";
import { grantedHead, type SafetyAuthority } from "./authority.ts";
import type { Heads } from "./heads.ts";

export interface EngineModules {
  readonly config: RollupConfig;
  readonly execution: ExecutionLayer;
  readonly authority: SafetyAuthority;
  readonly log: Logger;
}

/** A block under construction by the sequencer. */
export interface Building {
  readonly id: Hex;
  readonly parent: L2BlockRef;
  readonly attributes: PayloadAttributes;
}

export interface DerivedResult {
  readonly block: L2BlockRef;
  /** Whether the block stands with its deposits alone, because what was derived does not hold. */
  readonly replaced: boolean;
}

/**
 * The only hand on a chain's execution layer: every change of its heads is made here, one at a time (the driver awaits each).
 * Errors: `TemporaryError`, `ResetError` when the execution layer disagrees on the past, `InvalidBlockError` for a block it refuses,
 * `CriticalError` when even deposits alone are refused.
 */
export class EngineController {
  readonly #modules: EngineModules;
  #heads: Heads | undefined;

  constructor(modules: EngineModules) {
    this.#modules = modules;
  }

  /** The heads; undefined until the first reset. */
  get heads(): Heads | undefined {
    return this.#heads;
  }

  requireHeads(): Heads {
    if (this.#heads === undefined) throw new ResetError("the engine's heads are not known yet");
    return this.#heads;
  }

  /** Sets all heads anew, and the execution layer's with them. */
  async reset(start: SyncStart): Promise<void> {
    this.#heads = { unsafe: start.unsafe, crossUnsafe: start.unsafe, localSafe: start.safe, safe: start.safe, finalized: start.finalized };
    await this.#pushForkchoice();
  }

  /** Adds a block on the unsafe head. Throws `InvalidBlockError` when it does not hold. */
  async insertUnsafe(envelope: ExecutionPayloadEnvelope): Promise<L2BlockRef> {
    const { payload } = envelope;
    if (await this.#modules.authority.isDenied(payload.blockNumber, payload.blockHash)) throw new InvalidBlockError(`L2 block ${payload.blockNumber} (${payload.blockHash}) is denied`);
    await this.#importPayload(envelope);
    const block = l2BlockRefFromPayload(this.#modules.config, payload);
    await this.#setHeads({ unsafe: block });
    return block;
  }

  /** Makes the derived block stand after the local safe head: what is there already when it matches, else built. */
  async applyDerived(derived: DerivedAttributes): Promise<DerivedResult> {
    const existing = await this.#existingChild(derived.parent);
    if (existing !== undefined) {
      const { payload } = existing;
      const mismatch = attributesMatchPayload(this.#modules.config, derived.attributes, derived.parent.hash, existing);
      if (mismatch === undefined && !(await this.#modules.authority.isDenied(payload.blockNumber, payload.blockHash))) {
        const block = l2BlockRefFromPayload(this.#modules.config, payload);
        await this.#setLocalSafe(block);
        return { block, replaced: false };
      }
      this.#modules.log.warn("the unsafe chain is not what L1 says, replacing it", { block: payload.blockNumber, reason: mismatch ?? "the block is denied" });
    }
    return this.#buildDerived(derived);
  }

  async #existingChild(parent: L2BlockRef): Promise<ExecutionPayloadEnvelope | undefined> {
    if (this.requireHeads().unsafe.number <= parent.number) return undefined;
    try {
      return await this.#modules.execution.payloadByNumber(parent.number + 1);
    } catch (error) {
      if (error instanceof NotFoundError) return undefined;
      throw error;
    }
  }

  async #buildDerived(derived: DerivedAttributes): Promise<DerivedResult> {
    try {
      return { block: await this.#buildAndInsert(derived), replaced: false };
    } catch (error) {
      if (!(error instanceof InvalidBlockError)) throw error;
      this.#modules.log.warn("a derived block does not hold, taking its deposits alone", { parent: derived.parent.number, error: error.message });
    }
    try {
      return { block: await this.#buildAndInsert(depositsOnly(derived)), replaced: true };
    } catch (error) {
      if (!(error instanceof InvalidBlockError)) throw error;
      throw new CriticalError(`the execution layer refuses even the deposits of the block after ${formatBlock(derived.parent)}: ${error.message}; it does not follow this chain's rules`);
    }
  }

  async #buildAndInsert({ attributes, parent }: DerivedAttributes): Promise<L2BlockRef> {
    const { id } = await this.#startBuild(parent, attributes);
    const envelope = await this.#getPayload(id, attributes.timestamp);
    if (await this.#modules.authority.isDenied(envelope.payload.blockNumber, envelope.payload.blockHash)) throw new InvalidBlockError(`L2 block ${envelope.payload.blockNumber} (${envelope.payload.blockHash}) is denied`);
    await this.#importPayload(envelope);
    const block = l2BlockRefFromPayload(this.#modules.config, envelope.payload);
    this.#heads = { ...this.requireHeads(), unsafe: block, crossUnsafe: block };
    await this.#setLocalSafe(block);
    return block;
  }

  /** Begins a block on the unsafe head, for the sequencer. */
  async startBuild(attributes: PayloadAttributes): Promise<Building> {
    return this.#startBuild(this.requireHeads().unsafe, attributes);
  }

  /** Finishes a block of the sequencer: it is the unsafe head then. */
  async seal(building: Building): Promise<{ readonly block: L2BlockRef; readonly envelope: ExecutionPayloadEnvelope }> {
    const envelope = await this.#getPayload(building.id, building.attributes.timestamp);
    if (this.requireHeads().unsafe.hash !== building.parent.hash) throw new TemporaryError("the unsafe head moved while a block was being built on it");
    return { block: await this.insertUnsafe(envelope), envelope };
  }

  /** Follows what the authority grants; called when local heads or the authority moved. */
  async followAuthority(finalized: L2BlockRef): Promise<void> {
    const heads = this.requireHeads();
    const { authority, execution, config } = this.#modules;
    const resolve = async ({ hash }: { readonly hash: Hex }) => l2BlockRefFromPayload(config, (await execution.payloadByHash(hash)).payload);
    const safe = await grantedHead(await authority.safeHead(), heads.localSafe, heads.safe, resolve);
    const granted = await grantedHead(await authority.finalizedHead(), finalized, heads.finalized, resolve);
    const clamped = granted.number > safe.number ? safe : granted;
    const next = clamped.number > heads.finalized.number ? clamped : heads.finalized;
    if (safe.hash !== heads.safe.hash || next.hash !== heads.finalized.hash) await this.#setHeads({ safe, finalized: next });
  }

  async #setLocalSafe(block: L2BlockRef): Promise<void> {
    this.#heads = { ...this.requireHeads(), localSafe: block };
    const verdict = await this.#modules.authority.safeHead();
    await this.#setHeads(verdict.kind === "local" ? { localSafe: block, safe: block } : { localSafe: block });
  }

  async #setHeads(change: Partial<Heads>): Promise<void> {
    const heads = { ...this.requireHeads(), ...change };
    this.#heads = { ...heads, crossUnsafe: heads.unsafe };
    await this.#pushForkchoice();
  }

  async #pushForkchoice(): Promise<void> {
    const { unsafe, safe, finalized } = this.requireHeads();
    await this.#forkchoice(unsafe.hash, safe.hash, finalized.hash);
  }

  async #forkchoice(head: Hex, safe: Hex, finalized: Hex, attributes?: PayloadAttributes): Promise<Hex | undefined> {
    try {
      const { payloadStatus, payloadId } = await this.#modules.execution.forkchoiceUpdated({ head, safe, finalized }, attributes);
      if (payloadStatus.status === "VALID") return payloadId;
      if (payloadStatus.status === "INVALID") throw new ResetError(`the execution layer calls the head ${head} invalid: ${payloadStatus.validationError}`);
      throw new TemporaryError(`the execution layer is ${payloadStatus.status} at head ${head}: it lacks the block or is still syncing`);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      if (error.code === EngineErrorCode.invalidForkchoice) throw new ResetError(`the execution layer refuses the forkchoice: ${error.message}`);
      if (error.code === EngineErrorCode.invalidAttributes) throw new InvalidBlockError(error.message);
      throw new TemporaryError(error.message);
    }
  }

  async #startBuild(parent: L2BlockRef, attributes: PayloadAttributes): Promise<Building> {
    const { safe, finalized } = this.requireHeads();
    const id = await this.#forkchoice(parent.hash, safe.number > parent.number ? parent.hash : safe.hash, finalized.number > parent.number ? parent.hash : finalized.hash, attributes);
    if (id === undefined) throw new TemporaryError("the execution layer took the attributes and gave no payload id");
    return { id, parent, attributes };
  }

  async #getPayload(id: Hex, timestamp: number): Promise<ExecutionPayloadEnvelope> {
    try {
      return await this.#modules.execution.getPayload(id, timestamp);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      throw error.code === EngineErrorCode.invalidAttributes ? new InvalidBlockError(error.message) : new TemporaryError(error.message);
    }
  }

  async #importPayload(envelope: ExecutionPayloadEnvelope): Promise<void> {
    const status: PayloadStatus = await this.#modules.execution.newPayload(envelope);
    if (status.status === "VALID") return;
    if (status.status === "INVALID" || status.status === "INVALID_BLOCK_HASH") throw new InvalidBlockError(status.validationError);
    throw new TemporaryError(`the execution layer answers ${status.status} to block ${envelope.payload.blockNumber}: it lacks the parent or is still syncing`);
  }
}
