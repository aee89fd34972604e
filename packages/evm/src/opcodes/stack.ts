import { INVALID_JUMP, STACK_OVERFLOW } from "../halt.ts";
import type { Frame } from "../frame.ts";
import { MAX_STACK } from "../gas.ts";
import { bytesToWord } from "../word.ts";
import { operation, type OperationTable } from "./table.ts";

function pushOf(size: number) {
  return (frame: Frame) => {
    const at = frame.pc;
    const { constants } = frame.analysis;
    let value = constants[at];
    if (value === undefined) {
      const bytes = frame.code.subarray(at, at + size);
      value = bytesToWord(bytes) << BigInt(8 * (size - bytes.length));
      constants[at] = value;
    }
    frame.push(value);
    frame.pc = at + size;
  };
}

function dupOf(depth: number) {
  return (frame: Frame) => {
    frame.need(depth);
    if (frame.sp >= MAX_STACK) throw STACK_OVERFLOW;
    frame.stack[frame.sp] = frame.stack[frame.sp - depth]!;
    frame.sp++;
  };
}

function swapOf(depth: number) {
  return (frame: Frame) => {
    frame.need(depth + 1);
    const { stack, sp } = frame;
    const top = stack[sp - 1]!;
    stack[sp - 1] = stack[sp - 1 - depth]!;
    stack[sp - 1 - depth] = top;
  };
}

function jumpTo(frame: Frame, destination: bigint): void {
  if (destination >= BigInt(frame.code.length)) throw INVALID_JUMP;
  const target = Number(destination);
  if (frame.analysis.jumpDestinations[target] !== 1) throw INVALID_JUMP;
  frame.pc = target;
}

/** Stack and jump operations: POP, JUMP, JUMPI, PC, GAS, JUMPDEST, PUSH, DUP, SWAP. */
export function addStack(table: OperationTable, shanghai: boolean): void {
  table[0x50] = operation("POP", 2, (frame) => {
    frame.pop();
  });
  table[0x56] = operation("JUMP", 8, (frame) => jumpTo(frame, frame.pop()));
  table[0x57] = operation("JUMPI", 10, (frame) => {
    const destination = frame.pop();
    if (frame.pop() !== 0n) jumpTo(frame, destination);
  });
  table[0x58] = operation("PC", 2, (frame) => frame.push(BigInt(frame.pc - 1)));
  table[0x5a] = operation("GAS", 2, (frame) => frame.push(BigInt(frame.gas)));
  table[0x5b] = operation("JUMPDEST", 1, () => {});
  if (shanghai) table[0x5f] = operation("PUSH0", 2, (frame) => frame.push(0n));
  for (let size = 1; size <= 32; size++) table[0x5f + size] = operation(`PUSH${size}`, 3, pushOf(size));
  for (let depth = 1; depth <= 16; depth++) {
    table[0x7f + depth] = operation(`DUP${depth}`, 3, dupOf(depth));
    table[0x8f + depth] = operation(`SWAP${depth}`, 3, swapOf(depth));
  }
}
