import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { executeStateless, parseWitness } from "@pangaea/execution";
import { type Figure, median } from "./figure.ts";

/** Real blocks with their witnesses: beside the project, or where PANGAEA_VECTORS points. */
const FOLDER = `${process.env.PANGAEA_VECTORS ?? fileURLToPath(new URL("../../../shared/vectors", import.meta.url))}/monorepo-2026-06/kona-executor-blocks`;
const ROUNDS = 5;
/** Rounds that are run and not measured: code is compiled. */
const WARM_UP = 2;

/** Real OP Sepolia blocks, each from its witness alone, on one core: signatures, execution, state root. Nothing where the data is absent. */
export function statelessFigures(): readonly Figure[] {
  if (!existsSync(FOLDER)) return [];
  const rates = readdirSync(FOLDER).filter((name) => name.endsWith(".json.gz")).map((name) => {
    const witness = parseWitness(JSON.parse(gunzipSync(readFileSync(`${FOLDER}/${name}`)).toString()), name);
    const times: number[] = [];
    let gas = 0;
    for (let round = 0; round < WARM_UP + ROUNDS; round++) {
      const started = performance.now();
      const block = executeStateless(witness);
      if (round >= WARM_UP) times.push(performance.now() - started);
      gas = block.header.gasUsed;
      if (block.hash !== witness.expectedBlockHash) throw new Error(`${name} gave the block ${block.hash}, not ${witness.expectedBlockHash}`);
    }
    return gas / 1_000 / median(times);
  });
  return [
    { name: `stateless execution of ${rates.length} real OP Sepolia blocks, the middle one`, value: median(rates), unit: "Mgas/s", reach: { atLeast: 15 } },
    { name: "stateless execution, the slowest of them", value: Math.min(...rates), unit: "Mgas/s" },
  ];
}
