import { bytesToBigInt, type Hex } from "@pangaea/primitives";
import { type CallResult, Evm, type EvmFork, rulesOf, type Tracer, WorldState } from "../../src/index.ts";
import { memoryNodes } from "./memory-nodes.ts";
import { addressOfWord, BLOCK } from "./worlds.ts";

export const CONTRACT = addressOfWord(0xc0den);
export const OTHER = addressOfWord(0x07e4n);
export const ABSENT = addressOfWord(0xab5e47n);
export const CALLER = addressOfWord(0xca11e4n);
const PLENTY = 10_000_000;

export interface RunOptions {
  readonly fork?: EvmFork;
  readonly gas?: number;
  readonly data?: Uint8Array;
  readonly value?: bigint;
  readonly isStatic?: boolean;
  readonly tracer?: Tracer;
  /** Puts things into the state before the transaction begins. */
  readonly given?: (state: WorldState) => void;
  /** Warms things once it has begun. */
  readonly warmed?: (state: WorldState) => void;
}

export interface Run extends CallResult {
  readonly gasUsed: number;
  /** The output as a number. */
  readonly word: bigint;
  readonly state: WorldState;
  readonly evm: Evm;
}

/** Runs a code as that of `CONTRACT`, called by `CALLER`. */
export function run(code: Uint8Array, { fork = "osaka", gas = PLENTY, data = new Uint8Array(0), value = 0n, isStatic = false, tracer, given, warmed }: RunOptions = {}): Run {
  const state = new WorldState(memoryNodes());
  state.setCode(CONTRACT, code);
  state.setNonce(CONTRACT, 1);
  state.setBalance(CALLER, 10n ** 18n);
  given?.(state);
  state.beginTransaction();
  warmed?.(state);
  const evm = new Evm({ state, block: BLOCK, rules: rulesOf(fork), tracer });
  evm.transaction = { origin: CALLER, gasPrice: 7n, blobHashes: [] };
  const result = evm.call({ type: "CALL", codeAddress: CONTRACT, address: CONTRACT, caller: CALLER, value, transfersValue: true, data, gas, isStatic, depth: 0 });
  return { ...result, gasUsed: gas - result.gasLeft, word: bytesToBigInt(result.output), state, evm };
}

/** Puts a contract at an address. */
export function place(state: WorldState, address: Hex, code: Uint8Array, balance = 0n): void {
  state.setNonce(address, 1);
  state.setBalance(address, balance);
  state.setCode(address, code);
}
