import { PREDEPLOYS, type RollupConfig } from "@pangaea/config";
import { type BlockContext, Evm, type WorldState } from "@pangaea/evm";
import {
  type BlockHeader, bytesToHex, decodeTransaction, EMPTY_OMMERS_HASH, EMPTY_REQUESTS_HASH, EMPTY_TRIE_ROOT, encodeReceipt, headerHash, type Hex, InvalidInputError, logsBloom, orderedTrieRoot, type PayloadAttributes, recoverSender, transactionHash, TX_DEPOSIT, type SignedTransaction, ZERO_HASH,
} from "@pangaea/primitives";
import { type OpRules, opRulesAt } from "../op-rules.ts";
import { processDeposit } from "../transaction/deposit.ts";
import { daFootprint, readL1FeeParameters } from "../transaction/l1-fee.ts";
import { type Outcome, processTransaction, requireBlockGas } from "../transaction/process.ts";
import { encodeExtraData, nextBaseFee } from "./base-fee.ts";
import type { ExecutedBlock, StoredReceipt } from "./block.ts";
import { ensureCreate2Deployer } from "./create2-deployer.ts";
import { beforeTransactions } from "./system-calls.ts";

export interface BlockInput {
  readonly config: RollupConfig;
  readonly parent: BlockHeader;
  readonly parentHash: Hex;
  readonly attributes: Omit<PayloadAttributes, "transactions" | "noTxPool">;
  /** Extra data to take as it is, for a block that is given; otherwise made from the attributes. */
  readonly extraData?: Uint8Array;
  readonly blockHash: (number: number) => Hex | undefined;
}

/**
 * Executes one block, transaction by transaction, and seals it. `add` throws `InvalidInputError` for a transaction that may not
 * stand at this place and leaves the state as it was.
 */
export class BlockBuilder {
  readonly context: BlockContext;
  readonly rules: OpRules;
  readonly #input: BlockInput;
  readonly #state: WorldState;
  readonly #evm: Evm;
  readonly #transactions: Uint8Array[] = [];
  readonly #receipts: StoredReceipt[] = [];
  #gasUsed = 0;
  #daFootprint = 0;

  constructor(state: WorldState, input: BlockInput) {
    const { config, parent, attributes } = input;
    this.#input = input;
    this.#state = state;
    this.rules = opRulesAt(config, attributes.timestamp);
    this.context = {
      number: parent.number + 1,
      timestamp: attributes.timestamp,
      coinbase: attributes.suggestedFeeRecipient,
      gasLimit: attributes.gasLimit,
      baseFee: nextBaseFee(config, parent, attributes.timestamp),
      blobBaseFee: 1n,
      prevRandao: attributes.prevRandao,
      chainId: config.l2ChainId,
      blockHash: input.blockHash,
    };
    this.#evm = new Evm({ state, block: this.context, rules: this.rules.evm });
    ensureCreate2Deployer(config, state, attributes.timestamp);
    beforeTransactions(this.#evm, this.rules, input.parentHash, attributes.parentBeaconBlockRoot);
  }

  get gasLeft(): number {
    return this.context.gasLimit - this.#gasUsed;
  }

  get evm(): Evm {
    return this.#evm;
  }

  /** Executes an encoded transaction; `known` spares decoding and recovering the sender again. */
  add(encoded: Uint8Array, known?: { readonly transaction: SignedTransaction; readonly sender: Hex }): Outcome {
    const transaction = known?.transaction ?? decodeTransaction(encoded);
    const isFree = transaction.type === TX_DEPOSIT && transaction.isSystemTx && !this.rules.active("regolith");
    if (!isFree) requireBlockGas(transaction.gas, this.gasLeft);
    let outcome: Outcome;
    let from: Hex;
    if (transaction.type === TX_DEPOSIT) {
      from = transaction.from;
      outcome = processDeposit(this.#evm, this.rules, transaction);
    } else {
      from = known?.sender ?? recoverSender(transaction);
      this.#requireFootprint(encoded);
      outcome = processTransaction(this.#evm, this.rules, transaction, encoded, from);
    }
    this.#gasUsed += outcome.gasUsed;
    this.#daFootprint += outcome.daFootprint;
    this.#transactions.push(encoded);
    this.#receipts.push({
      type: transaction.type, status: outcome.status, cumulativeGasUsed: this.#gasUsed, logs: outcome.logs, transactionHash: transactionHash(encoded), from, gasUsed: outcome.gasUsed,
      effectiveGasPrice: outcome.effectiveGasPrice, daFootprint: outcome.daFootprint,
      ...(transaction.to === undefined ? {} : { to: transaction.to }),
      ...(outcome.contractAddress === undefined ? {} : { contractAddress: outcome.contractAddress }),
      ...(outcome.depositNonce === undefined ? {} : { depositNonce: outcome.depositNonce }),
      ...(outcome.depositReceiptVersion === undefined ? {} : { depositReceiptVersion: outcome.depositReceiptVersion }),
    });
    return outcome;
  }

  #requireFootprint(encoded: Uint8Array): void {
    if (!this.rules.active("jovian")) return;
    const footprint = daFootprint(encoded, readL1FeeParameters(this.#state, this.rules));
    if (this.#daFootprint + footprint > this.context.gasLimit) throw new InvalidInputError(`DA footprint limit reached: the transaction adds ${footprint}, the block has ${this.context.gasLimit - this.#daFootprint} left`);
  }

  seal(): ExecutedBlock {
    const { attributes, parentHash, config, extraData } = this.#input;
    const { root, nodes } = this.#state.commit();
    const receipts = this.#receipts.map((receipt) => ({ receipt, bloom: logsBloom(receipt.logs) }));
    const bloom = new Uint8Array(256);
    for (const one of receipts) for (let i = 0; i < 256; i++) bloom[i]! |= one.bloom[i]!;
    const active = this.rules.active;
    const header: BlockHeader = {
      parentHash,
      ommersHash: EMPTY_OMMERS_HASH,
      coinbase: attributes.suggestedFeeRecipient,
      stateRoot: bytesToHex(root),
      transactionsRoot: orderedTrieRoot(this.#transactions),
      receiptsRoot: orderedTrieRoot(receipts.map((one) => encodeReceipt(one.receipt, one.bloom))),
      logsBloom: bloom,
      difficulty: 0n,
      number: this.context.number,
      gasLimit: attributes.gasLimit,
      gasUsed: this.#gasUsed,
      timestamp: attributes.timestamp,
      extraData: extraData ?? encodeExtraData(config, attributes.eip1559Params, attributes.minBaseFee),
      mixHash: attributes.prevRandao,
      nonce: "0x0000000000000000",
      baseFeePerGas: this.context.baseFee,
      ...(active("canyon") ? { withdrawalsRoot: active("isthmus") ? bytesToHex(this.#state.storageRoot(PREDEPLOYS.l2ToL1MessagePasser)) : EMPTY_TRIE_ROOT } : {}),
      ...(active("ecotone") ? { blobGasUsed: this.#daFootprint, excessBlobGas: 0n, parentBeaconBlockRoot: attributes.parentBeaconBlockRoot ?? ZERO_HASH } : {}),
      ...(active("isthmus") ? { requestsHash: EMPTY_REQUESTS_HASH } : {}),
    };
    return { hash: headerHash(header), header, transactions: this.#transactions, receipts: this.#receipts, nodes };
  }
}
