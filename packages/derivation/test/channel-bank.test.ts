import { FRAME_SIZE_ACCOUNTING } from "@pangaea/config";
import type { Frame, Hex, L1BlockRef } from "@pangaea/primitives";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ChannelBank } from "../src/index.ts";
import { bytes, configWith, HOLOCENE, l1Chain } from "./support/blocks.ts";

const NEVER = 9_999_999;
const LATE = { delta: NEVER, ecotone: NEVER, fjord: NEVER, granite: NEVER, holocene: NEVER };
const bedrock = configWith({ channelTimeout: 300 }, { ...HOLOCENE, ...LATE, canyon: NEVER });
const canyon = configWith({ channelTimeout: 300 }, { ...HOLOCENE, ...LATE });
const granite = configWith({ channelTimeout: 300 }, { ...HOLOCENE, holocene: NEVER });
const [origin] = l1Chain(100, 1) as [L1BlockRef];
const after = (blocks: number): L1BlockRef => ({ ...origin, number: origin.number + blocks });

const idOf = (letter: string): Hex => `0x${letter.charCodeAt(0).toString(16).repeat(16)}`;
/** "A0", "A1!": the channel's letter, the frame's number, "!" for the last frame. Its data is its number. */
const frameOf = (text: string): Frame => ({ channelId: idOf(text[0]!), number: Number.parseInt(text.slice(1), 10), isLast: text.endsWith("!"), data: bytes(text.charCodeAt(0), Number.parseInt(text.slice(1), 10)) });
/** "A01": the channel's letter and the frames that its data is of. */
const textOf = (data: Uint8Array): string => `${String.fromCharCode(data[0]!)}${[...data].filter((_, i) => i % 2 === 1).join("")}`;

/** Everything that can be read now. */
function readAll(bank: ChannelBank, at: L1BlockRef): string[] {
  const out: string[] = [];
  for (let data = bank.next(at); data !== undefined; data = bank.next(at)) out.push(textOf(data));
  return out;
}

/** Adds frames, reading before each as the pipeline does; gives what comes out, in order. */
function run(frames: string, config = canyon, bank = new ChannelBank(config), at = origin): string {
  const out: string[] = [];
  for (const text of frames.split(" ")) {
    out.push(...readAll(bank, at));
    bank.add(frameOf(text), at);
  }
  return [...out, ...readAll(bank, at)].join(" ");
}

describe("the channel bank", () => {
  it.each([
    ["gives a channel of one frame", "A0!", "A0"],
    ["joins frames in order", "A0 A1 A2!", "A012"],
    ["joins frames that came out of order", "A2! A0 A1", "A012"],
    ["gives nothing while a frame is missing", "A0 A2!", ""],
    ["gives nothing while the last frame is missing", "A0 A1", ""],
    ["keeps the first of two frames of a number", "A0 A0! A1!", "A01"],
    ["refuses a second last frame", "A1! A2! A0", "A01"],
    ["refuses a frame of the last one's number", "A1! A1 A0", "A01"],
    ["refuses a frame after the last one", "A1! A2 A0", "A01"],
    ["forgets frames after the last one that had come before it", "A3 A2 A1! A0", "A01"],
    ["refuses a last frame whose number has come already", "A1 A1! A0 A2!", "A012"],
    ["gives a channel again that is sent anew after it was read", "A0! A0!", "A0 A0"],
    ["keeps interleaved channels apart", "A0 B0 A1! B1!", "A01 B01"],
  ])("%s", (_, frames, expected) => {
    expect([run(frames, canyon), run(frames, bedrock)]).toEqual([expected, expected]);
  });

  it.each([
    ["a channel that is whole behind one that is not", "A0 B0! A1!", "A01 B0", "B0 A01"],
    ["several behind one", "A0 B0! C0! A1!", "A01 B0 C0", "B0 C0 A01"],
    ["a channel behind one that is never finished", "A0 B0!", "", "B0"],
    ["channels that become whole in another order than they were opened", "A0 B0 C0 C1! B1! A1!", "A01 B01 C01", "C01 B01 A01"],
  ])("%s: waits before Canyon, and is given at once from then on", (_, frames, before, from) => {
    expect([run(frames, bedrock), run(frames, canyon)]).toEqual([before, from]);
  });

  it("changes to Canyon's order by the time of the L1 block that is read", () => {
    const config = configWith({}, { ...HOLOCENE, ...LATE, canyon: origin.timestamp + 1 });
    const bank = new ChannelBank(config);
    expect(run("A0 B0!", config, bank)).toBe("");
    expect(readAll(bank, { ...origin, timestamp: origin.timestamp + 1 })).toEqual(["B0"]);
  });

  it("gives channels whole, whatever order their frames come in", () => {
    const frames = ["A0", "A1", "A2!", "B0", "B1!", "C0!"];
    fc.assert(fc.property(fc.shuffledSubarray(frames, { minLength: frames.length }), (order) => {
      expect(run(order.join(" ")).split(" ").sort()).toEqual(["A012", "B01", "C0"]);
      const opened = [...new Set(order.map((text) => text[0]))];
      expect(run(order.join(" "), bedrock).split(" ").map((text) => text[0])).toEqual(opened);
    }));
  });

  it.each([["before Granite", canyon, 300], ["from Granite on", granite, 50]] as const)("%s, a channel may take its timeout of L1 blocks, and not one more", (_, config, timeout) => {
    for (const [blocks, expected] of [[timeout, "A01"], [timeout + 1, ""]] as const) {
      const bank = new ChannelBank(config);
      bank.add(frameOf("A0"), origin);
      bank.add(frameOf("A1!"), after(blocks));
      expect(readAll(bank, after(blocks)).join(" ")).toBe(expected);
    }
  });

  it("frees the way for the channels behind one that has timed out, without another frame", () => {
    const bank = new ChannelBank(bedrock);
    bank.add(frameOf("A0"), origin);
    bank.add(frameOf("B0!"), after(10));
    expect([readAll(bank, after(300)), readAll(bank, after(301))]).toEqual([[], ["B0"]]);
  });

  it("does not give a channel that was whole and has timed out unread", () => {
    const bank = new ChannelBank(bedrock);
    for (const text of ["A0", "B0!"]) bank.add(frameOf(text), origin);
    expect(readAll(bank, after(301))).toEqual([]);
  });

  it("opens a channel anew once the timed-out one was read away", () => {
    const bank = new ChannelBank(canyon);
    bank.add(frameOf("A0"), origin);
    expect(run("A0 A1!", canyon, bank, after(301))).toBe("A01");
  });
});

describe("the channel bank's size", () => {
  const most = (config: typeof canyon) => (config === granite ? 1_000_000_000 : 100_000_000);
  /** A frame that takes a size in the bank. Its bytes are never read, so frames may share them. */
  const shared = new Uint8Array(60_000_000);
  const sized = (letter: string, number: number, size: number, isLast = false): Frame => ({ channelId: idOf(letter), number, isLast, data: shared.subarray(0, size - FRAME_SIZE_ACCOUNTING) });

  /** Frames of a channel that is never whole, which take a size together. */
  const filler = (size: number): Frame[] => Array.from({ length: Math.ceil(size / shared.length) }, (_, number) => sized("Y", number, Math.min(shared.length, size - number * shared.length)));
  const fill = (bank: ChannelBank, frames: readonly Frame[]) => {
    for (const frame of frames) bank.add(frame, origin);
    return bank.next(origin)?.length;
  };

  it.each([["before Fjord", canyon], ["from Fjord on", granite]] as const)("%s, is bounded to the byte, each frame with 200 bytes beyond its data; the oldest channel goes first", (_, config) => {
    const room = most(config) - 2 * (2 + FRAME_SIZE_ACCOUNTING);
    expect(fill(new ChannelBank(config), [frameOf("A0"), ...filler(room), frameOf("A1!")])).toBe(4);
    expect(fill(new ChannelBank(config), [frameOf("A0"), ...filler(room + 1), frameOf("A1!")])).toBeUndefined();
    expect(fill(new ChannelBank(config), [...filler(room + 1), frameOf("A0"), frameOf("A1!")])).toBe(4);
  });

  it("counts nothing of what a channel had before its last frame, when that came after later ones", () => {
    const half = most(canyon) / 2;
    const closedLate = [sized("A", 0, half), sized("A", 5, half), frameOf("A2!")];
    expect(fill(new ChannelBank(canyon), [...closedLate, ...filler(half + 1_000_000), frameOf("A1")])).toBe(half - FRAME_SIZE_ACCOUNTING + 4);
  });
});
