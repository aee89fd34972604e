import type { Frame, TraceExit, Tracer } from "@pangaea/evm";
import { bytesToHex, type Hex, InvalidInputError } from "@pangaea/primitives";

export interface StructLoggerOptions {
  readonly disableStack: boolean;
  readonly disableStorage: boolean;
  readonly enableMemory: boolean;
  readonly enableReturnData: boolean;
  /** Steps to record; the rest is left out. */
  readonly limit: number | undefined;
}

interface StructLog {
  readonly pc: number;
  readonly op: string;
  readonly gas: number;
  gasCost: number;
  readonly depth: number;
  readonly refund?: number;
  readonly stack?: readonly Hex[];
  readonly memory?: readonly string[];
  readonly returnData?: Hex;
  storage?: Readonly<Record<string, string>>;
  error?: string;
}

/** Most steps that one trace records when no limit is asked for: its text would be hundreds of megabytes. */
const MAX_STEPS = 200_000;
const SLOAD = 0x54;
const SSTORE = 0x55;
const word = (value: bigint): string => value.toString(16).padStart(64, "0");

/** Geth's struct logger: every step with its gas, stack and, where asked for, memory. */
export class StructLogger implements Tracer {
  readonly #options: StructLoggerOptions;
  readonly #logs: StructLog[] = [];
  readonly #storage = new Map<string, Record<string, string>>();
  #last: { readonly log: StructLog; readonly frame: Frame } | undefined;

  constructor(options: StructLoggerOptions) {
    this.#options = options;
  }

  onStep(frame: Frame, opcode: number): void {
    this.#settle();
    if (this.#options.limit !== undefined && this.#logs.length >= this.#options.limit) return;
    if (this.#logs.length >= MAX_STEPS) throw new InvalidInputError(`the trace has more than ${MAX_STEPS} steps: give a limit, or use the callTracer`);
    const { evm } = frame;
    const log: StructLog = {
      pc: frame.pc, op: evm.opcodeName(opcode), gas: frame.gas, gasCost: 0, depth: frame.depth + 1,
      ...(evm.state.refund === 0 ? {} : { refund: evm.state.refund }),
      ...(this.#options.disableStack ? {} : { stack: frame.stack.slice(0, frame.sp).map((value): Hex => `0x${value.toString(16)}`) }),
      ...(this.#options.enableMemory ? { memory: words(frame) } : {}),
      ...(this.#options.enableReturnData && frame.returnData.length > 0 ? { returnData: bytesToHex(frame.returnData) } : {}),
    };
    if (!this.#options.disableStorage) this.#noteStorage(log, frame, opcode);
    this.#logs.push(log);
    this.#last = { log, frame };
  }

  onEnter(): void {
    this.#settle();
  }

  onExit({ error, depth }: TraceExit): void {
    const last = this.#last;
    this.#settle();
    if (error !== undefined && error !== "execution reverted" && last?.frame.depth === depth) last.log.error = error;
  }

  /** The cost of the step before, now that it has been charged; what a call hands on counts as its cost. */
  #settle(): void {
    if (this.#last === undefined) return;
    this.#last.log.gasCost = this.#last.log.gas - this.#last.frame.gas;
    this.#last = undefined;
  }

  #noteStorage(log: StructLog, frame: Frame, opcode: number): void {
    if ((opcode !== SLOAD && opcode !== SSTORE) || frame.sp < (opcode === SLOAD ? 1 : 2)) return;
    const slot = frame.stack[frame.sp - 1]!;
    const value = opcode === SLOAD ? frame.evm.state.storage(frame.address, slot) : frame.stack[frame.sp - 2]!;
    const slots = { ...this.#storage.get(frame.address), [word(slot)]: word(value) };
    this.#storage.set(frame.address, slots);
    log.storage = slots;
  }

  result(gasUsed: number, failed: boolean, output: Uint8Array): unknown {
    return { gas: gasUsed, failed, returnValue: bytesToHex(output), structLogs: this.#logs };
  }
}

function words(frame: Frame): string[] {
  const out: string[] = [];
  for (let at = 0; at < frame.memorySize; at += 32) out.push(Buffer.from(frame.memory.subarray(at, at + 32)).toString("hex"));
  return out;
}
