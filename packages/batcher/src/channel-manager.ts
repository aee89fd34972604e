import { channelTimeout, isForkActiveAtInclusion, type RollupConfig } from "@pangaea/config";
import { bytesToHex, type L1BlockRef, type L2BlockRef, type Random } from "@pangaea/primitives";
import type { BatchBlock } from "./batch-block.ts";
import { Channel, type FrameBundle, frameCapacity } from "./channel.ts";
import { ChannelBuilder, type SealedChannel } from "./channel-builder.ts";
import type { Compress } from "./compression.ts";
import type { ChannelOptions, FrameCarrier } from "./options.ts";

const CHANNEL_ID_SIZE = 16;
/** Less input says nothing about how well the chain's data compress. */
const LEAST_TELLING_INPUT = 10_000;
/** Closed channels that wait to be safe; beyond them none is closed. */
const MAX_CHANNELS = 64;

export interface ChannelManagerModules {
  readonly config: RollupConfig;
  readonly random: Random;
  readonly compress: Compress;
  /** How the channel's frames shall go to L1, from its compressed data. */
  readonly chooseCarrier: (data: Uint8Array) => Promise<FrameCarrier>;
}

/**
 * Blocks that are not safe yet and the channels made of them, both in order. A block is in at most one channel; the cursor stands
 * before the first block that is in none. One caller at a time.
 */
export class ChannelManager {
  readonly #modules: ChannelManagerModules;
  readonly #options: ChannelOptions;
  #blocks: BatchBlock[] = [];
  #channels: Channel[] = [];
  #cursor = 0;
  #open: ChannelBuilder | undefined;
  #ratio: number;

  constructor(modules: ChannelManagerModules, options: ChannelOptions) {
    this.#modules = modules;
    this.#options = options;
    this.#ratio = options.initialRatio;
  }

  get blockCount(): number {
    return this.#blocks.length;
  }

  get blockRefs(): readonly L2BlockRef[] {
    return this.#blocks.map(({ ref }) => ref);
  }

  get channels(): readonly Channel[] {
    return this.#channels;
  }

  /** Bytes of transactions in all blocks held. */
  get bufferedBytes(): number {
    return this.#blocks.reduce((sum, { size }) => sum + size, 0);
  }

  /** About the bytes that are still to be put on L1. */
  get pendingBytes(): number {
    const open = this.#blocks.slice(this.#cursor).reduce((sum, { size }) => sum + size, 0) * this.#ratio;
    return Math.round(this.#channels.reduce((sum, channel) => sum + channel.pendingBytes, open));
  }

  /** Whether every block held is in a channel whose frames are all on L1. */
  get isDrained(): boolean {
    return this.#cursor === this.#blocks.length && this.#channels.every((channel) => channel.isFullySubmitted);
  }

  /** Forgets all blocks and channels. */
  clear(): void {
    this.#blocks = [];
    this.#channels = [];
    this.#cursor = 0;
    this.#open = undefined;
  }

  /** Takes the next block. False when it does not follow the newest one held: the L2 chain has changed. */
  addBlock(block: BatchBlock): boolean {
    const newest = this.#blocks.at(-1)?.ref;
    if (newest !== undefined && (block.ref.number !== newest.number + 1 || block.ref.parentHash !== newest.hash)) return false;
    this.#blocks.push(block);
    return true;
  }

  /** Forgets the first blocks and channels, which are safe. Blocks of the open channel among them came by another batcher's data: it is begun anew. */
  prune(blocks: number, channels: number): void {
    if (blocks > this.#cursor) this.#open = undefined;
    this.#blocks.splice(0, blocks);
    this.#cursor = Math.max(0, this.#cursor - blocks);
    this.#channels.splice(0, channels);
  }

  /**
   * Puts blocks into the open channel and closes channels that are full or due; with `flush` whatever is there. A channel that is due and not full stays
   * open while nothing could be sent: so it takes the blocks that come until then, which else would wait for the next.
   */
  async process(headL1: L1BlockRef, { flush, canSend }: { readonly flush: boolean; readonly canSend: boolean }): Promise<void> {
    while (this.#cursor < this.#blocks.length && this.#channels.length < MAX_CHANNELS) {
      this.#open ??= new ChannelBuilder(this.#modules, this.#options, { openedAt: headL1.number, ratio: this.#ratio });
      const open = this.#open;
      const limited = this.#fill(open, headL1);
      const isNext = canSend && this.#channels.every(({ hasUnsent }) => !hasUnsent);
      const due = flush || limited || (isNext && open.closeReason(headL1) !== undefined);
      if (!due && !open.looksFull) return;
      const sealed = due ? await open.seal(headL1) : await open.sealIfFull(headL1);
      if (sealed !== undefined) await this.#close(open, sealed, headL1);
    }
  }

  /** The next frames for a transaction; undefined when all are sent. */
  next(): FrameBundle | undefined {
    for (const channel of this.#channels) {
      const bundle = channel.take();
      if (bundle !== undefined) return bundle;
    }
    return undefined;
  }

  /** Frames that did not reach L1, to be sent again. */
  requeue({ channel, frames }: FrameBundle): void {
    channel.requeue(frames);
  }

  included({ channel, frames }: FrameBundle, l1Block: number): void {
    channel.include(frames, l1Block);
  }

  /** Drops the first channel that took too long, and all after it; their blocks are to be put into channels again. Gives the dropped one. */
  dropTimedOut(headL1: L1BlockRef): Channel | undefined {
    const timeout = channelTimeout(this.#modules.config, headL1.timestamp);
    const at = this.#channels.findIndex((channel) => channel.isTimedOut(headL1.number, timeout));
    const dropped = this.#channels[at];
    if (dropped === undefined) return undefined;
    this.#channels.splice(at);
    const first = this.#blocks.findIndex(({ ref }) => ref.number >= dropped.firstBlock.number);
    this.#cursor = first === -1 ? this.#blocks.length : first;
    this.#open = undefined;
    return dropped;
  }

  /** Fills the open channel up to where it looks full. True when the limit of uncompressed bytes ends it. */
  #fill(open: ChannelBuilder, headL1: L1BlockRef): boolean {
    for (let at = this.#cursor + open.blocks.length; at < this.#blocks.length && !open.looksFull; at++) {
      const block = this.#blocks[at]!;
      if (!open.fits(block, headL1)) return true;
      open.add(block);
    }
    return false;
  }

  async #close(open: ChannelBuilder, { data, blockCount, ratio }: SealedChannel, headL1: L1BlockRef): Promise<void> {
    const { random } = this.#modules;
    const carrier = await this.#carrierFor(data, headL1);
    this.#channels.push(new Channel({
      id: bytesToHex(random.bytes(CHANNEL_ID_SIZE)), carrier, data, capacity: frameCapacity(carrier, this.#options),
      firstBlock: open.blocks[0]!.ref, lastBlock: open.blocks[blockCount - 1]!.ref,
    }));
    if (open.inputBytes >= LEAST_TELLING_INPUT) this.#ratio = ratio;
    this.#cursor += blockCount;
    this.#open = undefined;
  }

  /** Blobs count as batcher data from Ecotone on. */
  async #carrierFor(data: Uint8Array, headL1: L1BlockRef): Promise<FrameCarrier> {
    const { config, chooseCarrier } = this.#modules;
    const { dataAvailability } = this.#options;
    if (!isForkActiveAtInclusion(config.forks, "ecotone", headL1.timestamp)) return "calldata";
    return dataAvailability === "auto" ? chooseCarrier(data) : dataAvailability;
  }
}
