import { whole } from "@pangaea/config";
import { executeStateless, parseWitness } from "@pangaea/execution";
import { inspection } from "./inspection.ts";

/** Executes a block from its witness alone. */
export const witness = inspection({
  summary: "execute a block from its witness, with no other state",
  takesFile: true,
  flags: { runs: whole("how often to execute it; the seconds are the middle ones", 1, 1, 1_000) },
  run: async (read, { runs }) => {
    const input = await read();
    const file = parseWitness(input.json(), input.name);
    const times: number[] = [];
    let block = executeTimed(file, times);
    for (let i = 1; i < runs; i++) block = executeTimed(file, times);
    const seconds = times.sort((a, b) => a - b)[Math.floor(times.length / 2)]!;
    const { header } = block;
    const { expectedBlockHash } = file;
    const found = {
      blockNumber: header.number, blockHash: block.hash, stateRoot: header.stateRoot, receiptsRoot: header.receiptsRoot, transactions: block.transactions.length, gasUsed: header.gasUsed, seconds,
      ...(expectedBlockHash === undefined ? {} : { expectedBlockHash, matches: block.hash === expectedBlockHash }),
    };
    return expectedBlockHash === undefined || block.hash === expectedBlockHash ? { found } : { found, problem: `${input.name}: the block has the hash ${block.hash}, the file expects ${expectedBlockHash}` };
  },
});

function executeTimed(file: Parameters<typeof executeStateless>[0], times: number[]) {
  const started = performance.now();
  const block = executeStateless(file);
  times.push((performance.now() - started) / 1_000);
  return block;
}
