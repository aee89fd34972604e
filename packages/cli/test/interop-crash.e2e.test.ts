import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { CALLDATA, Devnet, rpc } from "./support/devnet.ts";
import { execute, explain, send, superRoot } from "./support/messages.ts";
import { Program, until } from "./support/program.ts";
import { Secondary } from "./support/secondary.ts";

const A = 0;
const B = 1;
/** An advance is this one write and nothing else. */
const ADVANCE = "put verified";
const KILLED_AT_WRITE = `--require=${fileURLToPath(new URL("./support/killed-at-write.cjs", import.meta.url))}`;
const killedSchema = z.object({ killed: z.enum(["before", "after"]), wrote: z.array(z.string()) });

describe("a supernode that is killed at each write of a transition, one after the other", () => {
  let devnet: Devnet;
  let folder: string;
  const flags = () => [`--data-dir=${join(folder, "second")}`, "--interop.failsafe-on-invalidation"];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "pangaea-crash-"));
    devnet = await Devnet.start([CALLDATA, "--relay=none"]);
  });
  afterAll(async () => {
    await devnet.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** One life: the process ends itself with SIGKILL at its first write that is of none of these kinds, amid it or when it is done; gives what it wrote. */
  async function live(side: "before" | "after", past: readonly string[]): Promise<readonly string[]> {
    const program = new Program(Secondary.argv(devnet, flags()), { NODE_OPTIONS: KILLED_AT_WRITE, KILL: side, PAST: past.join() });
    const line = await program.line((text) => text.startsWith('{"killed"'));
    await program.finished();
    const { killed, wrote } = killedSchema.parse(JSON.parse(line));
    expect([killed, program.child.signalCode]).toEqual([side, "SIGKILL"]);
    return wrote;
  }

  /** Lets it live and be killed until it came past a whole transition, one write further each time; gives what was written, in order. What has been applied is applied again by each. */
  async function throughTransition(): Promise<readonly string[]> {
    const amid = await live("before", [ADVANCE]);
    const past = [ADVANCE];
    while (past.at(-1) !== "remove write-ahead log") past.push(...(await live("after", past)).filter((what) => !past.includes(what)));
    expect(past.slice(1, 1 + amid.length), "what was not durable is written again").toEqual(amid);
    return past.slice(1);
  }

  async function expectSame(upTo: number): Promise<void> {
    const second = await Secondary.start(devnet, flags());
    try {
      for (const index of [A, B]) {
        await second.untilSafe(index, upTo);
        await devnet.untilSafe(index, upTo);
        expect(await second.blockHash(index, upTo)).toBe(await devnet.blockHash(index, upTo));
      }
      const last = Math.min((await second.status(A)).safe_l2.timestamp, (await devnet.status(A)).safe_l2.timestamp);
      for (let timestamp = last; timestamp > last - 30; timestamp -= 3) expect((await superRoot(second.url, timestamp)).data, `super root at ${timestamp}`).toEqual((await superRoot(devnet.ready.supernode.url, timestamp)).data);
    } finally {
      await second.stop();
    }
  }

  const invalidOn = async (index: number) => (await rpc<{ readonly blockNumber: number }>(devnet.ready.supernode.url, "devnet_sendInvalidMessage", [devnet.chain(index).chainId])).blockNumber;

  it("while it denies a block makes the same decisions, and comes to the same super roots", async () => {
    const { blockNumber } = await execute(devnet, B, 1, await send(devnet, A, 1));
    const second = await Secondary.start(devnet, flags());
    await second.untilSafe(B, Number(blockNumber));
    await second.stop();
    const block = await invalidOn(A);
    await devnet.untilSafe(A, block + 1);
    expect(await throughTransition()).toEqual(["put write-ahead log", "put basis", "put denied", "put failsafe", "remove write-ahead log"]);
    await expectSame(block + 1);
  });

  it("while it takes back what L1 took back makes the same decisions, and comes to the same super roots", async () => {
    const second = await Secondary.start(devnet, flags());
    const block = await invalidOn(A);
    await until("the block is denied", async () => (await rpc<{ denied: readonly unknown[] }>(second.url, "interop_explain", [devnet.chain(A).chainId, block])).denied.length > 0, 60, () => second.program.stderr);
    await second.stop("SIGKILL");
    await rpc(devnet.ready.supernode.url, "devnet_reorgL1", [8]);
    const { unsafe_l2 } = await devnet.status(A);
    const order = await throughTransition();
    expect(order.slice(0, 2)).toEqual(["put write-ahead log", "remove verified"]);
    expect(order).toEqual(expect.arrayContaining(["remove denied", "remove basis"]));
    expect((await explain(devnet, A, block)).block.number).toBe(block);
    await expectSame(unsafe_l2.number + 2);
  });
});
