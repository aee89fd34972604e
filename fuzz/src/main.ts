import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { keepFind, keepInputs } from "./corpus.ts";
import { bundleInstrumented } from "./instrument.ts";
import { TARGETS } from "./targets.ts";
import type { Target } from "./target.ts";
import type { Report, Task } from "./worker.ts";

const USAGE = `npm run fuzz [-- TARGET…] [--minutes N]

Looks for inputs that break a parser, led by the code that they reach. TARGET is a target's name or its beginning; all unless given.
N minutes are shared out among the targets (10 unless given). What leads to new code is kept in fuzz/corpus, what breaks a parser in fuzz/finds: npm test replays both.

Targets: ${TARGETS.map(({ name }) => name).join(", ")}`;

const DEFAULT_MINUTES = 10;
const LONGEST_INPUT = 1 << 20;
/** An input that takes longer is a find. */
const MAX_SECONDS = 20;
/** So is one that brings the process above this. */
const MAX_RESIDENT = 3 * 2 ** 30;
const WATCH_MS = 500;

/** Explores one target in a thread of its own, which is ended when an input takes too long or too much. Gives a line to print, and whether something was found. */
async function run(target: Target, task: Omit<Task, "target" | "current">): Promise<{ readonly line: string; readonly found: number }> {
  const current = new SharedArrayBuffer(8 + LONGEST_INPUT);
  const head = new Uint32Array(current, 0, 2);
  const worker = new Worker(new URL("./start-worker.mjs", import.meta.url), { workerData: { ...task, target: target.name, current } satisfies Task });
  let found = 0;
  const keep = (what: string, input: Uint8Array) => {
    found++;
    console.error(`\n${target.name}: ${what}\n  kept in ${keepFind(target, what.split("\n")[0]!, input)}`);
  };
  return await new Promise((resolve, reject) => {
    let last = -1;
    let still = 0;
    const over = (line: string) => {
      clearInterval(watch);
      void worker.terminate();
      resolve({ line: `${target.name.padEnd(28)} ${line}`, found });
    };
    const watch = setInterval(() => {
      still = head[0] === last ? still + WATCH_MS : 0;
      last = head[0]!;
      const isSlow = last > 0 && still > MAX_SECONDS * 1_000;
      const isLarge = process.memoryUsage.rss() > MAX_RESIDENT;
      if (!isSlow && !isLarge) return;
      keep(isSlow ? `takes more than ${MAX_SECONDS} seconds` : "takes too much memory", new Uint8Array(current.slice(8, 8 + head[1]!)));
      over("ended by the watch");
    }, WATCH_MS);
    worker.on("message", (report: Report) => {
      if (report.kind === "find") return keep(report.what, report.input);
      const { runs, places, inputs } = report.explored;
      keepInputs(target, inputs);
      over(`${String(runs).padStart(9)} inputs, ${String(places).padStart(5)} places, ${String(inputs.length).padStart(4)} kept, ${found} finds`);
    });
    worker.on("error", (error) => {
      clearInterval(watch);
      reject(error);
    });
  });
}

const argv = process.argv.slice(2);
if (argv.includes("--help")) {
  console.log(USAGE);
  process.exit(0);
}
const minutesAt = argv.indexOf("--minutes");
const minutes = minutesAt < 0 ? DEFAULT_MINUTES : Number(argv[minutesAt + 1]);
const wanted = argv.filter((_, i) => minutesAt < 0 || (i !== minutesAt && i !== minutesAt + 1));
const chosen = TARGETS.filter(({ name }) => wanted.length === 0 || wanted.some((prefix) => name.startsWith(prefix)));
if (!(minutes > 0) || chosen.length === 0) {
  console.error(`${chosen.length === 0 ? `no target begins with ${wanted.join(" or ")}` : "--minutes wants a number above 0"}\n\n${USAGE}`);
  process.exit(1);
}
const root = process.cwd();
const folder = join(root, "node_modules/.cache/pangaea-fuzz");
mkdirSync(folder, { recursive: true });
const outfile = join(folder, "src", "targets.mjs");
const places = await bundleInstrumented(root, join(root, "fuzz/src/entry.ts"), outfile);
console.log(`${chosen.length} targets, ${minutes} minutes, ${places} places in ${Math.round(readFileSync(outfile).length / 1_000)} kB of code`);
let finds = 0;
for (const target of chosen) {
  const { line, found } = await run(target, { bundle: pathToFileURL(outfile).href, places, milliseconds: (minutes * 60_000) / chosen.length });
  console.log(line);
  finds += found;
}
process.exit(finds === 0 ? 0 : 1);
