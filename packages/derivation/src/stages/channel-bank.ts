import { channelTimeout, FRAME_SIZE_ACCOUNTING, isForkActiveAtInclusion, maxChannelBankSize, type RollupConfig } from "@pangaea/config";
import { concatBytes, type Frame, type Hex, type L1BlockRef } from "@pangaea/primitives";
import type { ChannelProvider } from "./channel-provider.ts";

const sizeOf = ({ data }: Frame): number => data.length + FRAME_SIZE_ACCOUNTING;

/** A channel whose frames come in any order. */
class OpenChannel {
  readonly openedAt: number;
  readonly #frames = new Map<number, Frame>();
  #last: number | undefined;
  #highest = 0;
  #size = 0;

  constructor(openedAt: number) {
    this.openedAt = openedAt;
  }

  /** Bytes, as they count for the bank. */
  get size(): number {
    return this.#size;
  }

  /** Takes a frame; false when it is a second last one, comes twice or is of the last one's number or later. */
  add(frame: Frame): boolean {
    if (this.#frames.has(frame.number) || (this.#last !== undefined && (frame.isLast || frame.number >= this.#last))) return false;
    if (frame.isLast) this.#close(frame.number);
    this.#highest = Math.max(this.#highest, frame.number);
    this.#frames.set(frame.number, frame);
    this.#size += sizeOf(frame);
    return true;
  }

  #close(last: number): void {
    this.#last = last;
    if (last >= this.#highest) return;
    for (const [number, frame] of this.#frames) {
      if (number >= last) this.#frames.delete(number);
      // The reference takes off the frames that stay as well; what the bank prunes follows from it.
      this.#size -= sizeOf(frame);
    }
    this.#highest = last;
  }

  /** The channel's data; undefined while frames are missing. */
  data(): Uint8Array | undefined {
    if (this.#last === undefined || this.#frames.size !== this.#last + 1) return undefined;
    return concatBytes(...Array.from({ length: this.#last + 1 }, (_, number) => this.#frames.get(number)!.data));
  }
}

/**
 * Puts channels together from frames that may be interleaved and out of order, before Holocene: in, frames with the L1 block they came in;
 * out, whole channels. Bounded: the oldest channels go when all together are too large, and each when it takes too long.
 * Source: specs `protocol/derivation.md#channel-bank`, `protocol/canyon/overview.md`.
 */
export class ChannelBank implements ChannelProvider {
  readonly #config: RollupConfig;
  /** By id, the one that was opened first in front. */
  readonly #channels = new Map<Hex, OpenChannel>();
  #size = 0;

  constructor(config: RollupConfig) {
    this.#config = config;
  }

  add(frame: Frame, origin: L1BlockRef): void {
    const known = this.#channels.get(frame.channelId);
    const channel = known ?? new OpenChannel(origin.number);
    if (known === undefined) this.#channels.set(frame.channelId, channel);
    if (this.#hasTimedOut(channel, origin)) return;
    const before = channel.size;
    if (!channel.add(frame)) return;
    this.#size += channel.size - before;
    this.#prune(origin);
  }

  /** A channel that is whole: before Canyon the one that was opened first and no other, from then on the first that is whole. */
  next(origin: L1BlockRef): Uint8Array | undefined {
    const anyOrder = isForkActiveAtInclusion(this.#config.forks, "canyon", origin.timestamp);
    for (const [id, channel] of this.#channels) {
      if (!this.#hasTimedOut(channel, origin)) break;
      this.#remove(id, channel);
    }
    for (const [id, channel] of this.#channels) {
      const data = this.#hasTimedOut(channel, origin) ? undefined : channel.data();
      if (data !== undefined) this.#remove(id, channel);
      if (data !== undefined || !anyOrder) return data;
    }
    return undefined;
  }

  /** Before Holocene an invalid batch takes no channel with it. */
  flush(): void {}

  #hasTimedOut({ openedAt }: OpenChannel, origin: L1BlockRef): boolean {
    return openedAt + channelTimeout(this.#config, origin.timestamp) < origin.number;
  }

  #prune(origin: L1BlockRef): void {
    const most = maxChannelBankSize(this.#config, origin.timestamp);
    for (const [id, channel] of this.#channels) {
      if (this.#size <= most) return;
      this.#remove(id, channel);
    }
  }

  #remove(id: Hex, channel: OpenChannel): void {
    this.#channels.delete(id);
    this.#size -= channel.size;
  }
}
