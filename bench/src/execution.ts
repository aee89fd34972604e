import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeCall } from "@pangaea/contracts";
import { PREDEPLOYS } from "@pangaea/config";
import type { Hex } from "@pangaea/primitives";
import { keys, makeBlock, openChain, signed } from "./fixture.ts";
import type { Figure } from "./figure.ts";

const SENDERS = 200;
const ROUNDS = 5;
const TRANSFER_GAS = 21_000;
const TRANSFERS = 1_400;
const TOKEN_GAS = 60_000;
const TOKEN_TRANSFERS = 800;

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
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
  return { name: "transfers by the embedded execution layer, recovery and state root included", value: median(rates), unit: "/s", reach: "≥ 2,500" };
}

/** A block full of ERC-20 transfers (of WETH), state in LMDB: from encoded transactions to the stored block. */
export async function tokenBlock(): Promise<Figure> {
  const folder = mkdtempSync(join(tmpdir(), "pangaea-bench-"));
  const senders = keys(SENDERS);
  const { chain, layer } = openChain(senders, folder);
  try {
    for (const key of senders) layer.pool.add(signed(key, 0, PREDEPLOYS.weth, 100_000, 10n ** 18n, encodeCall("deposit()", [])));
    await makeBlock(layer);
    const times: number[] = [];
    let gas = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const encoded = Array.from({ length: TOKEN_TRANSFERS }, (_, i) => signed(senders[i % SENDERS]!, 1 + round * (TOKEN_TRANSFERS / SENDERS) + Math.floor(i / SENDERS), PREDEPLOYS.weth, TOKEN_GAS, 0n, encodeCall("transfer(address,uint256)", [recipient(round * TOKEN_TRANSFERS + i), 5n])));
      const started = performance.now();
      for (const one of encoded) layer.pool.add(one);
      await makeBlock(layer);
      times.push(performance.now() - started);
      gas = chain.head.header.gasUsed;
    }
    return { name: `block of ${TOKEN_TRANSFERS} ERC-20 transfers (${(gas / 1e6).toFixed(1)}M gas), state on disk`, value: median(times), unit: "ms", reach: "≤ 1,000" };
  } finally {
    await chain.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
