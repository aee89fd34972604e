import { BEACON_ROOTS_ADDRESS, HISTORY_STORAGE_ADDRESS, SYSTEM_ADDRESS } from "@pangaea/config";
import { encodeTransaction, type Hex, hexToBytes } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { account, deposit, GENESIS_TIME, transfer, word } from "./fixture.ts";
import { EXECUTION_FORKS, extendFork, isFrom, openFork } from "./support/fork-chain.ts";

/** GAS, CALLER, ORIGIN, CALLVALUE, GASPRICE, CALLDATASIZE and the first word of data go to slots 1 to 7. */
const WITNESS = hexToBytes("0x5a6001553360025532600355346004553a60055536600655600035600755");
const BEACON_ROOT = word(9n);
const CALLED = [
  { name: "the history of block hashes", address: HISTORY_STORAGE_ADDRESS, first: "isthmus" },
  { name: "the beacon roots", address: BEACON_ROOTS_ADDRESS, first: "ecotone" },
] as const;
const cases = CALLED.flatMap((one) => EXECUTION_FORKS.map((fork) => ({ ...one, fork })));

describe("before a block's transactions", () => {
  it.each(cases)("$name is called in $fork by the system with 30,000,000 gas from $first on, and not before", async ({ address, first, fork }) => {
    const fixture = openFork(fork, { alloc: { [address]: account({ nonce: 1, code: WITNESS }) } });
    const parent = fixture.chain.head.hash;
    const { payload } = await extendFork(fork, fixture);
    const state = fixture.chain.headState();
    const seen = [1n, 2n, 3n, 4n, 5n, 6n, 7n].map((slot) => state.storage(address, slot));
    const data = BigInt(address === HISTORY_STORAGE_ADDRESS ? parent : BEACON_ROOT);
    expect(seen).toEqual(isFrom(first)(fork) ? [30_000_000n - 2n, BigInt(SYSTEM_ADDRESS), BigInt(SYSTEM_ADDRESS), 0n, 0n, 32n, data] : Array.from({ length: 7 }, () => 0n));
    expect([payload.gasUsed, payload.logsBloom.every((byte) => byte === 0), state.exists(SYSTEM_ADDRESS)]).toEqual([0, true, false]);
  });

  it.each(["ecotone", "isthmus"] as const)("a contract that is not there yet is passed over: %s's first block leaves the state as it was", async (fork) => {
    const bare = { alloc: { [HISTORY_STORAGE_ADDRESS]: account(), [BEACON_ROOTS_ADDRESS]: account() } };
    const fixture = openFork(fork, bare);
    const before = fixture.chain.head.header.stateRoot;
    expect((await extendFork(fork, fixture)).payload.stateRoot).toBe(before);
  });

  it("a contract that reverts or halts changes nothing and does not stop the block", async () => {
    for (const code of ["0x600160005560006000fd", "0x6001600055fe"] as const) {
      const fixture = openFork("jovian", { alloc: { [HISTORY_STORAGE_ADDRESS]: account({ nonce: 1, code: hexToBytes(code) }) } });
      expect((await extendFork("jovian", fixture, { transactions: [transfer(0)] })).payload.gasUsed).toBe(21_000);
      expect(fixture.chain.headState().storage(HISTORY_STORAGE_ADDRESS, 0n)).toBe(0n);
    }
  });

  it("what they touch is cold again for the block's transactions", async () => {
    // GAS BALANCE(the history contract) POP GAS SWAP1 SUB → slot 0
    const caller: Hex = "0x000000000000000000000000000000000000ca11";
    const code = hexToBytes(`0x5a73${HISTORY_STORAGE_ADDRESS.slice(2)}31505a900360005500`);
    const fixture = openFork("jovian", { alloc: { [caller]: account({ code }) } });
    await extendFork("jovian", fixture, { transactions: [encodeTransaction(deposit({ to: caller }))] });
    expect(fixture.chain.headState().storage(caller, 0n)).toBe(3n + 2_600n + 2n + 2n);
  });

  it("the rings turn over after 8,191 blocks or seconds", async () => {
    const fixture = openFork("jovian");
    const time = GENESIS_TIME + 8_191;
    await extendFork("jovian", fixture);
    const [first, genesis] = [fixture.chain.head.hash, fixture.chain.genesisHash];
    await extendFork("jovian", fixture, { timestamp: time + 1 });
    const state = fixture.chain.headState();
    expect([state.storage(HISTORY_STORAGE_ADDRESS, 0n), state.storage(HISTORY_STORAGE_ADDRESS, 1n)]).toEqual([BigInt(genesis), BigInt(first)]);
    expect(state.storage(BEACON_ROOTS_ADDRESS, BigInt((GENESIS_TIME + 1) % 8_191))).toBe(BigInt(time + 1));
  });
});
