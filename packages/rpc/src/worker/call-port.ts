import { CriticalError, TemporaryError } from "@pangaea/primitives";
import { fromWireError, toWireError, type WorkerCall, type WorkerMessage } from "./wire.ts";

/** What one thread answers to another, one method an entry. Parameters and results must be clonable; errors cross by kind. */
export type WorkerMethods = Readonly<Record<string, (...params: never[]) => unknown>>;

/** Most calls of one thread to another that may be without an answer. */
const MAX_PENDING = 10_000;

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

export interface CallPortOptions {
  /** Who is at the other end, for messages. */
  readonly peer: string;
  readonly methods?: WorkerMethods;
  readonly onEvent?: (event: string, data: unknown) => void;
}

/** One thread's end of a line between two: makes calls, answers calls, carries events. Both ends have one, over the same message port. */
export class CallPort {
  readonly #send: (message: WorkerMessage) => void;
  readonly #options: CallPortOptions;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;
  #ended: string | undefined;

  constructor(send: (message: WorkerMessage) => void, options: CallPortOptions) {
    this.#send = send;
    this.#options = options;
  }

  /** Calls a method of the other end. Rejects with the error it threw, or `TemporaryError` when the other end is gone or too many calls wait. */
  call(method: string, ...params: readonly unknown[]): Promise<unknown> {
    const { peer } = this.#options;
    if (this.#ended !== undefined) return Promise.reject(new TemporaryError(this.#ended));
    if (this.#pending.size >= MAX_PENDING) return Promise.reject(new TemporaryError(`${peer}: ${this.#pending.size} calls are waiting; retry later`));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      try {
        this.#send({ id, method, params });
      } catch (error) {
        this.#pending.delete(id);
        reject(error as Error);
      }
    });
  }

  emit(event: string, data: unknown): void {
    this.#send({ event, data });
  }

  /** Takes what the other end sent. */
  receive(message: WorkerMessage): void {
    if ("event" in message) return this.#options.onEvent?.(message.event, message.data);
    if ("method" in message) return void this.#answer(message);
    const pending = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if ("error" in message) pending?.reject(fromWireError(message.error));
    else pending?.resolve(message.result);
  }

  async #answer({ id, method, params }: WorkerCall): Promise<void> {
    const { methods = {} } = this.#options;
    try {
      const handler = Object.hasOwn(methods, method) ? methods[method] : undefined;
      if (handler === undefined) throw new CriticalError(`another thread asked for the method ${method}, which is not there`);
      this.#send({ id, result: await handler(...(params as never[])) });
    } catch (error) {
      this.#send({ id, error: toWireError(error) });
    }
  }

  /** The other end is gone: calls under way and later ones fail as temporary, with this reason. */
  end(reason: string): void {
    this.#ended = reason;
    for (const { reject } of this.#pending.values()) reject(new TemporaryError(reason));
    this.#pending.clear();
  }
}
