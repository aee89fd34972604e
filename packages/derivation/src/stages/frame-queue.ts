import { type Frame, FRAMES_VERSION, InvalidInputError, parseFrames } from "@pangaea/primitives";

/** The frames in a data item; none when it is of another version or malformed. */
export function framesOf(item: Uint8Array): readonly Frame[] {
  if (item[0] !== FRAMES_VERSION) return [];
  try {
    return parseFrames(item.subarray(1));
  } catch (error) {
    if (error instanceof InvalidInputError) return [];
    throw error;
  }
}

/** Drops the frames that cannot be contiguous, as Holocene wants it. Source: specs `protocol/holocene/derivation.md#frame-queue`. */
export function pruneFrames(frames: readonly Frame[]): Frame[] {
  const queue = [...frames];
  for (let i = 0; i < queue.length - 1; ) {
    const current = queue[i]!;
    const next = queue[i + 1]!;
    if (current.channelId === next.channelId) {
      if (current.isLast || next.number !== current.number + 1) queue.splice(i + 1, 1);
      else i++;
    } else if (next.number !== 0) {
      queue.splice(i + 1, 1);
    } else if (!current.isLast) {
      let first = i;
      while (first > 0 && queue[first - 1]!.channelId === current.channelId) first--;
      queue.splice(first, i - first + 1);
      i = Math.max(first - 1, 0);
    } else {
      i++;
    }
  }
  return queue;
}

/**
 * Holds the frames that L1 has given: in, data items; out, frames in order. Before Holocene they pass as they came; a `contiguous` queue, as
 * it is from then on, keeps only what neighbours allow.
 */
export class FrameQueue {
  readonly #contiguous: boolean;
  #frames: Frame[] = [];

  constructor({ contiguous }: { readonly contiguous: boolean }) {
    this.#contiguous = contiguous;
  }

  add(items: readonly Uint8Array[]): void {
    const frames = [...this.#frames, ...items.flatMap(framesOf)];
    this.#frames = this.#contiguous ? pruneFrames(frames) : frames;
  }

  next(): Frame | undefined {
    return this.#frames.shift();
  }
}
