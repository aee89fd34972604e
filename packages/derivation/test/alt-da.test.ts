import type { AltDaConfig } from "@pangaea/config";
import { CriticalError, type DaCommitment, genericCommitment, keccakCommitment, MAX_KECCAK_INPUT, ResetError, TemporaryError, ZERO_ADDRESS } from "@pangaea/primitives";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { AltDa, AltDaInputs, challengeLookback, InputPendingError } from "../src/index.ts";
import { bytes, configWith } from "./support/blocks.ts";
import { ACTIVE, challenged, challengeLog, KECCAK, receiptOf, RESOLVED, resolved } from "./support/challenges.ts";
import { FakeDa } from "./support/fake-da.ts";
import { FakeL1 } from "./support/fake-l1.ts";

const GENERIC: AltDaConfig = { ...KECCAK, commitmentKind: "generic", challengeContract: ZERO_ADDRESS };
const INPUT = bytes(0, 1, 2, 3);
const COMMITMENT = keccakCommitment(INPUT);
const PENDING = { kind: "pending" };
const SKIPPED = { kind: "skipped" };
const GIVEN = { kind: "input", data: INPUT };

let l1: FakeL1;
let da: FakeDa;
beforeEach(() => {
  l1 = new FakeL1(1_000);
  da = new FakeDa();
});

async function open(altDa: AltDaConfig = KECCAK, at = 0): Promise<AltDa> {
  const manager = new AltDa({ config: configWith({ altDa }), altDa, l1, da });
  manager.reset(l1.ref(at));
  await manager.advance(l1.ref(at));
  return manager;
}

/** Comes to each L1 block up to one. */
async function advance(manager: AltDa, from: number, to: number): Promise<void> {
  for (let number = from; number <= to; number++) await manager.advance(l1.ref(number));
}

function mine(count: number): void {
  for (let i = 0; i < count; i++) l1.mine();
}

describe("an input behind a commitment", () => {
  it("is what the DA server has", async () => {
    da.keep(COMMITMENT, INPUT);
    const manager = await open();
    expect(await manager.input(COMMITMENT, l1.ref(0))).toEqual(GIVEN);
  });

  it.each<[string, AltDaConfig, DaCommitment]>([["generic", KECCAK, genericCommitment(INPUT)], ["of keccak256", GENERIC, COMMITMENT]])("is skipped when it is %s and the chain has the other kind", async (_, altDa, commitment) => {
    da.keep(commitment, INPUT);
    const manager = await open(altDa);
    expect([await manager.input(commitment, l1.ref(0)), da.asked]).toEqual([SKIPPED, 0]);
  });

  it("is skipped when it is too large to be shown on L1, and only behind a keccak commitment", async () => {
    const [most, large] = [new Uint8Array(MAX_KECCAK_INPUT), new Uint8Array(MAX_KECCAK_INPUT + 1)];
    const manager = await open();
    for (const input of [most, large]) da.keep(keccakCommitment(input), input);
    const kindOf = async (one: AltDa, commitment: DaCommitment) => (await one.input(commitment, l1.ref(0))).kind;
    expect(await kindOf(manager, keccakCommitment(most))).toBe("input");
    expect(await kindOf(manager, keccakCommitment(large))).toBe("skipped");
    const generic = da.keep(genericCommitment(bytes(1)), large);
    expect(await kindOf(await open(GENERIC), generic)).toBe("input");
  });

  it("may be asked for again when the DA server does not answer", async () => {
    da.keep(COMMITMENT, INPUT);
    da.isDown = true;
    const manager = await open();
    await expect(manager.input(COMMITMENT, l1.ref(0))).rejects.toThrow(TemporaryError);
    da.isDown = false;
    expect(await manager.input(COMMITMENT, l1.ref(0))).toEqual(GIVEN);
  });

  it("is waited for, an L1 block ahead each time, and then for L1 to go on", async () => {
    const manager = await open();
    mine(2);
    expect(await manager.input(COMMITMENT, l1.ref(0))).toEqual(PENDING);
    expect(await manager.input(COMMITMENT, l1.ref(0))).toEqual(PENDING);
    await expect(manager.input(COMMITMENT, l1.ref(0))).rejects.toThrow(/read up to L1 block 2, and L1 has no more/);
    l1.mine();
    expect(await manager.input(COMMITMENT, l1.ref(0))).toEqual(PENDING);
    da.keep(COMMITMENT, INPUT);
    expect(await manager.input(COMMITMENT, l1.ref(0))).toEqual(GIVEN);
  });

  it.each([["keccak256", KECCAK, COMMITMENT], ["generic", GENERIC, genericCommitment(bytes(9))]] as const)("that is lost and was not challenged in time stops the chain: %s", async (_, altDa, commitment) => {
    const manager = await open(altDa);
    mine(altDa.challengeWindow + 1);
    for (let i = 0; i <= altDa.challengeWindow; i++) expect(await manager.input(commitment, l1.ref(0))).toEqual(PENDING);
    await expect(manager.input(commitment, l1.ref(0))).rejects.toThrow(CriticalError);
  });

  it("is taken from L1 where a challenge was answered", async () => {
    const manager = await open();
    l1.mine();
    l1.mine(challenged(COMMITMENT, 0));
    l1.mine(resolved(COMMITMENT, 0, INPUT));
    for (let i = 0; i < 3; i++) expect(await manager.input(COMMITMENT, l1.ref(0))).toEqual(PENDING);
    expect(await manager.input(COMMITMENT, l1.ref(0))).toEqual(GIVEN);
  });

  it("is waited for past the challenge window while it is challenged, and skipped when the challenge is lost, without a reset", async () => {
    const manager = await open();
    mine(KECCAK.challengeWindow - 1);
    l1.mine(challenged(COMMITMENT, 0));
    mine(KECCAK.resolveWindow);
    for (let i = 0; i < KECCAK.challengeWindow + KECCAK.resolveWindow; i++) expect(await manager.input(COMMITMENT, l1.ref(0))).toEqual(PENDING);
    expect(await manager.input(COMMITMENT, l1.ref(0))).toEqual(SKIPPED);
    da.keep(COMMITMENT, INPUT);
    expect(await manager.input(COMMITMENT, l1.ref(0))).toEqual(SKIPPED);
    await advance(manager, 1, l1.head.number);
  });

  it.each<[string, () => void]>([
    ["of another contract", () => l1.mine({ transactions: [bytes(1)], receipts: [receiptOf([challengeLog(ACTIVE, COMMITMENT, 0, ZERO_ADDRESS)])] })],
    ["of a transaction that failed", () => l1.mine({ transactions: [bytes(1)], receipts: [receiptOf([challengeLog(ACTIVE, COMMITMENT, 0)], 0)] })],
    ["that is malformed", () => l1.mine({ transactions: [bytes(1)], receipts: [receiptOf([{ ...challengeLog(ACTIVE, COMMITMENT, 0), data: bytes(1) }])] })],
    ["of a status without meaning", () => l1.mine({ transactions: [bytes(1)], receipts: [receiptOf([challengeLog(3, COMMITMENT, 0)])] })],
    ["of the commitment in another block", () => l1.mine(challenged(COMMITMENT, 1))],
  ])("is not challenged by an event %s", async (_, mineEvent) => {
    da.keep(COMMITMENT, INPUT);
    const manager = await open();
    await manager.input(COMMITMENT, l1.ref(0));
    mineEvent();
    mine(20);
    await advance(manager, 1, l1.head.number);
    expect(manager.finalizedUpTo(l1.head.number)).toBe(l1.head.number);
  });

  it.each<[string, Uint8Array]>([
    ["another input", resolved(COMMITMENT, 0, bytes(9)).transactions[0]!],
    ["calldata of another shape", challenged(COMMITMENT, 0).transactions[0]!],
    ["a transaction that cannot be decoded", bytes(2, 1)],
  ])("is not shown by %s, whatever the event says", async (_, transaction) => {
    const manager = await open();
    l1.mine(challenged(COMMITMENT, 0));
    l1.mine({ transactions: [transaction], receipts: [receiptOf([challengeLog(RESOLVED, COMMITMENT, 0)])] });
    mine(KECCAK.resolveWindow);
    let input = await manager.input(COMMITMENT, l1.ref(0));
    while (input.kind === "pending") input = await manager.input(COMMITMENT, l1.ref(0));
    expect(input).toEqual(SKIPPED);
  });
});

describe("an input that was used", () => {
  it("resets derivation when its challenge is lost, and is skipped from then on", async () => {
    da.keep(COMMITMENT, INPUT);
    const manager = await open();
    await manager.input(COMMITMENT, l1.ref(0));
    l1.mine(challenged(COMMITMENT, 0));
    mine(KECCAK.resolveWindow);
    await advance(manager, 1, KECCAK.resolveWindow);
    await expect(manager.advance(l1.ref(KECCAK.resolveWindow + 1))).rejects.toThrow(ResetError);
    manager.reset(l1.ref(0));
    await manager.advance(l1.ref(0));
    expect(await manager.input(COMMITMENT, l1.ref(0))).toEqual(SKIPPED);
    await advance(manager, 1, l1.head.number);
  });

  it("is asked for anew, and its challenges read anew, after a reset for another reason", async () => {
    da.keep(COMMITMENT, INPUT);
    const manager = await open();
    l1.mine(challenged(COMMITMENT, 0));
    mine(KECCAK.resolveWindow);
    da.forget(COMMITMENT);
    while ((await manager.input(COMMITMENT, l1.ref(0))).kind === "pending");
    da.keep(COMMITMENT, INPUT);
    manager.reset(l1.ref(0));
    await manager.advance(l1.ref(0));
    expect(await manager.input(COMMITMENT, l1.ref(0))).toEqual(GIVEN);
  });

  it("holds finality back until it can be challenged no more, as far as L1 says so finally", async () => {
    da.keep(COMMITMENT, INPUT);
    const manager = await open();
    mine(20);
    await advance(manager, 1, 3);
    expect(manager.finalizedUpTo(3)).toBe(3);
    await manager.input(COMMITMENT, l1.ref(3));
    expect(manager.finalizedUpTo(3)).toBe(2);
    expect(manager.finalizedUpTo(20)).toBe(2);
    await advance(manager, 4, 20);
    expect(manager.finalizedUpTo(8)).toBe(2);
    expect(manager.finalizedUpTo(9)).toBe(9);
  });

  it("holds finality back until the resolve window of its challenge is over", async () => {
    da.keep(COMMITMENT, INPUT);
    const manager = await open();
    await manager.input(COMMITMENT, l1.ref(0));
    mine(4);
    l1.mine(challenged(COMMITMENT, 0));
    l1.mine(resolved(COMMITMENT, 0, INPUT));
    mine(20);
    await advance(manager, 1, 20);
    expect(manager.finalizedUpTo(5 + KECCAK.resolveWindow - 1)).toBe(-1);
    expect(manager.finalizedUpTo(5 + KECCAK.resolveWindow)).toBe(5 + KECCAK.resolveWindow);
  });
});

describe("a challenge that was lost", () => {
  it("is known for as long as derivation may go back behind what is final, and then forgotten", async () => {
    da.keep(COMMITMENT, INPUT);
    const config = configWith({ altDa: KECCAK, seqWindowSize: 2, channelTimeout: 3 }, { regolith: 0 });
    const manager = new AltDa({ config, altDa: KECCAK, l1, da });
    manager.reset(l1.ref(0));
    mine(4);
    l1.mine(challenged(COMMITMENT, 0));
    mine(60);
    await advance(manager, 0, 60);
    const over = 5 + KECCAK.resolveWindow;
    const retention = KECCAK.challengeWindow + KECCAK.resolveWindow + 2 * 2 + 3;
    manager.finalizedUpTo(over + retention - 1);
    expect(await manager.input(COMMITMENT, l1.ref(0))).toEqual(SKIPPED);
    manager.finalizedUpTo(over + retention);
    expect(await manager.input(COMMITMENT, l1.ref(0))).toEqual(GIVEN);
  });
});

describe("challenges that were read ahead", () => {
  it("are read anew when L1 reorganises under them, whether L1 is read ahead or derivation comes there", async () => {
    const manager = await open();
    mine(3);
    for (let i = 0; i < 3; i++) await manager.input(COMMITMENT, l1.ref(0));
    l1.reorg(2);
    await expect(manager.input(COMMITMENT, l1.ref(0))).rejects.toThrow(ResetError);
    await manager.advance(l1.ref(1));
    await expect(manager.advance(l1.ref(3))).rejects.toThrow(ResetError);
  });

  it("include those of the L1 block that derivation begins at", async () => {
    l1.mine(challenged(COMMITMENT, 1));
    mine(KECCAK.resolveWindow);
    const manager = await open(KECCAK, 1);
    let input = await manager.input(COMMITMENT, l1.ref(1));
    while (input.kind === "pending") input = await manager.input(COMMITMENT, l1.ref(1));
    expect(input).toEqual(SKIPPED);
  });
});

describe("the data of an L1 block", () => {
  it("are the inputs of its commitments in their order; what is no commitment passes, and what is malformed counts for nothing", async () => {
    const inputs = [bytes(0, 1), bytes(0, 2)].map((input) => ({ input, commitment: keccakCommitment(input) }));
    for (const { input, commitment } of inputs) da.keep(commitment, input);
    const generic = da.keep(genericCommitment(bytes(3)), bytes(0, 3));
    const version1 = (encoded: Uint8Array) => bytes(1, ...encoded);
    const items = [version1(inputs[0]!.commitment.encoded), bytes(0, 9), new Uint8Array(0), version1(bytes(0, 1)), version1(bytes(5, 1)), version1(generic.encoded), bytes(1), version1(inputs[1]!.commitment.encoded)];
    const stage = new AltDaInputs(await open(), l1.ref(0), items);
    const taken: unknown[] = [];
    for (let item = await stage.next(); item !== undefined; item = await stage.next()) taken.push(item);
    expect(taken).toEqual([bytes(0, 1), bytes(0, 9), new Uint8Array(0), bytes(0, 2)]);
  });

  it("wait at an input that is missing, and none after it is taken first", async () => {
    const later = da.keep(keccakCommitment(bytes(0, 2)), bytes(0, 2));
    const stage = new AltDaInputs(await open(), l1.ref(0), [bytes(1, ...COMMITMENT.encoded), bytes(1, ...later.encoded)]);
    l1.mine();
    await expect(stage.next()).rejects.toThrow(InputPendingError);
    da.keep(COMMITMENT, INPUT);
    expect([await stage.next(), await stage.next(), await stage.next()]).toEqual([INPUT, bytes(0, 2), undefined]);
  });

  /** What each commitment meets, and where: L1 blocks after it, and after its challenge. */
  const plan = fc.record({ block: fc.nat(10), challenge: fc.option(fc.integer({ min: 1, max: KECCAK.challengeWindow })), resolve: fc.option(fc.integer({ min: 1, max: KECCAK.resolveWindow })), isKept: fc.boolean() });

  it("come out the same for a node that had every input and one that lacked those that were challenged", async () => {
    await fc.assert(fc.asyncProperty(fc.array(plan, { maxLength: 8 }), async (plans) => {
      const chain = new FakeL1(1_000);
      const all = plans.map((one, i) => ({ ...one, input: bytes(0, i), commitment: keccakCommitment(bytes(0, i)) }));
      for (let number = 1; number <= 40; number++) {
        const events = all.flatMap(({ block, challenge, resolve, input, commitment }) => [
          ...(challenge !== null && block + challenge === number ? [challenged(commitment, block)] : []),
          ...(challenge !== null && resolve !== null && block + challenge + resolve === number ? [resolved(commitment, block, input)] : []),
        ]);
        chain.mine({ transactions: events.flatMap(({ transactions }) => transactions), receipts: events.flatMap(({ receipts }) => receipts) });
      }
      const counted = await Promise.all([true, false].map(async (hasAll) => {
        const server = new FakeDa();
        for (const { commitment, input, challenge, isKept } of all) if (hasAll || isKept || challenge === null) server.keep(commitment, input);
        return take(new AltDa({ config: configWith({ altDa: KECCAK }), altDa: KECCAK, l1: chain, da: server }), chain, all);
      }));
      const rightful = all.filter(({ challenge, resolve }) => challenge === null || resolve !== null).sort((a, b) => a.block - b.block).map(({ input }) => input);
      expect(counted).toEqual([rightful, rightful]);
    }), { numRuns: 60 });
  });
});

/** All inputs that count once L1 has no more, with resets as they come. */
async function take(manager: AltDa, chain: FakeL1, commitments: readonly { readonly block: number; readonly commitment: DaCommitment }[]): Promise<Uint8Array[]> {
  for (let resets = 0; resets <= commitments.length; resets++) {
    manager.reset(chain.ref(0));
    try {
      const taken: Uint8Array[] = [];
      for (let number = 0; number <= chain.head.number; number++) {
        const stage = new AltDaInputs(manager, chain.ref(number), commitments.filter(({ block }) => block === number).map(({ commitment }) => bytes(1, ...commitment.encoded)));
        for (let item = await nextOf(stage); item !== undefined; item = await nextOf(stage)) taken.push(item);
      }
      return taken;
    } catch (error) {
      if (!(error instanceof ResetError)) throw error;
    }
  }
  throw new Error("more resets than commitments");
}

async function nextOf(stage: AltDaInputs): Promise<Uint8Array | undefined> {
  for (;;) {
    try {
      return await stage.next();
    } catch (error) {
      if (!(error instanceof InputPendingError)) throw error;
    }
  }
}

describe("how far back a challenge reaches", () => {
  it("is both windows, and nothing where there are no challenges", () => {
    expect([challengeLookback({ altDa: KECCAK }), challengeLookback({ altDa: GENERIC }), challengeLookback({})]).toEqual([12, 0, 0]);
  });
});
