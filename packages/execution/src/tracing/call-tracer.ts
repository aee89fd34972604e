import type { Frame, TraceEnter, TraceExit, Tracer } from "@pangaea/evm";
import { bytesToHex, type Hex, toQuantity } from "@pangaea/primitives";
import { revertReason } from "./revert-reason.ts";

export interface CallTracerOptions {
  readonly onlyTopCall: boolean;
  readonly withLog: boolean;
}

interface LogJson {
  readonly address: Hex;
  readonly topics: readonly Hex[];
  readonly data: Hex;
}

interface CallFrame {
  readonly enter: TraceEnter;
  readonly from: Hex;
  /** Whose storage and balance the code uses. */
  readonly self: Hex;
  readonly calls: CallFrame[];
  logs: LogJson[];
  exit: TraceExit | undefined;
}

const LOG0 = 0xa0;
const LOG4 = 0xa4;

/** Geth's `callTracer`: the tree of calls, creations and self-destructs. */
export class CallTracer implements Tracer {
  readonly onStep?: (frame: Frame, opcode: number) => void;
  readonly #options: CallTracerOptions;
  readonly #open: CallFrame[] = [];
  #top: CallFrame | undefined;

  constructor(options: CallTracerOptions) {
    this.#options = options;
    if (options.withLog) this.onStep = (frame, opcode) => this.#collectLog(frame, opcode);
  }

  onEnter(enter: TraceEnter): void {
    const parent = this.#open.at(-1);
    const borrows = enter.type === "DELEGATECALL" || enter.type === "CALLCODE";
    const frame: CallFrame = { enter, from: borrows && parent !== undefined ? parent.self : enter.from, self: borrows && parent !== undefined ? parent.self : enter.to, calls: [], logs: [], exit: undefined };
    if (parent === undefined) this.#top ??= frame;
    else if (!this.#options.onlyTopCall) parent.calls.push(frame);
    this.#open.push(frame);
  }

  onExit(exit: TraceExit): void {
    const frame = this.#open.pop();
    if (frame === undefined) return;
    frame.exit = exit;
    if (exit.error !== undefined) dropLogs(frame);
  }

  #collectLog(frame: Frame, opcode: number): void {
    if (opcode < LOG0 || opcode > LOG4 || frame.sp < 2 + opcode - LOG0) return;
    const offset = Number(frame.stack[frame.sp - 1]);
    const size = Number(frame.stack[frame.sp - 2]);
    if (offset + size > Number.MAX_SAFE_INTEGER || size > frame.gas) return;
    const data = new Uint8Array(size);
    data.set(frame.memory.subarray(Math.min(offset, frame.memorySize), Math.min(offset + size, frame.memorySize)));
    const topics = Array.from({ length: opcode - LOG0 }, (_, i): Hex => `0x${frame.stack[frame.sp - 3 - i]!.toString(16).padStart(64, "0")}`);
    this.#open.at(-1)?.logs.push({ address: frame.address, topics, data: bytesToHex(data) });
  }

  /** The tree; of a transaction that never ran (a failed deposit) what `absent` says. `gas` and `gasUsed` are the transaction's. */
  result(gas: number, gasUsed: number, absent: Readonly<Record<string, unknown>>): unknown {
    const top = this.#top === undefined ? absent : toJson(this.#top);
    return { ...top, gas: toQuantity(gas), gasUsed: toQuantity(gasUsed) };
  }
}

/** What a failed call logged is undone with it. */
function dropLogs(frame: CallFrame): void {
  frame.logs = [];
  for (const call of frame.calls) dropLogs(call);
}

function toJson({ enter, from, exit, calls, logs }: CallFrame): Readonly<Record<string, unknown>> {
  const output = exit?.output ?? new Uint8Array(0);
  const reason = exit?.error === "execution reverted" ? revertReason(output) : undefined;
  return {
    type: enter.type, from, to: enter.to, ...(enter.type === "STATICCALL" ? {} : { value: toQuantity(enter.value) }), gas: toQuantity(enter.gas), gasUsed: toQuantity(exit?.gasUsed ?? 0), input: bytesToHex(enter.input),
    ...(output.length === 0 ? {} : { output: bytesToHex(output) }),
    ...(exit?.error === undefined ? {} : { error: exit.error }),
    ...(reason === undefined ? {} : { revertReason: reason }),
    ...(calls.length === 0 ? {} : { calls: calls.map(toJson) }),
    ...(logs.length === 0 ? {} : { logs }),
  };
}
