import { WorldState } from "@pangaea/evm";
import { CriticalError, headerHash, hexToBytes, InvalidBlockError, InvalidInputError, NotFoundError, transactionHash } from "@pangaea/primitives";
import type { ExecutedBlock } from "../block/block.ts";
import { BlockBuilder } from "../block/block-builder.ts";
import { ancestorHashes, type BlockWitness, WitnessStore } from "./witness.ts";

/**
 * Executes a block from its witness with no other state: the parent's header, the attributes with all transactions, and the preimages of what
 * the block reads and of the trie nodes that its writes touch. The block that comes out is sealed; compare its hash with the one expected.
 * Gas in units, times in Unix seconds.
 * Throws `NotFoundError` naming the first preimage that lacks and where it is needed, `InvalidInputError` for a preimage that is not what its
 * key says, `InvalidBlockError` naming the transaction that may not stand where it does.
 * Source: specs `fault-proof/index.md#pre-image-oracle`, `protocol/exec-engine.md`.
 */
export function executeStateless(witness: BlockWitness): ExecutedBlock {
  const { config, parent, attributes, preimages } = witness;
  const store = new WitnessStore(preimages);
  const number = parent.number + 1;
  const at = <T>(place: string, step: () => T): T => {
    try {
      return step();
    } catch (error) {
      const where = `L2 block ${number}, ${place}`;
      if (error instanceof NotFoundError) throw new NotFoundError(`${where}: ${error.message}`);
      if (error instanceof CriticalError && store.missing !== undefined) throw new NotFoundError(`${where}: the witness lacks the preimage ${store.missing} (${reasonOf(error)}): make the witness with it`);
      if (error === store.fault) throw new InvalidInputError(`${where}: ${store.fault?.message}`);
      if (error instanceof InvalidInputError) throw new InvalidBlockError(`${where}: ${error.message}`);
      throw error;
    }
  };
  const parentHash = headerHash(parent);
  const { transactions, ...rest } = attributes;
  const state = new WorldState(store, hexToBytes(parent.stateRoot, 32));
  const builder = at("before its transactions", () => new BlockBuilder(state, { config, parent, parentHash, attributes: rest, blockHash: ancestorHashes(witness, parentHash) }));
  for (const [i, transaction] of transactions.entries()) at(`transaction ${i} (${transactionHash(transaction)})`, () => builder.add(transaction));
  return at("its state root", () => builder.seal());
}

/** What lacks, of the state's own message. */
const reasonOf = (error: CriticalError): string => error.message.replace(/^the state lacks (?:the )?/, "").replace(/:.*$/s, "");
