import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeCall } from "@pangaea/contracts";
import { PREDEPLOYS } from "@pangaea/config";
import type { Hex } from "@pangaea/primitives";
import { EthereumJs } from "./ethereumjs.ts";
import { keys, makeBlock, openChain, signed } from "./fixture.ts";
import { type Figure, median } from "./figure.ts";

const SENDERS = 200;
const ROUNDS = 5;
/** Rounds that are run and not measured: a chain runs for days, its code is compiled. */
const WARM_UP = 3;
const TRANSFER_GAS = 21_000;
const TRANSFERS = 1_400;
const TOKEN_GAS = 60_000;
const TOKEN_SENDERS = 195;
/** As many as fill 30M gas; each opens a balance. */
const TOKEN_TRANSFERS = 3 * TOKEN_SENDERS;

const recipient = (i: number): Hex => `0x${(0xbe9c0000 + i).toString(16).padStart(40, "0")}`;

/** Plain transfers: signature recovery on entry, execution, state root, in memory, on one core. */
export async function transfersPerSecond(): Promise<Figure> {
  const senders = keys(SENDERS);
  const { layer } = openChain(senders);
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const encoded = Array.from({ length: TRANSFERS }, (_, i) => signed(senders[i % SENDERS]!, round * (TRANSFERS / SENDERS) + Math.floor(i / SENDERS), recipient(i), TRANSFER_GAS, 1n, new Uint8Array(0)));
    const started = performance.now();
    for (const one of encoded) layer.pool.add(one);
    const count = await makeBlock(layer);
    rates.push((count / (performance.now() - started)) * 1_000);
  }
  return { name: "transfers by the embedded execution layer, recovery and state root included", value: median(rates), unit: "/s", reach: { atLeast: 2_500 } };
}

/**
 * Blocks full of ERC-20 transfers (of WETH), from encoded transactions to the stored block: ours with state in LMDB, and EthereumJS with the
 * same native crypto and state in memory. Both take the same blocks in turn, so that whatever else loads the machine slows both.
 */
export async function tokenBlock(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), "pangaea-bench-"));
  const senders = keys(TOKEN_SENDERS);
  const { chain, layer, genesis } = openChain(senders, folder);
  try {
    const other = await EthereumJs.open(genesis);
    const deposits = senders.map((key) => signed(key, 0, PREDEPLOYS.weth, 100_000, 10n ** 18n, encodeCall("deposit()", [])));
    for (const one of deposits) layer.pool.add(one);
    await makeBlock(layer);
    await other.run(chain.head.header, deposits);
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round < WARM_UP + ROUNDS; round++) {
      const encoded = Array.from({ length: TOKEN_TRANSFERS }, (_, i) => signed(senders[i % TOKEN_SENDERS]!, 1 + round * (TOKEN_TRANSFERS / TOKEN_SENDERS) + Math.floor(i / TOKEN_SENDERS), PREDEPLOYS.weth, TOKEN_GAS, 0n, encodeCall("transfer(address,uint256)", [recipient(round * TOKEN_TRANSFERS + i), 5n])));
      const started = performance.now();
      for (const one of encoded) layer.pool.add(one);
      if ((await makeBlock(layer)) !== TOKEN_TRANSFERS) throw new Error(`the bench block took ${chain.head.transactions.length} of ${TOKEN_TRANSFERS} transfers, ${chain.head.header.gasUsed} gas`);
      const time = performance.now() - started;
      const { header } = chain.head;
      const begun = performance.now();
      const gas = await other.run(header, encoded);
      if (round >= WARM_UP) {
        ours.push(time);
        theirs.push(performance.now() - begun);
      }
      if (gas !== header.gasUsed) throw new Error(`the bench block takes ${header.gasUsed} gas here and ${gas} in EthereumJS`);
    }
    const block = `block of ${TOKEN_TRANSFERS} ERC-20 transfers (${(chain.head.header.gasUsed / 1e6).toFixed(1)}M gas)`;
    return [
      { name: `${block}, state on disk`, value: median(ours), unit: "ms", reach: { atMost: 1_000 } },
      { name: `${block}, EthereumJS with native crypto, state in memory`, value: median(theirs), unit: "ms" },
      { name: "ratio of EthereumJS's time to ours, same blocks in turn", value: median(theirs) / median(ours), unit: "times", reach: { atLeast: 5 } },
    ];
  } finally {
    await chain.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
