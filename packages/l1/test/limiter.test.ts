import { expect, it } from "vitest";
import { Limiter } from "../src/limiter.ts";

function gates(count: number) {
  const opens: (() => void)[] = [];
  const closed = Array.from({ length: count }, (_, i) => new Promise<void>((resolve) => (opens[i] = resolve)));
  return { closed, opens };
}

it("no more tasks run at once than allowed, and the rest run in their order", async () => {
  const limiter = new Limiter({ what: "tasks", atOnce: 2, waiting: 10 });
  const { closed, opens } = gates(4);
  const started: number[] = [];
  const tasks = closed.map((gate, i) =>
    limiter.run(async () => {
      started.push(i);
      await gate;
      return i;
    }),
  );
  expect(started).toEqual([0, 1]);
  opens[1]!();
  await tasks[1];
  expect(started).toEqual([0, 1, 2]);
  for (const open of opens) open();
  expect(await Promise.all(tasks)).toEqual([0, 1, 2, 3]);
});

it("a task too many is refused, and a failed one gives its place away", async () => {
  const limiter = new Limiter({ what: "tasks", atOnce: 1, waiting: 1 });
  const { closed, opens } = gates(1);
  const first = limiter.run(async () => {
    await closed[0];
    throw new Error("broken");
  });
  const second = limiter.run(async () => "done");
  await expect(limiter.run(async () => "third")).rejects.toThrow("1 tasks are waiting already");
  opens[0]!();
  await expect(first).rejects.toThrow("broken");
  expect(await second).toBe("done");
  expect(await limiter.run(async () => "again")).toBe("again");
});
