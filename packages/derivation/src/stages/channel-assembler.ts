import { channelTimeout, FRAME_SIZE_ACCOUNTING, maxRlpBytesPerChannel, type RollupConfig } from "@pangaea/config";
import { concatBytes, type Frame, type Hex, type L1BlockRef } from "@pangaea/primitives";
import type { ChannelProvider } from "./channel-provider.ts";

interface Staged {
  readonly id: Hex;
  readonly openedAt: number;
  readonly parts: Uint8Array[];
  size: number;
}

/**
 * Puts one channel together from contiguous frames: in, frames with the L1 block they came in; out, whole channels.
 * A first frame drops whatever was staged. Source: specs `protocol/holocene/derivation.md#channel-bank`.
 */
export class ChannelAssembler implements ChannelProvider {
  readonly #config: RollupConfig;
  #staged: Staged | undefined;
  #whole: Uint8Array | undefined;

  constructor(config: RollupConfig) {
    this.#config = config;
  }

  add(frame: Frame, origin: L1BlockRef): void {
    if (this.#staged !== undefined && this.#staged.openedAt + channelTimeout(this.#config, origin.timestamp) < origin.number) this.#staged = undefined;
    if (frame.number === 0) this.#staged = { id: frame.channelId, openedAt: origin.number, parts: [], size: 0 };
    const staged = this.#staged;
    if (staged === undefined || staged.id !== frame.channelId || staged.parts.length !== frame.number) return;
    staged.parts.push(frame.data);
    staged.size += frame.data.length + FRAME_SIZE_ACCOUNTING;
    if (staged.size > maxRlpBytesPerChannel(this.#config, origin.timestamp)) {
      this.#staged = undefined;
      return;
    }
    if (!frame.isLast) return;
    this.#staged = undefined;
    this.#whole = concatBytes(...staged.parts);
  }

  next(): Uint8Array | undefined {
    const whole = this.#whole;
    this.#whole = undefined;
    return whole;
  }

  flush(): void {
    this.#staged = undefined;
    this.#whole = undefined;
  }
}
