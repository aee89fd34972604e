import type { Hex } from "@pangaea/primitives";
import type { Frame } from "../frame.ts";
import { GAS } from "../gas.ts";
import { bytesToWord, wordToAddress } from "../word.ts";
import { copyToMemory } from "./memory.ts";
import { operation, type OperationTable } from "./table.ts";

const addressWord = (address: Hex): bigint => BigInt(address);

/** Charges for reaching an account: dear when cold (EIP-2929). */
export function accessAccount(frame: Frame, address: Hex): void {
  frame.useGas(frame.evm.state.warmAddress(address) ? GAS.coldAccount : GAS.warmAccess);
}

function popAccount(frame: Frame): Hex {
  const address = wordToAddress(frame.pop());
  accessAccount(frame, address);
  return address;
}

function extCodeHash(frame: Frame): void {
  const address = popAccount(frame);
  const { state } = frame.evm;
  if (!state.exists(address) || state.isEmpty(address)) return frame.push(0n);
  frame.push(bytesToWord(state.codeHash(address)));
}

function blockHash(frame: Frame): void {
  const number = frame.pop();
  const current = BigInt(frame.evm.block.number);
  if (number >= current || number + 256n < current) return frame.push(0n);
  const hash = frame.evm.block.blockHash(Number(number));
  frame.push(hash === undefined ? 0n : BigInt(hash));
}

function blobHash(frame: Frame): void {
  const index = frame.pop();
  const hash = index < BigInt(frame.evm.transaction.blobHashes.length) ? frame.evm.transaction.blobHashes[Number(index)] : undefined;
  frame.push(hash === undefined ? 0n : BigInt(hash));
}

/** The world around the code: accounts, transaction, block. */
export function addEnvironment(table: OperationTable, cancun: boolean): void {
  table[0x30] = operation("ADDRESS", 2, (frame) => frame.push(addressWord(frame.address)));
  table[0x31] = operation("BALANCE", 0, (frame) => frame.push(frame.evm.state.balance(popAccount(frame))));
  table[0x32] = operation("ORIGIN", 2, (frame) => frame.push(addressWord(frame.evm.transaction.origin)));
  table[0x33] = operation("CALLER", 2, (frame) => frame.push(addressWord(frame.caller)));
  table[0x34] = operation("CALLVALUE", 2, (frame) => frame.push(frame.value));
  table[0x3a] = operation("GASPRICE", 2, (frame) => frame.push(frame.evm.transaction.gasPrice));
  table[0x3b] = operation("EXTCODESIZE", 0, (frame) => frame.push(BigInt(frame.evm.state.code(popAccount(frame)).length)));
  table[0x3c] = operation("EXTCODECOPY", 0, (frame) => {
    const address = popAccount(frame);
    const target = frame.pop();
    const from = frame.pop();
    copyToMemory(frame, frame.evm.state.code(address), target, from, frame.pop());
  });
  table[0x3f] = operation("EXTCODEHASH", 0, extCodeHash);
  table[0x40] = operation("BLOCKHASH", 20, blockHash);
  table[0x41] = operation("COINBASE", 2, (frame) => frame.push(addressWord(frame.evm.block.coinbase)));
  table[0x42] = operation("TIMESTAMP", 2, (frame) => frame.push(BigInt(frame.evm.block.timestamp)));
  table[0x43] = operation("NUMBER", 2, (frame) => frame.push(BigInt(frame.evm.block.number)));
  table[0x44] = operation("PREVRANDAO", 2, (frame) => frame.push(BigInt(frame.evm.block.prevRandao)));
  table[0x45] = operation("GASLIMIT", 2, (frame) => frame.push(BigInt(frame.evm.block.gasLimit)));
  table[0x46] = operation("CHAINID", 2, (frame) => frame.push(BigInt(frame.evm.block.chainId)));
  table[0x47] = operation("SELFBALANCE", 5, (frame) => frame.push(frame.evm.state.balance(frame.address)));
  table[0x48] = operation("BASEFEE", 2, (frame) => frame.push(frame.evm.block.baseFee));
  if (cancun) {
    table[0x49] = operation("BLOBHASH", 3, blobHash);
    table[0x4a] = operation("BLOBBASEFEE", 2, (frame) => frame.push(frame.evm.block.blobBaseFee));
  }
}
