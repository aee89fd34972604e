import { concatBytes, encodeBlob, encodeFrame, type Frame, FRAME_OVERHEAD, FRAMES_VERSION, BLOB_CAPACITY, type BlockId, type Hex } from "@pangaea/primitives";
import { type ChannelOptions, type FrameCarrier, MAX_BLOBS_PER_TRANSACTION } from "./options.ts";

const VERSION_SIZE = 1;

/** Bytes of channel data that one frame carries. */
export function frameCapacity(carrier: FrameCarrier, options: Pick<ChannelOptions, "maxCalldataBytes">): number {
  return (carrier === "blobs" ? BLOB_CAPACITY : options.maxCalldataBytes) - VERSION_SIZE - FRAME_OVERHEAD;
}

/** Frames that go to L1 in one transaction. */
export interface FrameBundle {
  readonly channel: Channel;
  readonly frames: readonly Frame[];
}

/** What a transaction carries: blobs of 131,072 bytes, or calldata. */
export type BatchData = { readonly kind: "blobs"; readonly blobs: readonly Uint8Array[] } | { readonly kind: "calldata"; readonly data: Uint8Array };

/** The bundle as a transaction carries it: each frame is a data item. Source: specs `protocol/derivation.md#batcher-transaction-format`. */
export function bundleData({ channel, frames }: FrameBundle): BatchData {
  const items = frames.map((frame) => concatBytes(Uint8Array.of(FRAMES_VERSION), encodeFrame(frame)));
  if (channel.carrier === "calldata") return { kind: "calldata", data: concatBytes(...items) };
  return { kind: "blobs", blobs: items.map(encodeBlob) };
}

/** A closed channel: its frames, and which of them are on L1 in which block. */
export class Channel {
  readonly id: Hex;
  readonly carrier: FrameCarrier;
  readonly firstBlock: BlockId;
  readonly lastBlock: BlockId;
  readonly #frames: readonly Frame[];
  readonly #unsent: Set<number>;
  readonly #included = new Map<number, number>();

  constructor({ id, carrier, data, capacity, firstBlock, lastBlock }: { readonly id: Hex; readonly carrier: FrameCarrier; readonly data: Uint8Array; readonly capacity: number; readonly firstBlock: BlockId; readonly lastBlock: BlockId }) {
    this.id = id;
    this.carrier = carrier;
    this.firstBlock = firstBlock;
    this.lastBlock = lastBlock;
    const count = Math.max(1, Math.ceil(data.length / capacity));
    this.#frames = Array.from({ length: count }, (_, number) => ({
      channelId: id, number, data: data.subarray(number * capacity, (number + 1) * capacity), isLast: number === count - 1,
    }));
    this.#unsent = new Set(this.#frames.keys());
  }

  get frameCount(): number {
    return this.#frames.length;
  }

  get isFullySubmitted(): boolean {
    return this.#included.size === this.#frames.length;
  }

  /** Whether frames wait to be sent. */
  get hasUnsent(): boolean {
    return this.#unsent.size > 0;
  }

  /** Bytes of frames that are not on L1. */
  get pendingBytes(): number {
    return this.#frames.reduce((sum, { number, data }) => sum + (this.#included.has(number) ? 0 : data.length), 0);
  }

  /** L1 block of the last frame, as far as frames are included. */
  get lastInclusion(): number {
    return Math.max(...this.#included.values());
  }

  /** The next frames for one transaction; undefined when all are sent. */
  take(): FrameBundle | undefined {
    const most = this.carrier === "blobs" ? MAX_BLOBS_PER_TRANSACTION : 1;
    const numbers = [...this.#unsent].sort((a, b) => a - b).slice(0, most);
    if (numbers.length === 0) return undefined;
    for (const number of numbers) this.#unsent.delete(number);
    return { channel: this, frames: numbers.map((number) => this.#frames[number]!) };
  }

  requeue(frames: readonly Frame[]): void {
    for (const { number } of frames) if (!this.#included.has(number)) this.#unsent.add(number);
  }

  include(frames: readonly Frame[], l1Block: number): void {
    for (const { number } of frames) this.#included.set(number, l1Block);
  }

  /** Whether derivation has dropped, or will drop, the channel for its age. `timeout` in L1 blocks. */
  isTimedOut(headL1: number, timeout: number): boolean {
    if (this.#included.size === 0) return false;
    const last = this.isFullySubmitted ? this.lastInclusion : headL1;
    return last > Math.min(...this.#included.values()) + timeout;
  }
}
