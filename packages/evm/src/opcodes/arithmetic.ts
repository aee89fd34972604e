import { GAS } from "../gas.ts";
import type { Frame } from "../frame.ts";
import { toSigned, toWord, WORD_MASK } from "../word.ts";
import { operation, type OperationTable } from "./table.ts";

const binary = (combine: (a: bigint, b: bigint) => bigint) => (frame: Frame) => {
  frame.need(2);
  const { stack } = frame;
  const a = stack[--frame.sp]!;
  stack[frame.sp - 1] = combine(a, stack[frame.sp - 1]!);
};

const unary = (change: (a: bigint) => bigint) => (frame: Frame) => {
  frame.need(1);
  frame.stack[frame.sp - 1] = change(frame.stack[frame.sp - 1]!);
};

const ternary = (combine: (a: bigint, b: bigint, c: bigint) => bigint) => (frame: Frame) => {
  const a = frame.pop();
  const b = frame.pop();
  frame.push(combine(a, b, frame.pop()));
};

const flag = (truth: boolean): bigint => (truth ? 1n : 0n);

function signedDivide(a: bigint, b: bigint): bigint {
  return b === 0n ? 0n : toWord(toSigned(a) / toSigned(b));
}

function signedRemainder(a: bigint, b: bigint): bigint {
  return b === 0n ? 0n : toWord(toSigned(a) % toSigned(b));
}

function power(base: bigint, exponent: bigint): bigint {
  if (base === 2n) return exponent < 256n ? 1n << exponent : 0n;
  let result = 1n;
  let factor = base;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = toWord(result * factor);
    factor = toWord(factor * factor);
  }
  return result;
}

function exp(frame: Frame): void {
  const base = frame.pop();
  const exponent = frame.pop();
  if (exponent > 0n) frame.useGas(GAS.expByte * Math.ceil(exponent.toString(16).length / 2));
  frame.push(power(base, exponent));
}

function signExtend(index: bigint, value: bigint): bigint {
  if (index >= 31n) return value;
  return toWord(BigInt.asIntN(8 * (Number(index) + 1), value));
}

const byteOf = (index: bigint, value: bigint): bigint => (index >= 32n ? 0n : (value >> (8n * (31n - index))) & 0xffn);
const shiftLeft = (shift: bigint, value: bigint): bigint => (shift >= 256n ? 0n : toWord(value << shift));
const shiftRight = (shift: bigint, value: bigint): bigint => (shift >= 256n ? 0n : value >> shift);
const arithmeticShift = (shift: bigint, value: bigint): bigint => toWord(toSigned(value) >> (shift >= 256n ? 256n : shift));
const leadingZeros = (value: bigint): bigint => (value === 0n ? 256n : BigInt(256 - value.toString(2).length));

/** Arithmetic, comparison and bit operations: 0x01 to 0x1e. */
export function addArithmetic(table: OperationTable, osaka: boolean): void {
  table[0x01] = operation("ADD", 3, binary((a, b) => toWord(a + b)));
  table[0x02] = operation("MUL", 5, binary((a, b) => toWord(a * b)));
  table[0x03] = operation("SUB", 3, binary((a, b) => toWord(a - b)));
  table[0x04] = operation("DIV", 5, binary((a, b) => (b === 0n ? 0n : a / b)));
  table[0x05] = operation("SDIV", 5, binary(signedDivide));
  table[0x06] = operation("MOD", 5, binary((a, b) => (b === 0n ? 0n : a % b)));
  table[0x07] = operation("SMOD", 5, binary(signedRemainder));
  table[0x08] = operation("ADDMOD", 8, ternary((a, b, n) => (n === 0n ? 0n : (a + b) % n)));
  table[0x09] = operation("MULMOD", 8, ternary((a, b, n) => (n === 0n ? 0n : (a * b) % n)));
  table[0x0a] = operation("EXP", 10, exp);
  table[0x0b] = operation("SIGNEXTEND", 5, binary(signExtend));
  table[0x10] = operation("LT", 3, binary((a, b) => flag(a < b)));
  table[0x11] = operation("GT", 3, binary((a, b) => flag(a > b)));
  table[0x12] = operation("SLT", 3, binary((a, b) => flag(toSigned(a) < toSigned(b))));
  table[0x13] = operation("SGT", 3, binary((a, b) => flag(toSigned(a) > toSigned(b))));
  table[0x14] = operation("EQ", 3, binary((a, b) => flag(a === b)));
  table[0x15] = operation("ISZERO", 3, unary((a) => flag(a === 0n)));
  table[0x16] = operation("AND", 3, binary((a, b) => a & b));
  table[0x17] = operation("OR", 3, binary((a, b) => a | b));
  table[0x18] = operation("XOR", 3, binary((a, b) => a ^ b));
  table[0x19] = operation("NOT", 3, unary((a) => a ^ WORD_MASK));
  table[0x1a] = operation("BYTE", 3, binary(byteOf));
  table[0x1b] = operation("SHL", 3, binary(shiftLeft));
  table[0x1c] = operation("SHR", 3, binary(shiftRight));
  table[0x1d] = operation("SAR", 3, binary(arithmeticShift));
  if (osaka) table[0x1e] = operation("CLZ", 5, unary(leadingZeros));
}
