import { keccak256 } from "@pangaea/primitives";
import type { Frame } from "../frame.ts";
import { GAS } from "../gas.ts";
import { RETURN_DATA_BOUNDS } from "../halt.ts";
import { bytesToWord, dataWord, readWord, writeWord } from "../word.ts";
import { operation, type OperationTable } from "./table.ts";

/** Copies from a source that is zero beyond its end into memory; charges for words and expansion. */
export function copyToMemory(frame: Frame, source: Uint8Array, target: bigint, from: bigint, size: bigint): void {
  const at = frame.expandMemory(target, size);
  if (size === 0n) return;
  const length = Number(size);
  frame.useGas(GAS.copyWord * Math.ceil(length / 32));
  const start = from >= BigInt(source.length) ? source.length : Number(from);
  const part = source.subarray(start, start + length);
  frame.memory.set(part, at);
  frame.memory.fill(0, at + part.length, at + length);
}

function keccak(frame: Frame): void {
  const offset = frame.pop();
  const size = frame.pop();
  const at = frame.expandMemory(offset, size);
  const length = Number(size);
  frame.useGas(GAS.keccakWord * Math.ceil(length / 32));
  frame.push(bytesToWord(keccak256(frame.memory.subarray(at, at + length))));
}

function copyFrom(source: (frame: Frame) => Uint8Array) {
  return (frame: Frame) => {
    const target = frame.pop();
    const from = frame.pop();
    copyToMemory(frame, source(frame), target, from, frame.pop());
  };
}

function returnDataCopy(frame: Frame): void {
  const target = frame.pop();
  const from = frame.pop();
  const size = frame.pop();
  if (from + size > BigInt(frame.returnData.length)) throw RETURN_DATA_BOUNDS;
  copyToMemory(frame, frame.returnData, target, from, size);
}

function mcopy(frame: Frame): void {
  const target = frame.pop();
  const from = frame.pop();
  const size = frame.pop();
  if (size === 0n) return;
  frame.expandMemory(target > from ? target : from, size);
  frame.useGas(GAS.copyWord * Math.ceil(Number(size) / 32));
  frame.memory.copyWithin(Number(target), Number(from), Number(from + size));
}

/** Memory, hashing and copying of data: KECCAK256, CALLDATA*, CODECOPY, RETURNDATA*, MLOAD, MSTORE, MSTORE8, MSIZE, MCOPY. */
export function addMemory(table: OperationTable, cancun: boolean): void {
  table[0x20] = operation("KECCAK256", 30, keccak);
  table[0x35] = operation("CALLDATALOAD", 3, (frame) => frame.push(dataWord(frame.data, frame.pop())));
  table[0x36] = operation("CALLDATASIZE", 2, (frame) => frame.push(BigInt(frame.data.length)));
  table[0x37] = operation("CALLDATACOPY", 3, copyFrom((frame) => frame.data));
  table[0x38] = operation("CODESIZE", 2, (frame) => frame.push(BigInt(frame.code.length)));
  table[0x39] = operation("CODECOPY", 3, copyFrom((frame) => frame.code));
  table[0x3d] = operation("RETURNDATASIZE", 2, (frame) => frame.push(BigInt(frame.returnData.length)));
  table[0x3e] = operation("RETURNDATACOPY", 3, returnDataCopy);
  table[0x51] = operation("MLOAD", 3, (frame) => {
    const at = frame.expandMemory(frame.pop(), 32n);
    frame.push(readWord(frame.memory, at));
  });
  table[0x52] = operation("MSTORE", 3, (frame) => {
    const offset = frame.pop();
    const word = frame.pop();
    const at = frame.expandMemory(offset, 32n);
    writeWord(frame.memory, at, word);
  });
  table[0x53] = operation("MSTORE8", 3, (frame) => {
    const offset = frame.pop();
    const word = frame.pop();
    const at = frame.expandMemory(offset, 1n);
    frame.memory[at] = Number(word & 0xffn);
  });
  table[0x59] = operation("MSIZE", 2, (frame) => frame.push(BigInt(frame.memorySize)));
  if (cancun) table[0x5e] = operation("MCOPY", 3, mcopy);
}
