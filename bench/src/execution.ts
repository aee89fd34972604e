import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MULTICALL3_ADDRESS, PREDEPLOYS } from "@pangaea/config";
import { encodeCall, WETH } from "@pangaea/contracts";
import { type Hex, hexToBytes } from "@pangaea/primitives";
import { encodeFunctionData, erc20Abi, multicall3Abi } from "viem";
import { EthereumJs } from "./ethereumjs.ts";
import { keys, makeBlock, openChain, signed } from "./fixture.ts";
import { type Figure, median } from "./figure.ts";

const SENDERS = 200;
const ROUNDS = 5;
/** Rounds that are run and not measured: a chain runs for days, its code is compiled. */
const WARM_UP = 3;
const TRANSFER_GAS = 21_000;
const TRANSFERS = 1_400;

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

/** A transaction of a workload: `i` counts them over all blocks. */
type Make = (key: Uint8Array, nonce: number, i: number) => Uint8Array;

interface Workload {
  /** What a block of it is, in words. */
  readonly name: string;
  readonly senders: number;
  readonly transactions: number;
  readonly make: Make;
}

/** The token balances of many, in one call. */
const readsOf = (owners: readonly Hex[]) => hexToBytes(encodeFunctionData({
  abi: multicall3Abi, functionName: "aggregate3", args: [owners.map((owner) => ({ target: PREDEPLOYS.weth, allowFailure: false, callData: encodeFunctionData({ abi: erc20Abi, functionName: "balanceOf", args: [owner] }) }))],
}));
const call = (to: Hex, gas: number, data: Uint8Array, value = 0n): Make => (key, nonce) => signed(key, nonce, to, gas, value, data);

/** Each opens a balance. */
const TOKENS: Workload = {
  name: "ERC-20 transfers", senders: 195, transactions: 585,
  make: (key, nonce, i) => call(PREDEPLOYS.weth, 60_000, encodeCall("transfer(address,uint256)", [recipient(i), 5n]))(key, nonce, i),
};

/** By the hundred, about as a rollup's day has them: payments, tokens moved to old and new holders, approvals, withdrawals, many reads at once, deployments. */
const MIX: readonly (readonly [share: number, make: Make])[] = [
  [25, (key, nonce, i) => signed(key, nonce, recipient(i % 300), TRANSFER_GAS, 1n, new Uint8Array(0))],
  [25, (key, nonce, i) => call(PREDEPLOYS.weth, 60_000, encodeCall("transfer(address,uint256)", [recipient(i % 300), 5n]))(key, nonce, i)],
  [15, (key, nonce, i) => call(PREDEPLOYS.weth, 60_000, encodeCall("transfer(address,uint256)", [recipient(i), 5n]))(key, nonce, i)],
  [10, (key, nonce, i) => call(PREDEPLOYS.weth, 60_000, encodeCall("approve(address,uint256)", [recipient(i), 5n]))(key, nonce, i)],
  [5, (key, nonce, i) => call(PREDEPLOYS.weth, 60_000, encodeCall("withdraw(uint256)", [1n]))(key, nonce, i)],
  [10, (key, nonce, i) => call(PREDEPLOYS.l2ToL1MessagePasser, 120_000, encodeCall("initiateWithdrawal(address,uint256,bytes)", [recipient(i), 100_000n, new Uint8Array(100).fill(i)]), 1n)(key, nonce, i)],
  [6, (key, nonce, i) => call(MULTICALL3_ADDRESS, 200_000, readsOf(Array.from({ length: 12 }, (_, at) => recipient(i + at))))(key, nonce, i)],
  [4, (key, nonce) => signed(key, nonce, undefined, 900_000, 0n, hexToBytes(WETH.bytecode))],
];
const SHARES = MIX.reduce((sum, [share]) => sum + share, 0);
/** A number without a common divisor with the shares: the kinds lie mingled. */
const STRIDE = 37;

function mixed(key: Uint8Array, nonce: number, i: number): Uint8Array {
  let at = (i * STRIDE) % SHARES;
  for (const [share, make] of MIX) {
    if (at < share) return make(key, nonce, i);
    at -= share;
  }
  throw new Error("the shares of the mix do not add up");
}

/**
 * Blocks of a workload, from encoded transactions to the stored block: ours with state in LMDB, and EthereumJS with the same native crypto and state in
 * memory. Both take the same blocks in turn, so that whatever else loads the machine slows both.
 */
async function fullBlock({ name, senders: count, transactions, make }: Workload): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), "pangaea-bench-"));
  const senders = keys(count);
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
      const encoded = Array.from({ length: transactions }, (_, i) => make(senders[i % count]!, 1 + round * (transactions / count) + Math.floor(i / count), round * transactions + i));
      const started = performance.now();
      for (const one of encoded) layer.pool.add(one);
      if ((await makeBlock(layer)) !== transactions) throw new Error(`the bench block took ${chain.head.transactions.length} of ${transactions} transactions, ${chain.head.header.gasUsed} gas`);
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
    const block = `block of ${transactions} ${name} (${(chain.head.header.gasUsed / 1e6).toFixed(1)}M gas)`;
    return [
      { name: `${block}, state on disk`, value: median(ours), unit: "ms", reach: { atMost: 1_000 } },
      { name: `${block}, EthereumJS with native crypto, state in memory`, value: median(theirs), unit: "ms" },
      { name: `ratio of EthereumJS's time to ours, same blocks of ${name} in turn`, value: median(theirs) / median(ours), unit: "times", reach: { atLeast: 5 } },
    ];
  } finally {
    await chain.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

export const tokenBlock = (): Promise<readonly Figure[]> => fullBlock(TOKENS);
export const mixedBlock = (): Promise<readonly Figure[]> => fullBlock({ name: "mixed transactions", senders: 96, transactions: 480, make: mixed });
