import type { RollupConfig } from "@pangaea/config";
import type { WorldState } from "@pangaea/evm";
import { type BlockHeader, type ExecutionPayloadEnvelope, type Hex, InvalidBlockError, InvalidInputError, payloadToHeader } from "@pangaea/primitives";
import { checkExtraData } from "./base-fee.ts";
import type { ExecutedBlock } from "./block.ts";
import { BlockBuilder } from "./block-builder.ts";

const COMPARED = ["gasUsed", "baseFeePerGas", "blobGasUsed", "receiptsRoot", "withdrawalsRoot", "stateRoot"] as const;

/** Executes a block that was given and holds it against what it claims. Throws `InvalidBlockError` naming the first difference. */
export function processBlock(config: RollupConfig, state: WorldState, parent: BlockHeader, parentHash: Hex, envelope: ExecutionPayloadEnvelope, blockHash: (number: number) => Hex | undefined): ExecutedBlock {
  const { payload, parentBeaconBlockRoot } = envelope;
  const claimed = payloadToHeader(envelope);
  const where = `L2 block ${payload.blockNumber} (${payload.blockHash})`;
  if (payload.timestamp <= parent.timestamp) throw new InvalidBlockError(`${where}: time ${payload.timestamp} is not after its parent's, ${parent.timestamp}`);
  checkExtraData(config, payload.extraData, payload.timestamp);
  const builder = new BlockBuilder(state, {
    config,
    parent,
    parentHash,
    attributes: { timestamp: payload.timestamp, prevRandao: payload.prevRandao, suggestedFeeRecipient: payload.feeRecipient, gasLimit: payload.gasLimit, ...(parentBeaconBlockRoot === undefined ? {} : { parentBeaconBlockRoot }) },
    extraData: payload.extraData,
    blockHash,
  });
  for (const [i, transaction] of payload.transactions.entries()) {
    try {
      builder.add(transaction);
    } catch (error) {
      if (error instanceof InvalidInputError) throw new InvalidBlockError(`${where}: transaction ${i}: ${error.message}`);
      throw error;
    }
  }
  const block = builder.seal();
  for (const field of COMPARED) if (block.header[field] !== claimed[field]) throw new InvalidBlockError(`${where}: ${field} is ${String(claimed[field])}, execution gives ${String(block.header[field])}`);
  if (block.hash !== payload.blockHash) throw new InvalidBlockError(`${where}: execution gives the block ${block.hash}`);
  return block;
}
