import { FRAME_SIZE_ACCOUNTING } from "@pangaea/config";
import type { Frame, Hex, L1BlockRef } from "@pangaea/primitives";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ChannelAssembler } from "../src/index.ts";
import { bytes, configWith, HOLOCENE, l1Chain } from "./support/blocks.ts";

const A: Hex = `0x${"aa".repeat(16)}`;
const B: Hex = `0x${"bb".repeat(16)}`;
const frame = (channelId: Hex, number: number, isLast = false, data = bytes(number)): Frame => ({ channelId, number, isLast, data });
const [origin] = l1Chain(100, 1) as [L1BlockRef];
/** Granite's channel timeout, L1 blocks. */
const TIMEOUT = 50;
/** Before Fjord a channel may have ten million bytes; the limit is easier to meet than a hundred million. */
const LIMIT = 10_000_000;

function run(frames: readonly Frame[]): (Uint8Array | undefined)[] {
  const assembler = new ChannelAssembler(configWith());
  return frames.map((one) => added(assembler, one));
}

/** What comes out once a frame was added. */
function added(assembler: ChannelAssembler, one: Frame, at = origin): Uint8Array | undefined {
  assembler.add(one, at);
  return assembler.next();
}
const none = undefined;

describe("the channel assembler", () => {
  it.each<[string, readonly Frame[], readonly (Uint8Array | undefined)[]]>([
    ["gives a channel of one frame", [frame(A, 0, true)], [bytes(0)]],
    ["joins frames in order", [frame(A, 0), frame(A, 1), frame(A, 2, true)], [none, none, bytes(0, 1, 2)]],
    ["gives one channel after the other", [frame(A, 0, true), frame(B, 0), frame(B, 1, true)], [bytes(0), none, bytes(0, 1)]],
    ["drops a frame that is not a first one when no channel is open", [frame(A, 1), frame(A, 2, true)], [none, none]],
    ["drops the frames of another channel and goes on", [frame(A, 0), frame(B, 1, true), frame(A, 1, true)], [none, none, bytes(0, 1)]],
    ["drops a frame behind a gap and waits for the one that fits", [frame(A, 0), frame(A, 2, true), frame(A, 1, true)], [none, none, bytes(0, 1)]],
    ["drops a frame that comes twice", [frame(A, 0), frame(A, 1), frame(A, 1, true), frame(A, 2, true)], [none, none, none, bytes(0, 1, 2)]],
    ["begins anew with a first frame of another channel", [frame(A, 0), frame(B, 0), frame(A, 1, true), frame(B, 1, true)], [none, none, none, bytes(0, 1)]],
    ["begins anew with a first frame of the same channel", [frame(A, 0), frame(A, 1), frame(A, 0), frame(A, 1, true)], [none, none, none, bytes(0, 1)]],
    ["has no channel left after it gave one", [frame(A, 0, true), frame(A, 1, true)], [bytes(0), none]],
  ])("%s", (_, frames, expected) => {
    expect(run(frames)).toEqual(expected);
  });

  it("joins any data back together, however it was cut", () => {
    fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 20 }), { minLength: 1, maxLength: 30 }), (parts) => {
      expect(run(parts.map((data, i) => frame(A, i, i === parts.length - 1, data))).at(-1)).toEqual(Uint8Array.from(parts.flatMap((part) => [...part])));
    }));
  });

  it.each([[TIMEOUT, true], [TIMEOUT + 1, false]])("with its last frame %d L1 blocks after its first: complete is %s", (blocks, complete) => {
    const assembler = new ChannelAssembler(configWith());
    assembler.add(frame(A, 0), origin);
    expect(added(assembler, frame(A, 1, true), { ...origin, number: origin.number + blocks }) !== undefined).toBe(complete);
  });

  it("takes the configured timeout before Granite", () => {
    const config = configWith({ channelTimeout: 300 }, { ...HOLOCENE, granite: 10_000, holocene: 10_000 });
    const assembler = new ChannelAssembler(config);
    assembler.add(frame(A, 0), origin);
    expect(added(assembler, frame(A, 1), { ...origin, number: origin.number + 300 })).toBeUndefined();
    expect(added(assembler, frame(A, 2, true), { ...origin, number: origin.number + 300 })).toBeDefined();
  });

  it.each([[0, true], [1, false]])("of the largest size and %d more bytes: complete is %s", (more, complete) => {
    const config = configWith({}, { ...HOLOCENE, fjord: 10_000, granite: 10_000, holocene: 10_000 });
    const assembler = new ChannelAssembler(config);
    const first = added(assembler, frame(A, 0, false, new Uint8Array(LIMIT - 2 * FRAME_SIZE_ACCOUNTING + more)));
    expect([first, added(assembler, frame(A, 1, true, bytes())) !== undefined]).toEqual([undefined, complete]);
    expect(added(assembler, frame(A, 0, true))).toBeDefined();
  });

  it("forgets the open channel when it is flushed", () => {
    const assembler = new ChannelAssembler(configWith());
    assembler.add(frame(A, 0), origin);
    assembler.flush();
    expect(added(assembler, frame(A, 1, true))).toBeUndefined();
  });
});
