import { DenyList, MemoryStore, VerifiedTimestamps } from "@pangaea/store";
import { describe, expect, it } from "vitest";
import { interopAuthority } from "../../src/interop/authority.ts";
import { FakeChain, GENESIS_TIME } from "../support/fake-chain.ts";
import { FakeL1, word } from "../support/fake-l1.ts";

function open(first: number | undefined = GENESIS_TIME + 5, begins = 0) {
  const l1 = new FakeL1(GENESIS_TIME);
  const { config } = new FakeChain(901, l1, { begins });
  const verified = new VerifiedTimestamps(new MemoryStore());
  const denied = new DenyList(new MemoryStore(), { chainId: 901n });
  const state: { finalL1: number | undefined; crossUnsafe: { hash: `0x${string}`; number: number } | undefined } = { finalL1: 0, crossUnsafe: undefined };
  const authority = interopAuthority({ config, verified, denied, firstTimestamp: () => first, finalL1: () => state.finalL1, crossUnsafe: () => state.crossUnsafe });
  const finalize = (number: number | undefined) => {
    state.finalL1 = number;
  };
  const verify = (timestamp: number, l1Number: number, chainId = 901) => verified.append([{ timestamp, l1Inclusion: { hash: word(1, l1Number), number: l1Number }, heads: new Map([[chainId, head(timestamp)]]) }]);
  return { authority, verified, denied, state, finalize, verify };
}
const head = (timestamp: number) => ({ hash: word(2, timestamp), number: timestamp - GENESIS_TIME });

describe("what interop grants a chain", () => {
  it("holds all labels while it is not known when verification begins", async () => {
    const { authority } = open(NaN);
    const unknown = interopAuthority({ ...unpack(open()), firstTimestamp: () => undefined });
    for (const verdict of [unknown.safeHead(), unknown.finalizedHead(), unknown.crossUnsafeHead()]) expect(await verdict).toEqual({ kind: "hold" });
    expect(authority).toBeDefined();
  });

  it("is the chain's own word up to the first judged timestamp, before anything is verified", async () => {
    const { authority } = open(GENESIS_TIME + 5);
    for (const verdict of [authority.safeHead(), authority.finalizedHead(), authority.crossUnsafeHead()]) expect(await verdict).toEqual({ kind: "up-to", number: 4 });
  });

  it("is never below genesis", async () => {
    expect(await open(GENESIS_TIME).authority.safeHead()).toEqual({ kind: "up-to", number: 0 });
    expect(await open(GENESIS_TIME, 50).authority.safeHead()).toEqual({ kind: "up-to", number: 0 });
  });

  it("is safe up to the last verified timestamp, by hash", async () => {
    const { authority, verify, verified } = open();
    verify(GENESIS_TIME + 5, 1);
    verify(GENESIS_TIME + 6, 1);
    expect(await authority.safeHead()).toEqual({ kind: "verified", block: head(GENESIS_TIME + 6) });
    verified.rewindTo(GENESIS_TIME + 5);
    expect(await authority.safeHead()).toEqual({ kind: "verified", block: head(GENESIS_TIME + 5) });
  });

  it("finalizes nothing until it is known that L1 still has what was verified", async () => {
    const { authority, verify, finalize } = open();
    verify(GENESIS_TIME + 5, 2);
    finalize(undefined);
    expect(await authority.finalizedHead()).toEqual({ kind: "hold" });
    expect(await authority.safeHead(), "safe can be taken back").toEqual({ kind: "verified", block: head(GENESIS_TIME + 5) });
    finalize(3);
    expect(await authority.finalizedHead()).toEqual({ kind: "verified", block: head(GENESIS_TIME + 5) });
    const none = open();
    none.finalize(undefined);
    expect(await none.authority.finalizedHead(), "what needs no verification does not rest on it").toEqual({ kind: "up-to", number: 4 });
  });

  it("is finalized up to the last verified timestamp whose L1 block is final", async () => {
    const { authority, verify, finalize } = open();
    for (const [i, l1Number] of [2, 2, 4, 6].entries()) verify(GENESIS_TIME + 5 + i, l1Number);
    expect(await authority.finalizedHead()).toEqual({ kind: "up-to", number: 4 });
    for (const [final, seconds] of [[2, 6], [3, 6], [4, 7], [5, 7], [6, 8], [9, 8]] as const) {
      finalize(final);
      expect(await authority.finalizedHead()).toEqual({ kind: "verified", block: head(GENESIS_TIME + seconds) });
    }
    finalize(1);
    expect(await authority.finalizedHead()).toEqual({ kind: "up-to", number: 4 });
  });

  it("is cross-unsafe as far as messages hold over unsafe blocks", async () => {
    const { authority, state } = open();
    state.crossUnsafe = head(GENESIS_TIME + 9);
    expect(await authority.crossUnsafeHead()).toEqual({ kind: "verified", block: head(GENESIS_TIME + 9) });
  });

  it("is nothing that is denied, by number and hash", async () => {
    const { authority, denied } = open();
    const output = { stateRoot: word(1), messagePasserStorageRoot: word(2), blockHash: word(3) };
    for (const number of [9, 3, 5]) denied.add({ number, hash: word(number), decisionTimestamp: 1, output, reason: "x" });
    expect([await authority.isDenied(5, word(5)), await authority.isDenied(5, word(6)), await authority.isDenied(6, word(5))]).toEqual([true, false, false]);
    expect(await authority.deniedHeights(5)).toEqual([5, 9]);
  });
});

const unpack = ({ verified, denied, state }: ReturnType<typeof open>) => ({ config: new FakeChain(901, new FakeL1(GENESIS_TIME)).config, verified, denied, finalL1: () => state.finalL1, crossUnsafe: () => state.crossUnsafe });
