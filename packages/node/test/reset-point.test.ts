import type { RollupConfig } from "@pangaea/config";
import { localAuthority, type SafetyAuthority, type SafetyVerdict } from "@pangaea/engine";
import { type BlockId, CriticalError, ResetError } from "@pangaea/primitives";
import { MemoryStore } from "@pangaea/store";
import { describe, expect, it } from "vitest";
import { configWith, FakeL2, hashOf, l2Ref, payloadOf } from "../../derivation/test/support/blocks.ts";
import { KECCAK } from "../../derivation/test/support/challenges.ts";
import { FakeL1 } from "../../derivation/test/support/fake-l1.ts";
import { SafeHeadDb } from "../src/index.ts";
import { findResetPoint } from "../src/reset-point.ts";

interface Scene {
  readonly fields?: Partial<RollupConfig>;
  /** L2 blocks, one on each L1 block. */
  readonly blocks?: number;
  /** Labels of the execution layer; none is genesis. */
  readonly safe?: number;
  readonly finalized?: number;
  /** L1 blocks that are gone from the end, replaced by others, since the record was made. */
  readonly reorg?: number;
  /** How many others; one more than are gone, unless told otherwise. */
  readonly replacements?: number;
  /** What became safe: at which L1 block, up to which L2 block. */
  readonly records?: readonly (readonly [l1: number, l2: number])[];
  readonly floor?: number;
  readonly verdict?: SafetyVerdict;
  /** Blocks that may not stand; another hash than the chain's with "other". */
  readonly denied?: readonly (number | readonly [number, "other"])[];
}

/** The numbers of unsafe, safe and finalized head, what is replaced, and from where the authority was asked for what it denies. */
async function resetPoint({ fields = {}, blocks = 12, safe = 8, finalized = 1, reorg = 0, replacements, records = [], floor, verdict, denied = [] }: Scene) {
  const l1 = new FakeL1(1_000);
  for (let i = 0; i < blocks; i++) l1.mine();
  const id = (number: number): BlockId => ({ number, hash: hashOf(`L2/${number}`) });
  const base = configWith({ seqWindowSize: 2, ...fields });
  const config = { ...base, genesis: { ...base.genesis, l1: l1.ref(0), l2: id(0) } };
  const refs = Array.from({ length: blocks }, (_, number) => l2Ref(number, l1.ref(number)));
  const labels = { ...(safe === 0 ? {} : { safe }), ...(finalized === 0 ? {} : { finalized }) };
  const safeHeads = new SafeHeadDb(new MemoryStore());
  if (floor !== undefined) safeHeads.begin(floor);
  for (const [at, l2] of records) safeHeads.record(l1.ref(at), id(l2));
  if (reorg > 0) l1.reorg(reorg, replacements);
  let askedFrom: number | undefined;
  const numberOf = (one: (typeof denied)[number]) => (typeof one === "number" ? one : one[0]);
  const authority: SafetyAuthority = {
    ...localAuthority, safeHead: async () => verdict ?? { kind: "local" },
    deniedHeights: async (from) => {
      askedFrom = from;
      return denied.map(numberOf).filter((height) => height >= from);
    },
    isDenied: async (number, hash) => denied.includes(number) && hash === id(number).hash,
  };
  const found = await findResetPoint({ config, l1, execution: new FakeL2(config, refs.map((ref) => payloadOf(config, ref)), labels), safeHeads, authority });
  return { heads: [found.unsafe.number, found.safe.number, found.finalized.number], replaces: found.replaces, askedFrom };
}

describe("the heads after a reset", () => {
  it.each<[string, Scene, readonly number[]]>([
    ["without a record are the sync start's", {}, [11, 7, 1]],
    ["have as safe what is on record and stands on L1", { records: [[9, 8]] }, [11, 8, 1]],
    ["have as safe an older record where L1 has taken the newer one back", { records: [[5, 4], [11, 8]], reorg: 3 }, [9, 4, 1]],
    ["have as safe an older record where L1 has become shorter than the newer one", { records: [[5, 4], [11, 8]], reorg: 3, replacements: 0 }, [11, 4, 1]],
    ["have as safe what the record began with where L1 has taken all of it back", { records: [[11, 8]], floor: 3, reorg: 3 }, [9, 3, 1]],
    ["have no safe head beyond the sync start's for a record that began later", { floor: 10 }, [11, 7, 1]],
    ["go no lower than what is final, whatever the record says", { records: [[4, 2]], finalized: 5 }, [11, 5, 5]],
    ["are trusted where the execution layer has synced by itself, whatever record there is", { blocks: 32, safe: 0, finalized: 0, floor: 3, records: [[6, 5]] }, [31, 31, 31]],
    ["have as safe what the authority has verified", { records: [[9, 8]], verdict: { kind: "verified", block: { number: 6, hash: hashOf("L2/6") } } }, [11, 6, 1]],
    ["have as safe what the authority lets be safe", { records: [[9, 8]], verdict: { kind: "up-to", number: 5 } }, [11, 5, 1]],
    ["have as safe no more than is on record, though the authority grants more", { records: [[9, 4]], verdict: { kind: "up-to", number: 9 } }, [11, 4, 1]],
    ["have as safe what is on record while the authority says nothing", { records: [[9, 8]], verdict: { kind: "hold" } }, [11, 8, 1]],
    ["have as safe what is final, though the authority grants less", { finalized: 5, records: [[9, 8]], verdict: { kind: "up-to", number: 2 } }, [11, 5, 5]],
  ])("%s", async (_, scene, heads) => {
    expect(await resetPoint(scene)).toEqual({ heads, replaces: undefined, askedFrom: heads[1]! + 1 });
  });

  it.each<[string, Scene, readonly number[], number | undefined]>([
    ["lie below a block that may not stand, which is to be replaced", { denied: [9] }, [8, 7, 1], 9],
    ["lie below the first of several", { denied: [8, 10] }, [7, 7, 1], 8],
    ["are not changed by the denial of another block at a height", { denied: [[9, "other"]] }, [11, 7, 1], undefined],
    ["pass over such a denial to one that counts", { denied: [[9, "other"], 11] }, [10, 7, 1], 11],
    ["are not changed by a denial above the head", { denied: [12] }, [11, 7, 1], undefined],
    ["are not changed by a denial of what is safe", { denied: [7] }, [11, 7, 1], undefined],
    ["lie below a block that may not stand above a safe head that was taken back", { denied: [6], verdict: { kind: "up-to", number: 5 } }, [5, 5, 1], 6],
  ])("%s", async (_, scene, heads, replaces) => {
    expect(await resetPoint(scene)).toEqual({ heads, replaces, askedFrom: heads[1]! + 1 });
  });

  const altDa = { ...KECCAK, challengeWindow: 2, resolveWindow: 1 };
  it.each<[string, Scene, readonly number[]]>([
    ["have as safe what no challenge can take back any more", { fields: { altDa }, records: [[5, 4], [6, 5], [7, 6], [10, 8]] }, [11, 5, 1]],
    ["have as safe what is final where all of the record can be challenged", { fields: { altDa }, finalized: 3, floor: 3, records: [[9, 7], [10, 8]] }, [11, 3, 3]],
    ["have as safe what is on record where commitments cannot be challenged", { fields: { altDa: { ...altDa, commitmentKind: "generic" } }, records: [[5, 4], [10, 8]] }, [11, 8, 1]],
  ])("of a chain whose data are elsewhere %s", async (_, scene, heads) => {
    expect((await resetPoint(scene)).heads).toEqual(heads);
  });

  it("cannot be had where L1 contradicts what is final", async () => {
    await expect(resetPoint({ finalized: 9, safe: 10, reorg: 4 })).rejects.toThrow(CriticalError);
    await expect(resetPoint({ finalized: 9, safe: 10, reorg: 4 })).rejects.not.toThrow(ResetError);
  });
});
