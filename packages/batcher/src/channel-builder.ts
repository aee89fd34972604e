import { isForkActiveAtInclusion, isForkActiveAtOrigin, maxRlpBytesPerChannel, type RollupConfig } from "@pangaea/config";
import type { L1BlockRef } from "@pangaea/primitives";
import type { BatchBlock } from "./batch-block.ts";
import { encodeBatches } from "./batch-encoding.ts";
import { frameCapacity } from "./channel.ts";
import type { Compress } from "./compression.ts";
import type { ChannelOptions } from "./options.ts";

/** A channel this full is not worth another attempt to add to it. */
const FULL_ENOUGH = 0.95;
/** Room left for the error of a size that was estimated from a measured ratio. */
const CUT_MARGIN = 0.98;
/** Bytes that a batch's own fields and RLP headers take beyond its transactions, a block. */
const SINGULAR_OVERHEAD = 128;

/** The data of a closed channel and how many of the builder's blocks, from the first, are in it. */
export interface SealedChannel {
  readonly data: Uint8Array;
  readonly blockCount: number;
  /** Compressed by uncompressed size. */
  readonly ratio: number;
}

export type CloseReason = "duration" | "sequencing window";

/**
 * An open channel. It grows block by block; how large it will be compressed is estimated from the ratio that was measured last,
 * and measured by compressing it when the estimate reaches the target.
 */
export class ChannelBuilder {
  readonly #config: RollupConfig;
  readonly #options: ChannelOptions;
  readonly #compressor: Compress;
  readonly #openedAt: number;
  readonly #blocks: BatchBlock[] = [];
  #inputBytes = 0;
  #ratio: number;
  #measured: { readonly sealed: SealedChannel; readonly inputBytes: number } | undefined;

  /** `openedAt` is the number of L1's head; `ratio` what was measured of the channel before. */
  constructor({ config, compress }: { readonly config: RollupConfig; readonly compress: Compress }, options: ChannelOptions, { openedAt, ratio }: { readonly openedAt: number; readonly ratio: number }) {
    this.#config = config;
    this.#compressor = compress;
    this.#options = options;
    this.#openedAt = openedAt;
    this.#ratio = ratio;
  }

  get blocks(): readonly BatchBlock[] {
    return this.#blocks;
  }

  get inputBytes(): number {
    return this.#inputBytes;
  }

  /** Compressed bytes that fill the target number of frames. */
  get target(): number {
    const { dataAvailability, targetFrames } = this.#options;
    return targetFrames * frameCapacity(dataAvailability === "calldata" ? "calldata" : "blobs", this.#options);
  }

  /** Whether the channel is, by the estimate, large enough to be measured. */
  get looksFull(): boolean {
    const { sealed, inputBytes } = this.#measured ?? { sealed: { data: { length: 0 } }, inputBytes: 0 };
    return sealed.data.length + (this.#inputBytes - inputBytes) * this.#ratio >= this.target;
  }

  /** Whether the block still fits under the limit of uncompressed bytes. */
  fits(block: BatchBlock, headL1: L1BlockRef): boolean {
    const overhead = (this.#blocks.length + 1) * SINGULAR_OVERHEAD;
    return this.#blocks.length === 0 || this.#inputBytes + block.size + overhead <= maxRlpBytesPerChannel(this.#config, headL1.timestamp);
  }

  add(block: BatchBlock): void {
    this.#blocks.push(block);
    this.#inputBytes += block.size;
  }

  /** Why the channel must close now, however full it is. */
  closeReason(headL1: L1BlockRef): CloseReason | undefined {
    const first = this.#blocks[0];
    if (first === undefined) return undefined;
    const { maxChannelDuration, subSafetyMargin } = this.#options;
    if (maxChannelDuration > 0 && headL1.number >= this.#openedAt + maxChannelDuration) return "duration";
    if (headL1.number >= first.ref.l1Origin.number + this.#config.seqWindowSize - subSafetyMargin) return "sequencing window";
    return undefined;
  }

  /** Compresses what is there. Gives the ready channel when it is full, undefined when there is room for more. */
  async sealIfFull(headL1: L1BlockRef): Promise<SealedChannel | undefined> {
    const whole = await this.#compress(this.#blocks.length, headL1);
    return whole.data.length >= this.target * FULL_ENOUGH ? this.#cut(whole, headL1) : undefined;
  }

  /** Closes the channel; blocks that would pass the target are left out. */
  async seal(headL1: L1BlockRef): Promise<SealedChannel> {
    return this.#cut(await this.#compress(this.#blocks.length, headL1), headL1);
  }

  /** Leaves out blocks from the end until the target holds the channel; a single block may pass it. */
  async #cut(whole: SealedChannel, headL1: L1BlockRef): Promise<SealedChannel> {
    let sealed = whole;
    while (sealed.data.length > this.target && sealed.blockCount > 1) {
      const room = (this.target * CUT_MARGIN) / sealed.ratio;
      let size = 0;
      let count = 0;
      while (count < sealed.blockCount - 1 && (count === 0 || size + this.#blocks[count]!.size <= room)) size += this.#blocks[count++]!.size;
      sealed = await this.#compress(count, headL1);
    }
    return sealed;
  }

  async #compress(blockCount: number, headL1: L1BlockRef): Promise<SealedChannel> {
    if (this.#measured?.sealed.blockCount === blockCount) return this.#measured.sealed;
    const active = (fork: "delta" | "fjord") => isForkActiveAtInclusion(this.#config.forks, fork, headL1.timestamp);
    const { batchFormat, compression, brotliQuality, maxBlocksPerSpanBatch } = this.#options;
    const blocks = this.#blocks.slice(0, blockCount);
    // A span batch must also begin on an L1 origin of Delta.
    const mayBeSpan = active("delta") && blocks.every(({ originTime }) => isForkActiveAtOrigin(this.#config.forks, "delta", originTime));
    const content = encodeBatches(this.#config, blocks, mayBeSpan ? batchFormat : "singular", maxBlocksPerSpanBatch);
    const data = await this.#compressor(content, active("fjord") ? compression : "zlib", brotliQuality);
    const inputBytes = blocks.reduce((sum, { size }) => sum + size, 0);
    const sealed = { data, blockCount, ratio: data.length / inputBytes };
    this.#measured = { sealed, inputBytes };
    this.#ratio = sealed.ratio;
    return sealed;
  }
}
