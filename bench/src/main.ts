import { appendFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { accessListFigures } from "./access-list.ts";
import { derivationSpeed, mainnetFigures } from "./derivation.ts";
import { devnetFigures } from "./devnet.ts";
import { mixedBlock, tokenBlock, transfersPerSecond } from "./execution.ts";
import { type Figure, FIGURES_HEAD, formatFigure, isReached } from "./figure.ts";
import { messageIndexFigures } from "./interop-index.ts";
import { restartFigure } from "./restart.ts";
import { statelessFigures } from "./stateless.ts";
import { verificationFigures } from "./verification.ts";

const started = performance.now();
/** Of the minute before: what else the machine had to do. */
const load = loadavg()[0]!;
const figures: Figure[] = [];
// The cluster comes first: its delays want a machine on which nothing else was just compiled and collected.
for (const measure of [devnetFigures, async () => [await transfersPerSecond()], tokenBlock, mixedBlock, statelessFigures, mainnetFigures, async () => [await derivationSpeed()], messageIndexFigures, accessListFigures, verificationFigures, async () => [await restartFigure()]]) {
  for (const figure of await measure()) {
    console.log(formatFigure(figure));
    figures.push(figure);
  }
}
const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? "unknown processor"}, Node ${process.version}, load ${load.toFixed(1)} before, ${loadavg()[0]!.toFixed(1)} after`;
const missed = figures.filter((figure) => !isReached(figure));
const verdict = missed.length === 0 ? "Every reach is met." : `Missed: ${missed.map(({ name }) => name).join("; ")}.`;
const report = [`## ${new Date().toISOString().slice(0, 10)}, ${machine}`, "", ...FIGURES_HEAD, ...figures.map(formatFigure), "", verdict, ""].join("\n");
console.log(`\n${report}\n${((performance.now() - started) / 1_000).toFixed(0)} s in all; appended to bench/RESULTS.md`);
appendFileSync("bench/RESULTS.md", `\n${report}`);
process.exit(0);
