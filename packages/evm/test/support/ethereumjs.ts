import { createRequire } from "node:module";
import { Common, Hardfork, Mainnet } from "@ethereumjs/common";
import { createEVM } from "@ethereumjs/evm";
import { MerkleStateManager } from "@ethereumjs/statemanager";
import { Account, Address } from "@ethereumjs/util";
import { bigIntToBytes, bytesToHex, type Hex, hexToBytes } from "@pangaea/primitives";
import type { EvmFork } from "../../src/index.ts";
import { BLOB_HASHES, BLOCK, GAS_PRICE, type Outcome, SENDER, type World } from "./worlds.ts";

const HARDFORKS: Readonly<Record<EvmFork, string>> = { paris: Hardfork.Paris, shanghai: Hardfork.Shanghai, cancun: Hardfork.Cancun, prague: Hardfork.Prague, osaka: Hardfork.Osaka };
const addressOf = (hex: Hex): Address => new Address(hexToBytes(hex));
const word = (value: bigint): Uint8Array => bigIntToBytes(value, 32);

async function prepare(manager: MerkleStateManager, { accounts }: World): Promise<void> {
  await manager.checkpoint();
  for (const { address, nonce, balance, code, storage } of accounts) {
    const at = addressOf(address);
    await manager.putAccount(at, new Account(BigInt(nonce), balance));
    if (code.length > 0) await manager.putCode(at, code);
    for (const [slot, value] of storage) await manager.putStorage(at, word(slot), bigIntToBytes(value));
  }
  await manager.commit();
  await manager.flush();
  manager.originalStorageCache.clear();
}

interface NativeKzg {
  readonly DasContextJs: { create(options: { readonly usePrecomp: boolean }): { verifyKzgProof(commitment: Uint8Array, z: Uint8Array, y: Uint8Array, proof: Uint8Array): boolean } };
}
let library: ReturnType<NativeKzg["DasContextJs"]["create"]> | undefined;
function nativeKzg() {
  const module: NativeKzg = createRequire(import.meta.url)("@crate-crypto/node-eth-kzg");
  return (library ??= module.DasContextJs.create({ usePrecomp: false }));
}
const unused = (): never => {
  throw new Error("the EVM only verifies proofs");
};
const kzg = {
  blobToKzgCommitment: unused, computeBlobProof: unused, verifyBlobProofBatch: unused, computeCells: unused, computeCellsAndProofs: unused, recoverCellsAndProofs: unused, verifyCellKzgProofBatch: unused,
  verifyProof: (...hex: readonly [string, string, string, string]) => nativeKzg().verifyKzgProof(...(hex.map((one) => hexToBytes(one)) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array])),
};

const block = {
  header: {
    number: BigInt(BLOCK.number), coinbase: addressOf(BLOCK.coinbase), timestamp: BigInt(BLOCK.timestamp), difficulty: 0n, prevRandao: hexToBytes(BLOCK.prevRandao), gasLimit: BigInt(BLOCK.gasLimit), baseFeePerGas: BLOCK.baseFee,
    getBlobGasPrice: () => BLOCK.blobBaseFee,
  },
};
const ancestor = (number: number) => ({ hash: () => hexToBytes(BLOCK.blockHash(number) ?? "0x") });

/** Runs a world on `@ethereumjs/evm`: what became of each message. */
export async function runOnEthereumJs(world: World): Promise<Outcome[]> {
  const common = new Common({ chain: Mainnet, hardfork: HARDFORKS[world.fork], customCrypto: { kzg } });
  const stateManager = new MerkleStateManager({ common });
  await prepare(stateManager, world);
  const blockchain = { getBlock: (number: number) => Promise.resolve(ancestor(number)), putBlock: () => Promise.resolve(), shallowCopy: () => blockchain };
  const evm = await createEVM({ common, stateManager, blockchain });
  const outcomes: Outcome[] = [];
  for (const { to, value, data, gas } of world.messages) {
    await evm.journal.cleanup();
    stateManager.originalStorageCache.clear();
    for (const address of [SENDER, BLOCK.coinbase, ...(to === undefined ? [] : [to])]) evm.journal.addAlwaysWarmAddress(address);
    for (const address of evm.precompiles.keys()) evm.journal.addAlwaysWarmAddress(address);
    await evm.journal.checkpoint();
    const { execResult } = await evm.runCall({ caller: addressOf(SENDER), origin: addressOf(SENDER), gasPrice: GAS_PRICE, gasLimit: BigInt(gas), value, data, block, blobVersionedHashes: [...BLOB_HASHES], ...(to === undefined ? {} : { to: addressOf(to) }) });
    await evm.journal.commit();
    for (const address of execResult.selfdestruct?.keys() ?? []) {
      if (!common.isActivatedEIP(6780) || execResult.createdAddresses?.has(address) === true) await evm.journal.deleteAccount(new Address(hexToBytes(address)));
    }
    await evm.journal.cleanup();
    await stateManager.flush();
    const balances: Record<Hex, string> = {};
    for (const { address } of world.accounts) balances[address] = String((await stateManager.getAccount(addressOf(address)))?.balance ?? 0n);
    outcomes.push({
      success: execResult.exceptionError === undefined,
      gasUsed: Number(execResult.executionGasUsed),
      output: bytesToHex(execResult.returnValue),
      refund: Number(execResult.gasRefund ?? 0n),
      logs: (execResult.logs ?? []).map(([address, topics, log]) => ({ address: bytesToHex(address), topics: topics.map(bytesToHex), data: bytesToHex(log) })),
      balances,
      stateRoot: bytesToHex(await stateManager.getStateRoot()),
    });
  }
  return outcomes;
}
