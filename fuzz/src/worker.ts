import { parentPort, workerData } from "node:worker_threads";
import { keptInputs } from "./corpus.ts";
import { COUNTERS } from "./counters.ts";
import type { Explored } from "./explore.ts";

/** What the main thread tells a worker. `current`: its first 4 bytes count the inputs, the next 4 are the length of the input that follows. */
export interface Task {
  readonly bundle: string;
  readonly places: number;
  readonly target: string;
  readonly milliseconds: number;
  readonly current: SharedArrayBuffer;
}

export type Report = { readonly kind: "find"; readonly what: string; readonly input: Uint8Array } | { readonly kind: "done"; readonly explored: Explored };

const { bundle, places, target: name, milliseconds, current } = workerData as Task;
const counters = new Uint8Array(8 * Math.ceil(places / 8));
Object.assign(globalThis, { [COUNTERS]: counters });
const { explore, TARGETS } = (await import(bundle)) as typeof import("./entry.ts");
const target = TARGETS.find((one) => one.name === name)!;
const head = new Uint32Array(current, 0, 2);
const body = new Uint8Array(current, 8);
const end = Date.now() + milliseconds;
const report = (message: Report) => parentPort!.postMessage(message);
const explored = await explore(target, {
  counters, kept: keptInputs(target), isOver: () => Date.now() > end, random: Math.random,
  onInput: (input) => {
    const whole = input.subarray(0, body.length);
    body.set(whole);
    head[1] = whole.length;
    Atomics.add(head, 0, 1);
  },
  onFind: (what, input) => report({ kind: "find", what, input }),
});
report({ kind: "done", explored });
