import { type Hex, InvalidInputError } from "@pangaea/primitives";

/** What a transaction with CrossL2Inbox entries wants to execute. */
export interface MessageCheck {
  readonly hash: Hex;
  /** The storage keys that its access list has under CrossL2Inbox, in order. */
  readonly entries: readonly Hex[];
}

/** refused: it will not become executable. wait: it may. `code` and `message`: as JSON-RPC shows them. */
export type MessageCheckResult = { readonly kind: "ok" } | { readonly kind: "refused" | "wait"; readonly code: number; readonly message: string };

/** When checked transactions are to be executed. */
export interface MessageDescriptor {
  /** Time of the block, in seconds. */
  readonly timestamp: number;
  /** How much later it may come, in seconds. */
  readonly timeout: number;
}

/** Knows the messages of all chains. */
export interface MessageFilter {
  /** One answer a check, in their order. Rejects when it cannot tell, which refuses nothing. */
  check(checks: readonly MessageCheck[], descriptor: MessageDescriptor): Promise<readonly MessageCheckResult[]>;
}

/** A transaction does not enter the pool because of its messages. `code`: the filter's, for JSON-RPC. */
export class MessageRefusedError extends InvalidInputError {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}
