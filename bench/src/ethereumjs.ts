import { createRequire } from "node:module";
import { createBlock } from "@ethereumjs/block";
import { type Common, createCustomCommon, Hardfork, Mainnet } from "@ethereumjs/common";
import { Caches, MerkleStateManager } from "@ethereumjs/statemanager";
import { createTxFromRLP } from "@ethereumjs/tx";
import { createAccount, createAddressFromString, hexToBytes } from "@ethereumjs/util";
import { createVM, runBlock, type VM } from "@ethereumjs/vm";
import type { L2Genesis } from "@pangaea/config";
import { type BlockHeader, concatBytes, keccak256 } from "@pangaea/primitives";

interface Recover {
  ecdsaRecover(signature: Uint8Array, recovery: number, hash: Uint8Array, compressed: boolean): Uint8Array;
}

/** The same native libraries that our own execution uses: libsecp256k1, and keccak in WebAssembly. */
function nativeCommon(chainId: number): Common {
  const native: Recover = createRequire(import.meta.url)("secp256k1/bindings.js");
  const customCrypto = {
    keccak256,
    // The bench has typed transactions only: v is the parity.
    ecrecover: (hash: Uint8Array, v: bigint, r: Uint8Array, s: Uint8Array) => native.ecdsaRecover(concatBytes(leftPad(r), leftPad(s)), Number(v), hash, false).subarray(1),
  };
  return createCustomCommon({ chainId }, Mainnet, { hardfork: Hardfork.Cancun, customCrypto });
}

const leftPad = (bytes: Uint8Array): Uint8Array => concatBytes(new Uint8Array(32 - bytes.length), bytes);

/** EthereumJS's block execution with native crypto, state in memory: the yardstick for our own, which pays for OP's rules and the disk besides. */
export class EthereumJs {
  readonly #vm: VM;

  private constructor(vm: VM) {
    this.#vm = vm;
  }

  static async open(genesis: L2Genesis): Promise<EthereumJs> {
    const common = nativeCommon(genesis.chainId);
    const stateManager = new MerkleStateManager({ common, caches: new Caches() });
    await stateManager.checkpoint();
    for (const [hex, { balance, nonce, code, storage }] of Object.entries(genesis.alloc)) {
      const address = createAddressFromString(hex);
      await stateManager.putAccount(address, createAccount({ balance, nonce: BigInt(nonce) }));
      if (code.length > 0) await stateManager.putCode(address, code);
      for (const [key, value] of Object.entries(storage)) await stateManager.putStorage(address, hexToBytes(key as `0x${string}`), hexToBytes(value as `0x${string}`));
    }
    await stateManager.commit();
    await stateManager.flush();
    return new EthereumJs(await createVM({ common, stateManager }));
  }

  /** Executes the transactions of one of our blocks, from their encodings to the new state root; gives the gas that they took. */
  async run(header: BlockHeader, transactions: readonly Uint8Array[]): Promise<number> {
    const { common } = this.#vm;
    const block = createBlock(
      {
        header: { number: header.number, timestamp: header.timestamp, gasLimit: header.gasLimit, baseFeePerGas: header.baseFeePerGas ?? 0n, coinbase: createAddressFromString(header.coinbase) },
        transactions: transactions.map((encoded) => createTxFromRLP(encoded, { common })),
      },
      { common, skipConsensusFormatValidation: true },
    );
    const { gasUsed, receipts } = await runBlock(this.#vm, { block, generate: true, skipBlockValidation: true, skipHeaderValidation: true });
    if (receipts.some((receipt) => "status" in receipt && receipt.status !== 1)) throw new Error("a transaction of the bench block failed in EthereumJS");
    return Number(gasUsed);
  }
}
