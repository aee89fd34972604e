import type { Frame, L1BlockRef } from "@pangaea/primitives";

/** What puts frames together to channels: the channel bank before Holocene, the channel assembler from then on. */
export interface ChannelProvider {
  /** Takes a frame of the L1 block that is read. */
  add(frame: Frame, origin: L1BlockRef): void;
  /** The data of a channel that can be read now; undefined when it takes more frames, or a later L1 block. To be asked before each frame is added. */
  next(origin: L1BlockRef): Uint8Array | undefined;
  /** Forgets the channel that an invalid batch came from, as far as it is still open. */
  flush(): void;
}
