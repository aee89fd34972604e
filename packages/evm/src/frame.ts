import { type Hex, EMPTY_BYTES } from "@pangaea/primitives";
import { analyze, type CodeAnalysis } from "./code.ts";
import type { Evm } from "./evm.ts";
import { GAS, MAX_STACK } from "./gas.ts";
import { OUT_OF_GAS, STACK_OVERFLOW, STACK_UNDERFLOW } from "./halt.ts";

export interface FrameInput {
  readonly evm: Evm;
  readonly code: Uint8Array;
  /** Where storage and balance are those of. */
  readonly address: Hex;
  readonly caller: Hex;
  readonly value: bigint;
  readonly data: Uint8Array;
  readonly gas: number;
  readonly isStatic: boolean;
  readonly depth: number;
}

const stacks: bigint[][] = [];
const LARGEST_OFFSET = 0x1_0000_0000n;

/** One running piece of code: its stack, memory and gas. Stacks are kept by depth and used again. */
export class Frame {
  readonly evm: Evm;
  readonly code: Uint8Array;
  readonly analysis: CodeAnalysis;
  readonly address: Hex;
  readonly caller: Hex;
  readonly value: bigint;
  readonly data: Uint8Array;
  readonly isStatic: boolean;
  readonly depth: number;
  readonly stack: bigint[];
  sp = 0;
  pc = 0;
  gas: number;
  memory = new Uint8Array(1_024);
  /** Bytes of memory in use, a multiple of 32. */
  memorySize = 0;
  /** What the last call or creation gave back. */
  returnData: Uint8Array = EMPTY_BYTES;
  output: Uint8Array = EMPTY_BYTES;
  status: "running" | "stopped" | "reverted" = "running";

  constructor(input: FrameInput) {
    this.evm = input.evm;
    this.code = input.code;
    this.analysis = analyze(input.code);
    this.address = input.address;
    this.caller = input.caller;
    this.value = input.value;
    this.data = input.data;
    this.gas = input.gas;
    this.isStatic = input.isStatic;
    this.depth = input.depth;
    this.stack = stacks[input.depth] ??= new Array<bigint>(MAX_STACK).fill(0n);
  }

  useGas(amount: number): void {
    if (this.gas < amount) {
      this.gas = 0;
      throw OUT_OF_GAS;
    }
    this.gas -= amount;
  }

  push(value: bigint): void {
    if (this.sp >= MAX_STACK) throw STACK_OVERFLOW;
    this.stack[this.sp++] = value;
  }

  pop(): bigint {
    if (this.sp === 0) throw STACK_UNDERFLOW;
    return this.stack[--this.sp]!;
  }

  /** Throws unless the stack holds `count` words. */
  need(count: number): void {
    if (this.sp < count) throw STACK_UNDERFLOW;
  }

  /** Makes memory reach over a range, and charges for it. A size of 0 reaches nowhere. Gives the offset as a number. */
  expandMemory(offset: bigint, size: bigint): number {
    if (size === 0n) return 0;
    const end = offset + size;
    if (end >= LARGEST_OFFSET) {
      this.gas = 0;
      throw OUT_OF_GAS;
    }
    this.expandTo(Number(end));
    return Number(offset);
  }

  expandTo(end: number): void {
    if (end <= this.memorySize) return;
    const before = this.memorySize / 32;
    const words = Math.ceil(end / 32);
    this.useGas(GAS.memoryWord * (words - before) + Math.floor((words * words) / GAS.quadDivisor) - Math.floor((before * before) / GAS.quadDivisor));
    this.memorySize = words * 32;
    if (this.memorySize > this.memory.length) {
      const grown = new Uint8Array(Math.max(this.memorySize, this.memory.length * 2));
      grown.set(this.memory);
      this.memory = grown;
    }
  }

  /** A copy of memory that has been expanded over. */
  readMemory(offset: number, size: number): Uint8Array {
    return size === 0 ? EMPTY_BYTES : this.memory.slice(offset, offset + size);
  }
}
