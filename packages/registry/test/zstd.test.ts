import { describe, expect, it } from "vitest";
import { decompressZstd, isZstd } from "../src/index.ts";

/** A frame that says its size, with its bytes as they are. */
const frame = (...bytes: readonly number[]) => Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x20, bytes.length, (bytes.length << 3) | 1, 0, 0, ...bytes);
/** One byte over and over: a frame that does not say its size. */
const repeated = (byte: number, times: number) => Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0x70, ((times << 3) | 3) & 0xff, (times >> 5) & 0xff, times >> 13, byte);

describe("zstd", () => {
  it("gives what a frame holds, whether or not it says how much that is", async () => {
    expect(await decompressZstd(frame(1, 2, 3))).toEqual(Uint8Array.of(1, 2, 3));
    expect(await decompressZstd(repeated(7, 100_000))).toEqual(new Uint8Array(100_000).fill(7));
    expect(await decompressZstd(frame())).toEqual(new Uint8Array(0));
  });

  it.each([
    ["what is no zstd", Uint8Array.of(1, 2, 3), "does not begin with 28b52ffd"], ["a frame that says more than is read", Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 1, 0, 0, 0), "the zstd frame says 4294967296 bytes"],
    ["a damaged frame", Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0, 1, 2, 3), "cannot be decompressed"], ["a frame that is cut off", frame(1, 2, 3).subarray(0, -1), "cannot be decompressed"],
    ["one that wants a dictionary", Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x21, 9, 1, 9, 0, 0, 1), "or was made with a dictionary"],
  ])("refuses %s", async (_, data, message) => {
    await expect(decompressZstd(data)).rejects.toThrow(message);
  });

  it("is known by how it begins", () => {
    expect([frame(1), Uint8Array.of(0x28, 0xb5, 0x2f), new Uint8Array(0)].map(isZstd)).toEqual([true, false, false]);
  });
});
