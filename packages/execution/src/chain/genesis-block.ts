import { isForkActiveAtBlock, type L2Genesis, PREDEPLOYS, type RollupConfig } from "@pangaea/config";
import { WorldState } from "@pangaea/evm";
import { type BlockHeader, bytesToHex, EMPTY_OMMERS_HASH, EMPTY_REQUESTS_HASH, EMPTY_TRIE_ROOT, headerHash, type Hex, ZERO_HASH } from "@pangaea/primitives";
import type { ExecutedBlock } from "../block/block.ts";

/** The genesis block of an L2, with the trie nodes of its state. `forks` decides which header fields it has. */
export function genesisBlock(genesis: L2Genesis, forks: RollupConfig["forks"]): ExecutedBlock {
  const state = new WorldState({ get: () => undefined });
  for (const [address, { balance, nonce, code, storage }] of Object.entries(genesis.alloc) as [Hex, L2Genesis["alloc"][Hex]][]) {
    state.setBalance(address, balance);
    state.setNonce(address, nonce);
    if (code.length > 0) state.setCode(address, code);
    for (const [slot, value] of Object.entries(storage)) state.setStorage(address, BigInt(slot), BigInt(value));
  }
  const { root, nodes } = state.commit();
  const active = (fork: "canyon" | "ecotone" | "isthmus") => isForkActiveAtBlock(forks, fork, genesis.timestamp);
  const header: BlockHeader = {
    parentHash: ZERO_HASH, ommersHash: EMPTY_OMMERS_HASH, coinbase: genesis.coinbase, stateRoot: bytesToHex(root), transactionsRoot: EMPTY_TRIE_ROOT, receiptsRoot: EMPTY_TRIE_ROOT,
    logsBloom: new Uint8Array(256), difficulty: 0n, number: 0, gasLimit: genesis.gasLimit, gasUsed: 0, timestamp: genesis.timestamp, extraData: genesis.extraData, mixHash: genesis.mixHash,
    nonce: "0x0000000000000000", baseFeePerGas: genesis.baseFeePerGas,
    ...(active("canyon") ? { withdrawalsRoot: active("isthmus") ? bytesToHex(state.storageRoot(PREDEPLOYS.l2ToL1MessagePasser)) : EMPTY_TRIE_ROOT } : {}),
    ...(active("ecotone") ? { blobGasUsed: 0, excessBlobGas: 0n, parentBeaconBlockRoot: ZERO_HASH } : {}),
    ...(active("isthmus") ? { requestsHash: EMPTY_REQUESTS_HASH } : {}),
  };
  return { hash: headerHash(header), header, transactions: [], receipts: [], nodes };
}
