import { appendFileSync } from "node:fs";
import { cpus } from "node:os";
import { derivationSpeed } from "./derivation.ts";
import { devnetFigures } from "./devnet.ts";
import { tokenBlock, transfersPerSecond } from "./execution.ts";
import { formatFigure } from "./figure.ts";

const figures = [await transfersPerSecond(), await tokenBlock(), await derivationSpeed(), ...(await devnetFigures())];
const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? "unknown processor"}, Node ${process.version}`;
const report = [`## ${new Date().toISOString().slice(0, 10)}, ${machine}`, "", "| figure | measured | reach |", "|---|---|---|", ...figures.map(formatFigure), ""].join("\n");
console.log(report);
appendFileSync("bench/RESULTS.md", `\n${report}`);
process.exit(0);
