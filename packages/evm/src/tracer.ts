import type { Hex } from "@pangaea/primitives";
import type { Frame } from "./frame.ts";

/** A call or creation as a tracer sees it begin. Value in wei. */
export interface TraceEnter {
  readonly type: "CALL" | "STATICCALL" | "DELEGATECALL" | "CALLCODE" | "CREATE" | "CREATE2" | "SELFDESTRUCT";
  readonly from: Hex;
  readonly to: Hex;
  readonly value: bigint;
  readonly gas: number;
  readonly input: Uint8Array;
  readonly depth: number;
}

export interface TraceExit {
  readonly gasUsed: number;
  readonly output: Uint8Array;
  readonly error: string | undefined;
  readonly depth: number;
}

/** Watches an execution. Without one, none of its hooks costs anything. */
export interface Tracer {
  onStep?(frame: Frame, opcode: number, gasCost: number): void;
  onEnter?(enter: TraceEnter): void;
  onExit?(exit: TraceExit): void;
}
