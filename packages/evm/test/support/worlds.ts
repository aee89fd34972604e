import { bytesToHex, concatBytes, type Hex, hexToBytes, keccak256Hex } from "@pangaea/primitives";
import fc from "fast-check";
import { type BlockContext, DELEGATION_PREFIX, Evm, EVM_FORKS, type EvmFork, rulesOf, type Tracer, WorldState } from "../../src/index.ts";
import { commitTo, memoryNodes } from "./memory-nodes.ts";
import { CONTRACT_WORDS, creation, DELEGATING_WORD, program, RICH_WORD, SENDER_WORD } from "./programs.ts";

export interface Account {
  readonly address: Hex;
  readonly nonce: number;
  readonly balance: bigint;
  readonly code: Uint8Array;
  readonly storage: readonly (readonly [slot: bigint, value: bigint])[];
}

export interface Message {
  /** Absent for a creation. */
  readonly to: Hex | undefined;
  readonly value: bigint;
  readonly data: Uint8Array;
  readonly gas: number;
}

/** Accounts under the rules of a fork, and messages that the sender sends one after another, each as a transaction of its own. */
export interface World {
  readonly fork: EvmFork;
  readonly accounts: readonly Account[];
  readonly messages: readonly Message[];
}

/** What became of a message: all that can be seen of it from outside. */
export interface Outcome {
  readonly success: boolean;
  readonly gasUsed: number;
  readonly output: Hex;
  readonly refund: number;
  readonly logs: readonly { readonly address: Hex; readonly topics: readonly Hex[]; readonly data: Hex }[];
  /** Of the accounts that a world starts with, for people to read; the root covers them all. */
  readonly balances: Readonly<Record<Hex, string>>;
  readonly stateRoot: Hex;
}

export const addressOfWord = (word: bigint): Hex => `0x${word.toString(16).padStart(40, "0")}`;
export const SENDER = addressOfWord(SENDER_WORD);
export const BLOB_HASHES: readonly Hex[] = [`0x01${"ab".repeat(31)}`, `0x01${"cd".repeat(31)}`];
export const GAS_PRICE = 7n;
export const BLOCK: BlockContext = {
  number: 1_000, timestamp: 1_700_000_000, coinbase: addressOfWord(0xc014ba5en), gasLimit: 30_000_000, baseFee: 7n, blobBaseFee: 1n, prevRandao: `0x${"5a".repeat(32)}`, chainId: 1,
  blockHash: (number) => keccak256Hex(Uint8Array.of(number & 0xff)),
};

const NOTHING = new Uint8Array(0);
const plain = { nonce: 0, balance: 0n, code: NOTHING, storage: [] } as const;
const storage = fc.uniqueArray(fc.tuple(fc.bigInt({ min: 0n, max: 3n }), fc.bigInt({ min: 1n, max: 3n })), { selector: ([slot]) => slot, maxLength: 3 });
const contract = (word: bigint): fc.Arbitrary<Account> => fc.record({ address: fc.constant(addressOfWord(word)), nonce: fc.constant(1), balance: fc.nat(3).map(BigInt), code: program, storage });

const gasLimit = fc.oneof({ weight: 1, arbitrary: fc.nat(120_000) }, { weight: 3, arbitrary: fc.integer({ min: 200_000, max: 1_000_000 }) });
const message: fc.Arbitrary<Message> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ to: fc.constantFrom(...CONTRACT_WORDS, DELEGATING_WORD).map(addressOfWord), value: fc.nat(5).map(BigInt), data: fc.uint8Array({ maxLength: 70 }), gas: gasLimit }) },
  { weight: 1, arbitrary: fc.record({ to: fc.constant(undefined), value: fc.nat(5).map(BigInt), data: creation, gas: gasLimit }) },
);

export const world: fc.Arbitrary<World> = fc.record({
  fork: fc.constantFrom(...EVM_FORKS),
  contracts: fc.tuple(...CONTRACT_WORDS.map(contract)),
  messages: fc.array(message, { minLength: 1, maxLength: 3 }),
}).map(({ fork, contracts, messages }) => {
  const delegation = concatBytes(DELEGATION_PREFIX, hexToBytes(contracts[0]!.address));
  const accounts: readonly Account[] = [
    { ...plain, address: SENDER, nonce: 5, balance: 10n ** 18n },
    { ...plain, address: addressOfWord(DELEGATING_WORD), nonce: 1, code: EVM_FORKS.indexOf(fork) >= EVM_FORKS.indexOf("prague") ? delegation : NOTHING },
    { ...plain, address: addressOfWord(RICH_WORD), balance: 100n },
    ...contracts,
  ];
  return { fork, accounts, messages };
});

/** Runs a world on our EVM: what became of each message. */
export function runWorld({ fork, accounts, messages }: World, tracer?: Tracer): Outcome[] {
  const nodes = memoryNodes();
  const state = new WorldState(nodes);
  for (const { address, nonce, balance, code, storage: slots } of accounts) {
    state.setNonce(address, nonce);
    state.setBalance(address, balance);
    if (code.length > 0) state.setCode(address, code);
    for (const [slot, value] of slots) state.setStorage(address, slot, value);
  }
  commitTo(state, nodes);
  const evm = new Evm({ state, block: BLOCK, rules: rulesOf(fork), tracer });
  evm.transaction = { origin: SENDER, gasPrice: GAS_PRICE, blobHashes: BLOB_HASHES };
  return messages.map(({ to, value, data, gas }) => {
    state.beginTransaction();
    const nonce = state.nonce(SENDER);
    state.setNonce(SENDER, nonce + 1);
    for (const address of [SENDER, BLOCK.coinbase, ...evm.rules.precompiles.keys(), ...(to === undefined ? [] : [to])]) state.warmAddress(address);
    const delegate = to === undefined ? undefined : evm.delegateOf(to);
    if (delegate !== undefined) state.warmAddress(delegate);
    const result = to === undefined
      ? evm.create({ type: "CREATE", caller: SENDER, nonce, salt: undefined, value, initcode: data, gas, depth: 0 })
      : evm.call({ type: "CALL", codeAddress: to, address: to, caller: SENDER, value, transfersValue: true, data, gas, isStatic: false, depth: 0 });
    const { refund } = state;
    const logs = state.logs.map((log) => ({ address: bytesToHex(log.address), topics: log.topics.map(bytesToHex), data: bytesToHex(log.data) }));
    state.endTransaction();
    const balances = Object.fromEntries(accounts.map(({ address }) => [address, String(state.balance(address))]));
    return { success: result.success, gasUsed: gas - result.gasLeft, output: bytesToHex(result.output), refund, logs, balances, stateRoot: bytesToHex(commitTo(state, nodes)) };
  });
}

/** A world as text, to run it again by hand. */
export function describeWorld({ fork, accounts, messages }: World): string {
  return [
    fork,
    ...accounts.map(({ address, balance, code, storage: slots }) => `${address} balance ${balance} storage ${slots.map(([slot, value]) => `${slot}=${value}`).join(",")} code ${bytesToHex(code)}`),
    ...messages.map(({ to, value, data, gas }) => `to ${to ?? "create"} value ${value} gas ${gas} data ${bytesToHex(data)}`),
  ].join("\n");
}
