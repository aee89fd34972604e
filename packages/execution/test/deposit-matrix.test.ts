import { createAddress, Evm, WorldState } from "@pangaea/evm";
import { bytesToHex, concatBytes, type DepositTransaction, encodeTransaction, type Hex, hexToBytes, InvalidInputError, logsBloom, orderedTrieRoot, rlpEncode, rlpInteger, ZERO_HASH } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { opRulesAt } from "../src/op-rules.ts";
import { processDeposit } from "../src/transaction/deposit.ts";
import { account, ALICE, BOB, CHAIN_ID, configOf, deposit, ETHER, FEE_RECIPIENT, forksTo, GAS_LIMIT, NOTHING, transfer } from "./fixture.ts";
import { EXECUTION_FORKS, extendFork, type Fork, isFrom, openFork } from "./support/fork-chain.ts";

const [regolith, canyon, isthmus] = [isFrom("regolith"), isFrom("canyon"), isFrom("isthmus")];
const NONCE = 7;

/** PUSH 0 PUSH 0 REVERT, and what clears slot 0, in opcodes that every fork has. */
const REVERTS = "0x60006000fd";
const HALTS = "0xfe";
const CLEARS = "0x6000600055";
/** 200 bytes that are not zero: 3,200 gas, or 8,000 as the floor of EIP-7623. */
const DATA = new Uint8Array(200).fill(1);
const { to: _, ...creation } = deposit({ mint: ETHER });
const INITCODE_LIMIT = 49_152;

interface Kind {
  readonly transaction: DepositTransaction;
  readonly code?: Hex;
  /** The sender's own code. */
  readonly own?: Hex;
  readonly status: (fork: Fork) => 0 | 1;
  /** Gas used from Regolith on; before it is all of the deposit's gas whatever happens. */
  readonly gasUsed: (fork: Fork) => number;
}

const all = ({ gas }: DepositTransaction) => () => gas;
const always = <T>(value: T) => () => value;
const mint = (more: Partial<DepositTransaction>) => deposit({ mint: ETHER, ...more });
const [poor, short, floor, long, exact] = [mint({ value: ETHER + 1n }), mint({ gas: 20_999 }), mint({ gas: 25_000, data: DATA }), { ...creation, gas: 5_000_000, data: new Uint8Array(INITCODE_LIMIT + 1) }, { ...creation, gas: 5_000_000, data: new Uint8Array(INITCODE_LIMIT) }];
const initcodeGas = (length: number, fork: Fork) => 53_000 + 4 * length + (canyon(fork) ? 2 * Math.ceil(length / 32) : 0);
const [halting, huge] = [mint({}), mint({ gas: 2 ** 24 + 1 })];

const KINDS: Readonly<Record<string, Kind>> = {
  "that succeeds": { transaction: mint({ value: 1n }), status: always(1), gasUsed: always(21_000) },
  "of all that it mints": { transaction: mint({ value: ETHER }), status: always(1), gasUsed: always(21_000) },
  "with no more gas than it needs": { transaction: mint({ gas: 21_000 }), status: always(1), gasUsed: always(21_000) },
  "that reverts": { transaction: mint({ value: 1n }), code: REVERTS, status: always(0), gasUsed: always(21_006) },
  "that halts": { transaction: halting, code: HALTS, status: always(0), gasUsed: all(halting) },
  "that gets a refund": { transaction: mint({}), code: CLEARS, status: always(1), gasUsed: always(21_006 + 5_000 - 4_800) },
  "of a wei more than there is": { transaction: poor, status: always(0), gasUsed: all(poor) },
  "with a gas less than it needs": { transaction: short, status: always(0), gasUsed: all(short) },
  "with less gas than the floor of its data": { transaction: floor, status: (fork) => (isthmus(fork) ? 0 : 1), gasUsed: (fork) => (isthmus(fork) ? 25_000 : 24_200) },
  "with data": { transaction: mint({ data: DATA }), status: always(1), gasUsed: (fork) => (isthmus(fork) ? 29_000 : 24_200) },
  "that creates from as much code as may be": { transaction: exact, status: always(1), gasUsed: (fork) => (isthmus(fork) ? Math.max(initcodeGas(INITCODE_LIMIT, fork), 21_000 + 10 * INITCODE_LIMIT) : initcodeGas(INITCODE_LIMIT, fork)) },
  "that creates from a byte more": { transaction: long, status: (fork) => (canyon(fork) ? 0 : 1), gasUsed: (fork) => (canyon(fork) ? long.gas : initcodeGas(INITCODE_LIMIT + 1, fork)) },
  "by an account with code": { transaction: mint({}), own: REVERTS, status: always(1), gasUsed: always(21_000) },
  "with more gas than Osaka allows a transaction": { transaction: huge, status: always(1), gasUsed: always(21_000) },
};

function run(fork: Fork, { transaction, code, own }: Kind, isSystemTx = false) {
  const rules = opRulesAt(configOf(forksTo(fork)), 1_000);
  const nodes = new Map<string, Uint8Array>();
  const state = new WorldState({ get: (hash) => nodes.get(bytesToHex(hash)) });
  if (code !== undefined) {
    state.setCode(BOB, hexToBytes(code));
    state.setStorage(BOB, 0n, 1n);
  }
  if (own !== undefined) state.setCode(ALICE.address, hexToBytes(own));
  state.setNonce(ALICE.address, NONCE);
  for (const [hash, node] of state.commit().nodes) nodes.set(bytesToHex(hash), node);
  const block = { number: 1, timestamp: 1_000, coinbase: FEE_RECIPIENT, gasLimit: GAS_LIMIT, baseFee: 1n, blobBaseFee: 1n, prevRandao: ZERO_HASH, chainId: CHAIN_ID, blockHash: () => undefined };
  return { state, outcome: processDeposit(new Evm({ state, block, rules: rules.evm }), rules, { ...transaction, isSystemTx }) };
}

describe.each(EXECUTION_FORKS)("in %s a deposit", (fork) => {
  it.each(Object.entries(KINDS))("%s has the status, gas, receipt fields, balance and nonce of the fork", (_, kind) => {
    const { state, outcome } = run(fork, kind);
    const status = kind.status(fork);
    expect(outcome).toMatchObject({ status, gasUsed: regolith(fork) ? kind.gasUsed(fork) : kind.transaction.gas, effectiveGasPrice: 0n, daFootprint: 0 });
    expect([outcome.depositNonce, outcome.depositReceiptVersion]).toEqual([regolith(fork) ? NONCE : undefined, canyon(fork) ? 1 : undefined]);
    const sent = status === 1 ? kind.transaction.value : 0n;
    expect([state.balance(ALICE.address), state.nonce(ALICE.address), state.balance(BOB), state.balance(FEE_RECIPIENT)]).toEqual([ETHER - sent, NONCE + 1, sent, 0n]);
    if (kind.transaction.to === undefined) expect(outcome.contractAddress).toBe(createAddress(ALICE.address, NONCE));
  });

  it("of the system uses no gas before Regolith, whatever becomes of it, and may not be from then on", () => {
    for (const kind of Object.values(KINDS)) {
      if (regolith(fork)) expect(() => run(fork, kind, true)).toThrow(InvalidInputError);
      else expect(run(fork, kind, true).outcome).toMatchObject({ gasUsed: 0, status: kind.status(fork) });
    }
  });

  it("may ask for all the gas that the block has left, and makes the block invalid by asking for one more", async () => {
    const first = deposit({ gas: 21_000 });
    const block = (gas: number) => extendFork(fork, openFork(fork), { transactions: [first, deposit({ gas })].map(encodeTransaction) });
    const left = GAS_LIMIT - 21_000;
    expect((await block(left)).payload.gasUsed).toBe(regolith(fork) ? 42_000 : GAS_LIMIT);
    await expect(block(left + 1)).rejects.toThrow(/transaction 1: gas limit reached/);
  });

  it("of the system with more gas than the block stands in it before Regolith and leaves its gas to the others", async () => {
    const block = extendFork(fork, openFork(fork), { transactions: [deposit({ isSystemTx: true, gas: 150_000_000 }), deposit({ gas: GAS_LIMIT })].map(encodeTransaction) });
    if (regolith(fork)) await expect(block).rejects.toThrow(/invalid payload attributes: transaction 0/);
    else expect((await block).payload.gasUsed).toBe(GAS_LIMIT);
  });
});

describe("receipts of deposits", () => {
  /** Logs its caller under no topic, then stops. */
  const LOGS = "0x3360005260206000a000";

  it.each(EXECUTION_FORKS)("in %s stand in the receipts root as the fork encodes them", async (fork) => {
    const fixture = openFork(fork, { alloc: { [BOB]: account({ code: hexToBytes(LOGS) }), [ALICE.address]: account({ balance: ETHER, nonce: NONCE }) } });
    const { payload } = await extendFork(fork, fixture, { transactions: [encodeTransaction(deposit()), encodeTransaction(deposit({ to: FEE_RECIPIENT, value: 2n * ETHER })), transfer(NONCE + 2, { gas: 50_000 })] });
    const receipts = fixture.chain.receipts(payload.blockHash);
    expect(receipts.map(({ status }) => status)).toEqual([1, 0, 1]);
    const log = [hexToBytes(BOB), [], concatBytes(new Uint8Array(12), hexToBytes(ALICE.address))];
    const bloom = logsBloom([{ address: hexToBytes(BOB), topics: [], data: NOTHING }]);
    const version = [Uint8Array.of(1)];
    const encoded = receipts.map(({ status, cumulativeGasUsed }, i) => {
      const logs = status === 1 ? [log] : [];
      const fields = [rlpInteger(status), rlpInteger(cumulativeGasUsed), status === 1 ? bloom : new Uint8Array(256), logs, ...(i < 2 && canyon(fork) ? [rlpInteger(NONCE + i), ...version] : [])];
      return concatBytes(Uint8Array.of(i < 2 ? 0x7e : 2), rlpEncode(fields));
    });
    expect(payload.receiptsRoot).toBe(orderedTrieRoot(encoded));
    expect(payload.logsBloom).toEqual(bloom);
    expect(receipts.at(-1)!.cumulativeGasUsed).toBe(payload.gasUsed);
  });
});
