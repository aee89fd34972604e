import { brotliCompressSync } from "node:zlib";
import { bytesToHex, type Hex, decodeTransaction, encodeTransaction, type Random, recoverSender, rlpDecode, rlpEncode, rlpList, type SignedTransaction, transactionHash, TX_BLOB, TX_DEPOSIT, concatBytes, keccak256 } from "@pangaea/primitives";
import type { BlobCommitter, Compress, L1Fees, L1Receipt, L1TxBackend } from "../../src/index.ts";
import { SteppedClock } from "../../../node/test/support/stepped-clock.ts";
import { word } from "./chain.ts";

/** Time that stands still until it is moved. */
export class FakeClock extends SteppedClock {
  constructor() {
    super(1_000_000);
  }

  /** Moves time on until the condition holds. */
  async until(what: string, holds: () => boolean): Promise<void> {
    for (let i = 0; i < 5_000; i++) {
      if (holds()) return;
      await this.run(100);
    }
    throw new Error(`never came: ${what}`);
  }
}

export interface L1Entry {
  readonly hash: Hex;
  readonly tx: SignedTransaction;
  readonly blobs: readonly Uint8Array[];
}

function parseRaw(raw: Uint8Array): L1Entry {
  const isBlob = raw[0] === TX_BLOB;
  const [fields, blobs] = isBlob ? rlpList(rlpDecode(raw.subarray(1)), "network form", 4) : [];
  const encoded = isBlob ? concatBytes(Uint8Array.of(TX_BLOB), rlpEncode(fields!)) : raw;
  const tx = decodeTransaction(encoded);
  if (tx.type === TX_DEPOSIT) throw new Error("a deposit is no batch");
  return { hash: transactionHash(encodeTransaction(tx)), tx, blobs: isBlob ? (rlpList(blobs, "blobs") as readonly Uint8Array[]) : [] };
}

const tip = ({ tx }: L1Entry): bigint => ("maxFeePerGas" in tx ? tx.maxFeePerGas : tx.gasPrice);

/** An L1 with a pool, blocks that are mined on demand, reorgs, and replacement rules as pools have them. */
export class FakeL1 implements L1TxBackend {
  readonly blocks: L1Entry[][] = [[]];
  pool: L1Entry[] = [];
  sent: L1Entry[] = [];
  /** Forks of the chain so far: receipts of another branch have other block hashes. */
  branch = 0;
  isStuck = false;
  market: L1Fees = { baseFee: 1_000_000_000n, priorityFee: 1_000_000_000n, blobBaseFee: 1n };
  refuse: string | undefined;

  async blockNumber(): Promise<number> {
    return this.blocks.length - 1;
  }

  async nonce(address: Hex, at: "latest" | "pending"): Promise<number> {
    const mined = this.blocks.flat().filter(({ tx }) => recoverSender(tx) === address).length;
    return at === "latest" ? mined : mined + this.pool.length;
  }

  async fees(): Promise<L1Fees> {
    return this.market;
  }

  async receipt(hash: Hex): Promise<L1Receipt | undefined> {
    const blockNumber = this.blocks.findIndex((block) => block.some((entry) => entry.hash === hash));
    return blockNumber === -1 ? undefined : { blockNumber, blockHash: word(blockNumber + this.branch * 0x1000), status: 1 };
  }

  async sendRawTransaction(raw: Uint8Array): Promise<void> {
    if (this.refuse !== undefined) throw new Error(this.refuse);
    const entry = parseRaw(raw);
    if (this.pool.some(({ hash }) => hash === entry.hash)) throw new Error("already known");
    if (entry.tx.nonce < (await this.nonce(recoverSender(entry.tx), "latest"))) throw new Error("nonce too low");
    const old = this.pool.find(({ tx }) => tx.nonce === entry.tx.nonce);
    const percent = entry.tx.type === TX_BLOB ? 200n : 110n;
    if (old !== undefined && tip(entry) * 100n < tip(old) * percent) throw new Error("replacement transaction underpriced");
    this.pool = [...this.pool.filter((one) => one !== old), entry];
    this.sent.push(entry);
  }

  /** Mines a block of what the pool has with the next nonces. */
  mine(): void {
    const mined: L1Entry[] = [];
    if (!this.isStuck) {
      let next = this.blocks.flat().length;
      for (const entry of [...this.pool].sort((a, b) => a.tx.nonce - b.tx.nonce)) {
        if (entry.tx.nonce !== next) continue;
        mined.push(entry);
        next++;
      }
      this.pool = this.pool.filter((entry) => !mined.includes(entry));
    }
    this.blocks.push(mined);
  }

  /** Takes out the newest blocks, with their transactions, and puts empty ones in their place. */
  reorg(depth: number): void {
    this.blocks.splice(-depth, depth, ...Array.from({ length: depth }, () => []));
    this.branch++;
  }

  /** All transactions on the chain, with their block's number. */
  get mined(): (L1Entry & { readonly block: number })[] {
    return this.blocks.flatMap((block, number) => block.map((entry) => ({ ...entry, block: number })));
  }
}

/** Stands for KZG: the versioned hash is bound to the blob, nothing more. */
export const fakeCommitter: BlobCommitter = {
  commit: async (blob) => ({ commitment: new Uint8Array(48), proof: new Uint8Array(48), versionedHash: bytesToHex(Uint8Array.of(1, ...keccak256(blob.subarray(0, 4_096)).subarray(1))) }),
};

/** The same data as from `compressChannel`, without another thread, so that it takes no time. */
export const compressAtOnce: Compress = async (data) => concatBytes(Uint8Array.of(1), brotliCompressSync(data));

export function countingRandom(): Random {
  let next = 1;
  return { bytes: (length) => new Uint8Array(length).fill(next++) };
}
