import { bytesToHex, concatBytes, type Hex, hexToBytes, readU16, readU32, writeU16, writeU32 } from "./bytes.ts";
import { InvalidInputError } from "./errors.ts";

/** Bytes of a frame besides its data: channel id 16, number 2, length 4, last flag 1. */
export const FRAME_OVERHEAD = 23;
/** Version byte that opens a data item made of frames. */
export const FRAMES_VERSION = 0;
const CHANNEL_ID_SIZE = 16;
const MAX_FRAME_DATA = 1_000_000;

/** A piece of a channel. Source: specs `protocol/derivation.md#frame-format`. */
export interface Frame {
  /** 16 bytes. */
  readonly channelId: Hex;
  readonly number: number;
  readonly data: Uint8Array;
  readonly isLast: boolean;
}

export function encodeFrame(frame: Frame): Uint8Array {
  const head = new Uint8Array(FRAME_OVERHEAD - 1);
  head.set(hexToBytes(frame.channelId, CHANNEL_ID_SIZE));
  writeU16(head, 16, frame.number);
  writeU32(head, 18, frame.data.length);
  return concatBytes(head, frame.data, Uint8Array.of(frame.isLast ? 1 : 0));
}

/** The frames of a data item, without its version byte. Throws `InvalidInputError` when any of them is malformed, or there is none. */
export function parseFrames(data: Uint8Array): Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at < data.length; ) {
    if (data.length - at < FRAME_OVERHEAD) throw new InvalidInputError(`frame ${frames.length} is cut off: ${data.length - at} bytes are left`);
    const length = readU32(data, at + 18);
    if (length > MAX_FRAME_DATA) throw new InvalidInputError(`frame ${frames.length} says ${length} bytes of data; at most ${MAX_FRAME_DATA} are allowed`);
    const end = at + FRAME_OVERHEAD - 1 + length;
    if (end >= data.length) throw new InvalidInputError(`frame ${frames.length} says ${length} bytes of data; fewer are there`);
    const last = data[end]!;
    if (last > 1) throw new InvalidInputError(`frame ${frames.length} has last flag ${last}, not 0 or 1`);
    frames.push({ channelId: bytesToHex(data.subarray(at, at + CHANNEL_ID_SIZE)), number: readU16(data, at + 16), data: data.subarray(at + FRAME_OVERHEAD - 1, end), isLast: last === 1 });
    at = end + 1;
  }
  if (frames.length === 0) throw new InvalidInputError("the data item has no frame");
  return frames;
}
