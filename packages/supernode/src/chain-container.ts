import type { RollupConfig } from "@pangaea/config";
import type { SyncStatus, VirtualNode } from "@pangaea/node";
import { type Clock, errorKind, errorMessage, type ExecutionLayer, type Logger, TemporaryError } from "@pangaea/primitives";
import type { RpcMethods } from "@pangaea/rpc";
import { BackOff } from "./back-off.ts";
import { type Readiness, readinessOf } from "./readiness.ts";

export interface ChainContainerModules {
  readonly config: RollupConfig;
  /** Opens the chain's execution layer; called again when a virtual node is restarted after a failure. */
  readonly openExecution: () => Promise<ExecutionLayer>;
  /** A virtual node is used once; each (re)start makes a new one. */
  readonly createNode: (execution: ExecutionLayer) => VirtualNode;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onRestart?: () => void;
}

export interface ChainContainerOptions {
  /** First and longest delay before a failed virtual node is started again, milliseconds. */
  readonly restartDelay?: number;
  readonly restartDelayMost?: number;
  /** A node that ran this long, in milliseconds, counts as healthy: the delay starts over. */
  readonly healthyAfter?: number;
}

type State = "not-started" | "starting" | "running" | "paused" | "failed" | "stopped";

/**
 * Runs one chain: keeps a virtual node alive above the chain's execution layer. A node that fails is replaced after a
 * back-off, and no other chain notices. `pause` stops the node and leaves the execution layer up, `stopExecution` takes that away too.
 * Source: op-supernode `chain_container`.
 */
export class ChainContainer {
  readonly chainId: number;
  readonly config: RollupConfig;
  readonly #modules: ChainContainerModules;
  readonly #backOff: BackOff;
  readonly #healthyAfter: number;
  readonly #stop = new AbortController();
  #state: State = "not-started";
  #lastFailure: string | undefined;
  #paused = false;
  #withoutExecution = false;
  #wake: () => void = () => {};
  #node: VirtualNode | undefined;
  #execution: ExecutionLayer | undefined;
  #loop: Promise<void> | undefined;

  constructor(modules: ChainContainerModules, options: ChainContainerOptions = {}) {
    this.#modules = modules;
    this.config = modules.config;
    this.chainId = modules.config.l2ChainId;
    this.#backOff = new BackOff(options.restartDelay ?? 500, options.restartDelayMost ?? 30_000);
    this.#healthyAfter = options.healthyAfter ?? 60_000;
  }

  get state(): State {
    return this.#state;
  }

  /** The running virtual node. Throws `TemporaryError` when there is none. */
  get node(): VirtualNode {
    if (this.#node === undefined || this.#state !== "running") {
      throw new TemporaryError(`chain ${this.chainId}: its node is ${this.#state}${this.#lastFailure === undefined ? "" : ` (${this.#lastFailure})`}; retry when /readyz/${this.chainId} answers 200`);
    }
    return this.#node;
  }

  /** The open execution layer. Throws `TemporaryError` when there is none. */
  get execution(): ExecutionLayer {
    if (this.#execution === undefined) throw new TemporaryError(`chain ${this.chainId}: its execution layer is not open${this.#lastFailure === undefined ? "" : ` (${this.#lastFailure})`}`);
    return this.#execution;
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#wake();
    await this.#node?.stop();
    await this.#loop;
    await this.#closeExecution();
    this.#state = "stopped";
  }

  /** Stops the node and keeps it stopped until `resume`; the execution layer stays up. Idempotent. */
  async pause(): Promise<void> {
    this.#paused = true;
    await this.#node?.stop();
  }

  /** Takes the execution layer away from under the running node, as when it fails, and keeps both down until `resume`. Idempotent. */
  async stopExecution(): Promise<void> {
    this.#paused = true;
    this.#withoutExecution = true;
    await this.#closeExecution();
    await this.#node?.stop();
  }

  resume(): void {
    this.#paused = false;
    this.#withoutExecution = false;
    this.#wake();
  }

  /** Whether a node runs and has found its heads. */
  get hasHeads(): boolean {
    return this.#state === "running" && this.#node?.heads !== undefined;
  }

  /** The node's sync status. Throws `TemporaryError` when no node runs or it has not found its heads yet: zeros for heads that were told before would be a step back. */
  syncStatus(): SyncStatus {
    const { node } = this;
    if (node.heads === undefined) throw new TemporaryError(`chain ${this.chainId}: its node has not found its heads yet; retry when /readyz/${this.chainId} answers 200`);
    return node.syncStatus();
  }

  rpcMethods(): RpcMethods {
    return this.node.rpcMethods();
  }

  readiness(): Readiness {
    if (this.#state !== "running" || this.#node === undefined) {
      return readinessOf([`the node is ${this.#state}${this.#lastFailure === undefined ? "" : `: ${this.#lastFailure}`}`]);
    }
    const status = this.#node.syncStatus();
    const missing: string[] = [];
    if (status.head_l1.number === 0 && status.head_l1.timestamp === 0) missing.push("no L1 head seen yet");
    if (status.current_l1.timestamp === 0) missing.push("derivation has not read its first L1 block yet");
    if (status.unsafe_l2.timestamp === 0) missing.push("the execution layer has not reported its heads yet");
    return readinessOf(missing);
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      if (this.#paused) {
        if (this.#withoutExecution) await this.#closeExecution();
        if (!this.#paused) continue;
        this.#state = "paused";
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        continue;
      }
      const startedAt = this.#modules.clock.now();
      const failure = await this.#runOnce();
      if (this.#stop.signal.aborted || this.#paused) continue;
      if (this.#modules.clock.now() - startedAt >= this.#healthyAfter) this.#backOff.reset();
      this.#state = "failed";
      this.#lastFailure = failure === undefined ? "the node ended" : errorMessage(failure);
      const delay = this.#backOff.next();
      this.#modules.log.error("virtual node failed, starting it again", { error: this.#lastFailure, kind: errorKind(failure), delayMs: delay });
      this.#modules.onRestart?.();
      await this.#closeExecution();
      await this.#modules.clock.sleep(delay, this.#stop.signal).catch(() => {});
    }
  }

  /** One life of a virtual node. Returns why it ended. */
  async #runOnce(): Promise<unknown> {
    this.#state = "starting";
    try {
      this.#execution ??= await this.#modules.openExecution();
      const execution = this.#execution;
      const node = this.#modules.createNode(execution);
      this.#node = node;
      await node.start();
      this.#state = "running";
      this.#lastFailure = undefined;
      if (this.#stop.signal.aborted || this.#paused) await node.stop();
      const ended = execution.ended?.then((reason) => new TemporaryError(`the execution layer has ended: ${reason}`));
      const failure = await Promise.race([node.done, ...(ended === undefined ? [] : [ended])]);
      await node.stop();
      return failure;
    } catch (error) {
      await this.#node?.stop().catch(() => {});
      return error;
    } finally {
      this.#node = undefined;
    }
  }

  async #closeExecution(): Promise<void> {
    const execution = this.#execution;
    this.#execution = undefined;
    await execution?.close().catch((error: unknown) => this.#modules.log.warn("execution layer did not close cleanly", { error: errorMessage(error) }));
  }
}
