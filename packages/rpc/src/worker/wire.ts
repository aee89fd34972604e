import { CriticalError, EngineError, type ErrorKind, errorKind, errorMessage, InvalidBlockError, InvalidInputError, NotFoundError, type PangaeaError, ResetError, TemporaryError } from "@pangaea/primitives";

/** A call, its answer and an event as they cross between threads, by structured clone. */
export interface WorkerCall {
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[];
}
export type WorkerReply = { readonly id: number; readonly result: unknown } | { readonly id: number; readonly error: WireError };
export interface WorkerEvent {
  readonly event: string;
  readonly data: unknown;
}
export type WorkerMessage = WorkerCall | WorkerReply | WorkerEvent;

export interface WireError {
  readonly kind: ErrorKind | "engine";
  readonly message: string;
  readonly code?: number;
}

const CLASSES: Readonly<Record<ErrorKind, new (message: string) => PangaeaError>> = {
  temporary: TemporaryError, reset: ResetError, critical: CriticalError, invalid: InvalidBlockError, "not-found": NotFoundError, input: InvalidInputError,
};

export function toWireError(error: unknown): WireError {
  if (error instanceof EngineError) return { kind: "engine", message: error.message, code: error.code };
  return { kind: errorKind(error), message: errorMessage(error) };
}

export function fromWireError({ kind, message, code }: WireError): Error {
  return kind === "engine" ? new EngineError(code ?? 0, message) : new CLASSES[kind](message);
}
