import type { RollupConfig } from "@pangaea/config";
import type { NodeStore } from "@pangaea/evm";
import { type BlockHeader, bytesToHex, decodeHeader, type Hex, keccak256Hex, NotFoundError, InvalidInputError, type PayloadAttributes } from "@pangaea/primitives";

/**
 * Everything that one block's execution needs. `preimages`: trie nodes, code and headers of earlier blocks, by keccak.
 * Times in Unix seconds; `attributes` hold all of the block's transactions.
 */
export interface BlockWitness {
  readonly config: RollupConfig;
  readonly parent: BlockHeader;
  readonly attributes: Omit<PayloadAttributes, "noTxPool">;
  readonly preimages: ReadonlyMap<Hex, Uint8Array>;
}

/** How far back BLOCKHASH sees. Source: Ethereum yellow paper, appendix H. */
const BLOCK_HASH_WINDOW = 256;

/** The preimages of a witness as a store of trie nodes. Remembers which one it was asked for last and does not have. Throws `InvalidInputError`, kept as `fault`, for one that is not what its key says. */
export class WitnessStore implements NodeStore {
  readonly #preimages: ReadonlyMap<Hex, Uint8Array>;
  readonly #checked = new Set<Hex>();
  missing: Hex | undefined;
  fault: InvalidInputError | undefined;

  constructor(preimages: ReadonlyMap<Hex, Uint8Array>) {
    this.#preimages = preimages;
  }

  get(hash: Uint8Array): Uint8Array | undefined {
    const key = bytesToHex(hash);
    const preimage = this.#preimages.get(key);
    if (preimage === undefined) this.missing = key;
    else if (!this.#checked.has(key)) {
      const actual = keccak256Hex(preimage);
      if (actual !== key) throw this.fault = new InvalidInputError(`the witness has ${preimage.length} bytes under ${key} whose keccak is ${actual}: make the witness anew`);
      this.#checked.add(key);
    }
    return preimage;
  }
}

/**
 * The hashes of a block's ancestors for BLOCKHASH: the parent's is known, each earlier one is in the header after it, which the witness must hold.
 * The lookup throws `NotFoundError` naming the header that lacks.
 */
export function ancestorHashes({ parent, preimages }: Pick<BlockWitness, "parent" | "preimages">, parentHash: Hex): (number: number) => Hex | undefined {
  const known: Hex[] = [parentHash, parent.parentHash];
  return (number) => {
    const back = parent.number - number;
    if (back < 0 || back >= BLOCK_HASH_WINDOW || number < 0) return undefined;
    while (known.length <= back) {
      const hash = known.at(-1)!;
      const encoded = preimages.get(hash);
      if (encoded === undefined) throw new NotFoundError(`the witness lacks the preimage ${hash}, the header of block ${parent.number - known.length + 1}, which BLOCKHASH of block ${number} needs: make the witness with it`);
      if (keccak256Hex(encoded) !== hash) throw new InvalidInputError(`the witness has ${encoded.length} bytes under ${hash} that do not hash to it: make the witness anew`);
      known.push(decodeHeader(encoded).parentHash);
    }
    return known[back];
  };
}
