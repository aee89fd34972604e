/**
 * The base of every error that Pangaea raises on purpose.
 * `kind` says what the caller must do; the message says what, where, the value and the remedy.
 */
export abstract class PangaeaError extends Error {
  abstract readonly kind: ErrorKind;
  override get name(): string {
    return this.constructor.name;
  }
}

/**
 * temporary: retry with back-off. reset: derive again from a known point. critical: stop this chain.
 * invalid: the block is wrong, replace it. not-found: it is not there (yet). input: what came from outside is malformed.
 */
export type ErrorKind = "temporary" | "reset" | "critical" | "invalid" | "not-found" | "input";

/** The attempt may succeed later; retry with back-off. */
export class TemporaryError extends PangaeaError {
  readonly kind = "temporary";
}
/** The assumptions no longer hold (an L1 reorg, say); derive again from a known point. */
export class ResetError extends PangaeaError {
  readonly kind = "reset";
}
/** This chain cannot go on; stop it and tell the operator. */
export class CriticalError extends PangaeaError {
  readonly kind = "critical";
}
/** The block breaks the rules; replace it. */
export class InvalidBlockError extends PangaeaError {
  readonly kind = "invalid";
}
/** The thing asked for does not exist, or not yet. */
export class NotFoundError extends PangaeaError {
  readonly kind = "not-found";
}
/** Data from outside is malformed. */
export class InvalidInputError extends PangaeaError {
  readonly kind = "input";
}

/** The kind of any thrown value; what is not ours counts as temporary. */
export function errorKind(error: unknown): ErrorKind {
  return error instanceof PangaeaError ? error.kind : "temporary";
}

/** The message of any thrown value. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
