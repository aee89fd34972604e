import { concatBytes, encodeFrame, type Frame, type Hex } from "@pangaea/primitives";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { framesOf, FrameQueue, pruneFrames } from "../src/index.ts";
import { bytes } from "./support/blocks.ts";

const idOf = (letter: string): Hex => `0x${letter.charCodeAt(0).toString(16).repeat(16)}`;

/** "A0 A1! B0": the channel's letter, the frame's number, "!" for the last frame. */
function framesFrom(text: string): Frame[] {
  return text.split(" ").filter((word) => word !== "").map((word) => ({ channelId: idOf(word[0]!), number: Number.parseInt(word.slice(1), 10), isLast: word.endsWith("!"), data: bytes(word.charCodeAt(1)) }));
}
const textOf = (frames: readonly Frame[]): string => frames.map((frame) => `${String.fromCharCode(Number.parseInt(frame.channelId.slice(2, 4), 16))}${frame.number}${frame.isLast ? "!" : ""}`).join(" ");

describe("the frame queue", () => {
  it.each([
    ["empty", "", ""],
    ["one frame, whatever its number", "A3", "A3"],
    ["one last frame", "A3!", "A3!"],
    ["frames in order", "A0 A1 A2!", "A0 A1 A2!"],
    ["a new channel after a last frame", "A1! B0", "A1! B0"],
    ["a frame out of order of another channel after a last frame", "A1! B1", "A1!"],
    ["a last frame out of order of another channel", "A1 B1!", "A1"],
    ["a first frame ends an open channel", "A1 B0", "B0"],
    ["a first frame that is the last too", "A1! B0!", "A1! B0!"],
    ["a gap", "A0 A2", "A0"],
    ["a gap that is filled later", "A0 A2 A1", "A0 A1"],
    ["a frame twice", "A0 A1 A1 A2!", "A0 A1 A2!"],
    ["a first frame twice", "A0 A0 A1", "A0 A1"],
    ["a channel after its last frame", "A0 A1! A2", "A0 A1!"],
    ["a channel anew after its last frame", "A0! A0!", "A0!"],
    ["another channel's frame in between", "A0 B1 A1", "A0 A1"],
    ["another channel's last frame in between", "A0 B1! A1!", "A0 A1!"],
    ["frames sent again from the gap on", "A0 A1 A3! A2 A3!", "A0 A1 A2 A3!"],
    ["a first frame that discards several", "A0 A1 A2 B0 B1 B2!", "B0 B1 B2!"],
    ["first frames one after the other", "A0 B0 C0 D0!", "D0!"],
    ["discarding stops at a closed channel", "A0! B0 B1 C0", "A0! C0"],
    ["an open channel before a closed one keeps its place", "A5! B0 C0 C1! C2 D1 D0 E0!", "A5! C0 C1! E0!"],
  ])("%s", (_, input, expected) => {
    expect(textOf(pruneFrames(framesFrom(input)))).toBe(expected);
  });

  const frames = fc.array(fc.record({ channelId: fc.constantFrom("A", "B", "C").map(idOf), number: fc.nat(3), isLast: fc.boolean(), data: fc.constant(bytes()) }), { maxLength: 24 });

  /** The rules applied to one pair at a time, from the front, until none applies. */
  function model(input: readonly Frame[]): Frame[] {
    const queue = [...input];
    const broken = (): number | undefined => {
      for (let i = 0; i + 1 < queue.length; i++) {
        const [current, next] = [queue[i]!, queue[i + 1]!];
        if (current.channelId === next.channelId) {
          if (current.isLast || next.number !== current.number + 1) return i + 1;
        } else if (next.number !== 0) return i + 1;
        else if (!current.isLast) return i;
      }
      return undefined;
    };
    for (let at = broken(); at !== undefined; at = broken()) queue.splice(at, 1);
    return queue;
  }

  it("keeps what the rules keep, pair by pair", () => {
    fc.assert(fc.property(frames, (input) => { expect(pruneFrames(input)).toEqual(model(input)); }), { numRuns: 1_000 });
  });

  it("has nothing more to drop after it has dropped", () => {
    fc.assert(fc.property(frames, (input) => { expect(pruneFrames(pruneFrames(input))).toEqual(pruneFrames(input)); }));
  });

  it.each([["drops from Holocene on what does not fit to the frames of an earlier item", true, "A0 A1 A2!"], ["passes all frames on before Holocene", false, "A0 A1 A3 A2! B1"]])("%s", (_, contiguous, expected) => {
    const queue = new FrameQueue({ contiguous });
    const item = (text: string) => concatBytes(bytes(0), ...framesFrom(text).map(encodeFrame));
    queue.add([item("A0 A1")]);
    queue.add([item("A3"), item("A2!"), item("B1")]);
    const out: Frame[] = [];
    for (let frame = queue.next(); frame !== undefined; frame = queue.next()) out.push(frame);
    expect(textOf(out)).toBe(expected);
  });
});

describe("a data item", () => {
  const frame = encodeFrame(framesFrom("A0!")[0]!);
  it.each([
    ["of version 0 gives its frames", concatBytes(bytes(0), frame, frame), 2],
    ["of another version gives none", concatBytes(bytes(1), frame), 0],
    ["that is empty gives none", bytes(), 0],
    ["without a frame gives none", bytes(0), 0],
    ["with one byte too many gives none, not even the whole frame before it", concatBytes(bytes(0), frame, bytes(0)), 0],
    ["with a cut frame gives none", concatBytes(bytes(0), frame, frame.subarray(0, -1)), 0],
    ["with a last flag of 2 gives none", concatBytes(bytes(0), frame.subarray(0, -1), bytes(2)), 0],
  ])("%s", (_, item, count) => {
    expect(framesOf(item)).toHaveLength(count);
  });
});
