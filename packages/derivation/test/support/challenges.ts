import type { AltDaConfig, RollupConfig } from "@pangaea/config";
import { challengeCalls } from "@pangaea/contracts";
import { bigIntToBytes, commitmentTxData, concatBytes, type DaCommitment, decodeTransaction, encodeTransaction, type ExecutionPayloadEnvelope, type Hex, hexToBytes, keccakCommitment, type Log, type ReceiptLogs, signTransaction, TX_FEE_MARKET, ZERO_HASH } from "@pangaea/primitives";
import { CHALLENGE_STATUS_CHANGED } from "../../src/index.ts";
import { carol } from "../../../execution/test/support/chain.ts";
import { channelOf, cut, framesTransaction, singularOf } from "./l1-data.ts";
import type { FakeDa } from "./fake-da.ts";

export const CHALLENGE_CONTRACT: Hex = `0x${"00".repeat(18)}da0c`;
export const KECCAK: AltDaConfig = { commitmentKind: "keccak256", challengeContract: CHALLENGE_CONTRACT, challengeWindow: 6, resolveWindow: 6 };
export const ACTIVE = 1;
export const RESOLVED = 2;
const word = (value: number) => bigIntToBytes(BigInt(value), 32);

/** The event of a challenge contract. */
export function challengeLog(status: number, { encoded }: DaCommitment, inclusion: number, address = CHALLENGE_CONTRACT): Log {
  const padded = concatBytes(encoded, new Uint8Array((32 - (encoded.length % 32)) % 32));
  return { address: hexToBytes(address), topics: [CHALLENGE_STATUS_CHANGED, word(inclusion)], data: concatBytes(word(64), word(status), word(encoded.length), padded) };
}

export const receiptOf = (logs: readonly Log[], status: 0 | 1 = 1): ReceiptLogs => ({ transactionHash: ZERO_HASH, status, logs });

function transactionTo(to: Hex, data: Uint8Array): Uint8Array {
  return encodeTransaction(signTransaction({ type: TX_FEE_MARKET, chainId: 900, nonce: 0, gas: 1_000_000, to, value: 0n, data, maxFeePerGas: 1n, maxPriorityFeePerGas: 0n, accessList: [] }, carol.key));
}

/** What a challenge leaves in an L1 block. */
export const challenged = (commitment: DaCommitment, inclusion: number) => ({ transactions: [transactionTo(CHALLENGE_CONTRACT, challengeCalls.challenge(inclusion, commitment))], receipts: [receiptOf([challengeLog(ACTIVE, commitment, inclusion)])] });

/** What showing an input leaves in an L1 block. */
export const resolved = (commitment: DaCommitment, inclusion: number, input: Uint8Array) => ({ transactions: [transactionTo(CHALLENGE_CONTRACT, challengeCalls.resolve(inclusion, commitment, input))], receipts: [receiptOf([challengeLog(RESOLVED, commitment, inclusion)])] });

/** A transaction of the batcher with a commitment. */
export const commitmentTransaction = (config: RollupConfig, commitment: DaCommitment): Uint8Array => transactionTo(config.batchInboxAddress, commitmentTxData(commitment));

/** Puts blocks to the DA server; gives the commitment. */
export function keepBlocks(da: FakeDa, config: RollupConfig, blocks: readonly ExecutionPayloadEnvelope[]): DaCommitment {
  const input = decodeTransaction(framesTransaction(config, cut(channelOf(blocks.map((block) => singularOf(config, block))), 1))).data;
  return da.keep(keccakCommitment(input), input);
}
