import { bytesToHex, decodeTransaction, type Hex, hexToBytes, InvalidInputError, isHex, quantityToNumber, toQuantity, TX_DEPOSIT } from "@pangaea/primitives";
import { RpcError, RpcErrorCode, type RpcMethods } from "@pangaea/rpc";
import type { Block } from "../block/block.ts";
import { nextBaseFee } from "../block/base-fee.ts";
import type { EmbeddedExecutionLayer } from "../engine/embedded-execution-layer.ts";
import { MessageRefusedError } from "../pool/message-filter.ts";
import { createAccessList } from "./access-list.ts";
import { blockToJson, receiptsToJson, transactionToJson } from "./format.ts";
import { addressParam, callParam, findBlock, hashParam, overridesParam, percentilesParam, requireBlock, slotParam } from "./parameters.ts";
import { estimateGas, requireSuccess, simulate } from "./simulate.ts";
import { effectiveGasPrice } from "../transaction/validate.ts";

/** What is offered as a tip when blocks are not full, in wei. */
const SUGGESTED_TIP = 1_000_000n;
const MAX_FEE_HISTORY = 1_024;

/** `eth_*` that asks about blocks, transactions and accounts, and sends. Source: execution-apis `eth`. */
export function ethMethods({ chain, pool }: EmbeddedExecutionLayer): RpcMethods {
  const state = (block: unknown) => chain.stateAt(requireBlock(chain, block));
  const upcomingFee = () => nextBaseFee(chain.config, chain.head.header, chain.head.header.timestamp + chain.config.blockTime);
  const byIndex = (block: Block | undefined, index: unknown) => {
    const i = quantityToNumber(index, "transaction index");
    const encoded = block?.transactions[i];
    if (block === undefined || encoded === undefined) return null;
    const receipt = chain.receipts(block.hash)[i]!;
    return transactionToJson(encoded, receipt.from, { block, index: i }, receipt);
  };
  const transactionByHash = (hash: unknown) => {
    const wanted = hashParam(hash);
    const placed = chain.locateTransaction(wanted);
    if (placed !== undefined) return byIndex(placed.block, toQuantity(placed.index));
    const pooled = pool.get(wanted);
    return pooled === undefined ? null : transactionToJson(pooled.encoded, pooled.sender, undefined);
  };
  return {
    eth_chainId: () => toQuantity(chain.config.l2ChainId),
    eth_blockNumber: () => toQuantity(chain.head.header.number),
    eth_syncing: () => false,
    eth_accounts: () => [],
    eth_mining: () => false,
    eth_gasPrice: () => toQuantity(upcomingFee() + SUGGESTED_TIP),
    eth_maxPriorityFeePerGas: () => toQuantity(SUGGESTED_TIP),
    eth_blobBaseFee: () => "0x1",
    eth_getBlockByNumber: ([number, full]) => blockOrNull(findBlock(chain, number ?? "latest"), full),
    eth_getBlockByHash: ([hash, full]) => blockOrNull(chain.blockByHash(hashParam(hash)), full),
    eth_getBlockTransactionCountByNumber: ([number]) => countOf(findBlock(chain, number)),
    eth_getBlockTransactionCountByHash: ([hash]) => countOf(chain.blockByHash(hashParam(hash))),
    eth_getUncleCountByBlockNumber: () => "0x0",
    eth_getUncleCountByBlockHash: () => "0x0",
    eth_getBlockReceipts: ([block]) => {
      const found = findBlock(chain, block);
      return found === undefined ? null : receiptsToJson(chain, found);
    },
    eth_getTransactionByHash: ([hash]) => transactionByHash(hash),
    eth_getTransactionByBlockHashAndIndex: ([hash, index]) => byIndex(chain.blockByHash(hashParam(hash)), index),
    eth_getTransactionByBlockNumberAndIndex: ([number, index]) => byIndex(findBlock(chain, number), index),
    eth_getRawTransactionByHash: ([hash]) => {
      const placed = chain.locateTransaction(hashParam(hash));
      const encoded = placed?.block.transactions[placed.index] ?? pool.get(hashParam(hash))?.encoded;
      return encoded === undefined ? "0x" : bytesToHex(encoded);
    },
    eth_getTransactionReceipt: ([hash]) => {
      const placed = chain.locateTransaction(hashParam(hash));
      return placed === undefined ? null : receiptsToJson(chain, placed.block)[placed.index];
    },
    eth_getBalance: ([address, block]) => toQuantity(state(block).balance(addressParam(address))),
    eth_getCode: ([address, block]) => bytesToHex(state(block).code(addressParam(address))),
    eth_getStorageAt: ([address, slot, block]) => `0x${state(block).storage(addressParam(address), slotParam(slot)).toString(16).padStart(64, "0")}`,
    eth_getTransactionCount: ([address, block]) => {
      const account = addressParam(address);
      const next = state(block).nonce(account);
      return toQuantity(block === "pending" ? pool.pendingNonce(account, next) : next);
    },
    eth_getProof: ([address, slots, block]) => {
      if (!Array.isArray(slots) || slots.length > 1_024) throw new InvalidInputError("eth_getProof wants a list of at most 1024 storage keys");
      const proof = state(block).proof(addressParam(address), slots.map(slotParam));
      const hexes = (nodes: readonly Uint8Array[]) => nodes.map(bytesToHex);
      return {
        address: proof.address, balance: toQuantity(proof.balance), nonce: toQuantity(proof.nonce), codeHash: proof.codeHash, storageHash: proof.storageHash, accountProof: hexes(proof.accountProof),
        storageProof: proof.storageProof.map((one, i) => ({ key: slots[i] as unknown, value: toQuantity(one.value), proof: hexes(one.proof) })),
      };
    },
    eth_call: ([call, block, overrides]) => {
      const result = simulate(chain, requireBlock(chain, block), callParam(call), overridesParam(overrides));
      requireSuccess(result);
      return bytesToHex(result.output);
    },
    eth_estimateGas: ([call, block, overrides]) => toQuantity(estimateGas(chain, requireBlock(chain, block), callParam(call), overridesParam(overrides))),
    eth_createAccessList: ([call, block]) => createAccessList(chain, requireBlock(chain, block), callParam(call)),
    eth_sendRawTransaction: ([raw]) => {
      if (!isHex(raw)) throw new InvalidInputError("eth_sendRawTransaction wants the signed transaction in hex");
      try {
        const admitted = pool.admit(hexToBytes(raw));
        return typeof admitted === "string" ? admitted : admitted.catch(refuseTransaction);
      } catch (error) {
        return refuseTransaction(error);
      }
    },
    eth_feeHistory: ([count, newest, percentiles]) => feeHistory(quantityToNumber(typeof count === "number" ? toQuantity(count) : count, "block count"), requireBlock(chain, newest), percentilesParam(percentiles)),
  };

  function blockOrNull(block: Block | undefined, full: unknown): unknown {
    return block === undefined ? null : blockToJson(chain, block, full === true);
  }

  function countOf(block: Block | undefined): Hex | null {
    return block === undefined ? null : toQuantity(block.transactions.length);
  }

  function feeHistory(count: number, newest: Block, percentiles: readonly number[]): unknown {
    const first = Math.max(newest.header.number - Math.min(count, MAX_FEE_HISTORY) + 1, 0);
    const blocks = Array.from({ length: newest.header.number - first + 1 }, (_, i) => chain.blockByNumber(first + i)!);
    const following = nextBaseFee(chain.config, newest.header, newest.header.timestamp + chain.config.blockTime);
    return {
      oldestBlock: toQuantity(first),
      baseFeePerGas: [...blocks.map(({ header }) => toQuantity(header.baseFeePerGas ?? 0n)), toQuantity(following)],
      gasUsedRatio: blocks.map(({ header }) => header.gasUsed / header.gasLimit),
      baseFeePerBlobGas: [...blocks.map(() => "0x1"), "0x1"],
      blobGasUsedRatio: blocks.map(() => 0),
      ...(percentiles.length === 0 ? {} : { reward: blocks.map((block) => tips(block, percentiles)) }),
    };
  }

  /** The tips at percentiles of a block's gas. */
  function tips(block: Block, percentiles: readonly number[]): readonly Hex[] {
    const baseFee = block.header.baseFeePerGas ?? 0n;
    const receipts = chain.receipts(block.hash);
    const paid = block.transactions
      .map((encoded, i) => ({ transaction: decodeTransaction(encoded), gas: receipts[i]!.gasUsed }))
      .flatMap(({ transaction, gas }) => (transaction.type === TX_DEPOSIT ? [] : [{ tip: effectiveGasPrice(transaction, baseFee) - baseFee, gas }]))
      .sort((a, b) => (a.tip < b.tip ? -1 : 1));
    const total = paid.reduce((sum, { gas }) => sum + gas, 0);
    return percentiles.map((percentile) => {
      let seen = 0;
      for (const { tip, gas } of paid) if ((seen += gas) >= (total * percentile) / 100) return toQuantity(tip);
      return "0x0";
    });
  }
}

function refuseTransaction(error: unknown): never {
  if (error instanceof InvalidInputError) throw new RpcError(error instanceof MessageRefusedError ? error.code : RpcErrorCode.server, error.message);
  throw error;
}

/** `net_*` and `web3_*`. */
export function netMethods(chainId: number, keccak: (data: Uint8Array) => Uint8Array): RpcMethods {
  return {
    net_version: () => String(chainId),
    net_listening: () => true,
    net_peerCount: () => "0x0",
    web3_clientVersion: () => "pangaea/0.1.0",
    web3_sha3: ([data]) => {
      if (!isHex(data)) throw new InvalidInputError("web3_sha3 wants hex");
      return bytesToHex(keccak(hexToBytes(data)));
    },
  };
}
