import { checksumOfLog, type ExecutingMessage } from "@pangaea/interop";
import { bytesToHex, type Hex, writeU32 } from "@pangaea/primitives";
import type { IndexedBlock, MessageQuery } from "../../src/index.ts";

export const CHAIN_ID = 901n;
export const BLOCK_TIME = 2;
export const GENESIS_TIME = 1_700_000_000;

/** 32 bytes that tell some small numbers. */
export function word(...numbers: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(32);
  for (const [i, number] of numbers.entries()) writeU32(bytes, i * 4, number);
  return bytes;
}

export const timeOf = (number: number): number => GENESIS_TIME + number * BLOCK_TIME;
export const hashOf = (number: number, branch = 0): Hex => bytesToHex(word(1, number, branch));

function executing(number: number, logIndex: number): ExecutingMessage {
  return {
    logIndex,
    identifier: { origin: `0x${"ab".repeat(20)}`, blockNumber: number * 3, logIndex: logIndex + 1, timestamp: timeOf(number) - 5, chainId: 902n + (BigInt(logIndex) << 80n) },
    payloadHash: bytesToHex(word(3, number, logIndex)),
    checksum: bytesToHex(word(4, number, logIndex)),
  };
}

/** A block of a branch on a parent of a branch, with so many logs; logs at the given places execute messages. */
export function block(number: number, logs: number, { branch = 0, parentBranch = branch, executes = [] }: { readonly branch?: number; readonly parentBranch?: number; readonly executes?: readonly number[] } = {}): IndexedBlock {
  const logHashes = new Uint8Array(logs * 32);
  for (let i = 0; i < logs; i++) logHashes.set(word(2, number, branch, i), i * 32);
  return { number, hash: hashOf(number, branch), parentHash: hashOf(number - 1, parentBranch), timestamp: timeOf(number), logHashes, executing: executes.map((logIndex) => executing(number, logIndex)) };
}

export const blocks = (from: number, to: number, logs: number): readonly IndexedBlock[] => Array.from({ length: to - from + 1 }, (_, i) => block(from + i, logs));

/** The question whether a log of a block is there, with the checksum that belongs to it. */
export function query(number: number, logIndex: number, branch = 0): MessageQuery {
  const place = { blockNumber: number, timestamp: timeOf(number), logIndex };
  return { ...place, checksum: checksumOfLog(word(2, number, branch, logIndex), { ...place, chainId: CHAIN_ID }) };
}
