import { bytesToHex, concatBytes, type Hex, hexToBytes, keccak256, rlpEncode, rlpInteger } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { create2Address, createAddress, DELEGATION_PREFIX, type EvmFork, type WorldState } from "../src/index.ts";
import { assemble } from "./support/assembler.ts";
import { ABSENT, CALLER, CONTRACT, OTHER, place, run } from "./support/machine.ts";
import { OP, RETURN_TOP } from "./support/opcodes.ts";

type Part = number | bigint;
const other = BigInt(OTHER);
const contract = BigInt(CONTRACT);
const GAS_ALL = OP.GAS;
/** Calls another with nothing; its success stays on the stack. */
const call = (target: bigint, { value = 0n, opcode = OP.CALL, gas }: { readonly value?: bigint; readonly opcode?: number; readonly gas?: bigint } = {}): readonly Part[] =>
  [0n, 0n, 0n, 0n, ...(opcode === OP.CALL || opcode === OP.CALLCODE ? [value] : []), target, gas ?? GAS_ALL, opcode];
const store = (slot: bigint): readonly Part[] => [slot, OP.SSTORE];
/** Stores who called it, with what, where it is, and the value of its slot 9. */
const REPORTER = assemble(OP.CALLER, ...store(1n), OP.CALLVALUE, ...store(2n), OP.ADDRESS, ...store(3n), 9n, OP.SLOAD, ...store(4n));
const slots = (state: WorldState, at: Hex) => [1n, 2n, 3n, 4n].map((slot) => state.storage(at, slot));
const given = (code: Uint8Array, balance = 0n) => (state: WorldState) => {
  place(state, OTHER, code);
  state.setBalance(CONTRACT, balance);
  state.setStorage(OTHER, 9n, 99n);
  state.setStorage(CONTRACT, 9n, 77n);
};
const caller = BigInt(CALLER);

describe("calls", () => {
  it.each([
    ["CALL", OP.CALL, 5n, OTHER, [contract, 5n, other, 99n]], ["CALLCODE", OP.CALLCODE, 5n, CONTRACT, [contract, 5n, contract, 77n]], ["DELEGATECALL", OP.DELEGATECALL, 0n, CONTRACT, [caller, 3n, contract, 77n]],
  ] as const)("%s runs the other's code with the caller, value, address and storage that are its own to see", (_, opcode, value, where, seen) => {
    const { state, success } = run(assemble(...call(other, { opcode, value })), { value: 3n, given: given(REPORTER, 10n) });
    expect(success).toBe(true);
    expect(slots(state, where)).toEqual(seen);
    expect(state.balance(OTHER)).toBe(opcode === OP.CALL ? 5n : 0n);
  });

  it("a STATICCALL lets nothing be changed, however deep", () => {
    const middle = concatBytes(assemble(...call(BigInt(ABSENT)), ...RETURN_TOP));
    const result = run(assemble(32n, 0n, 0n, 0n, other, GAS_ALL, OP.STATICCALL, OP.POP, 0n, OP.MLOAD, ...RETURN_TOP), { given: (state) => { place(state, OTHER, middle); place(state, ABSENT, assemble(1n, 1n, OP.SSTORE)); } });
    expect(result).toMatchObject({ success: true, word: 0n });
    expect(result.state.storage(ABSENT, 1n)).toBe(0n);
  });

  it("passes on at most all but a 64th of the gas, whatever is asked for", () => {
    const { word } = run(assemble(32n, 0n, 0n, 0n, 0n, other, 2n ** 255n, OP.CALL, 0n, OP.MLOAD, ...RETURN_TOP), { gas: 1_000_000, given: given(assemble(OP.GAS, ...RETURN_TOP)) });
    const left = 1_000_000 - 3 * 7 - 3 - 2_600;
    expect(Number(word)).toBe(left - Math.floor(left / 64) - 2);
  });

  it("a call with value has 2,300 gas more than it was given", () => {
    const gasSeen = (value: bigint) => run(assemble(32n, 0n, 0n, 0n, value, other, 1_000n, OP.CALL, 0n, OP.MLOAD, ...RETURN_TOP), { given: given(assemble(OP.GAS, ...RETURN_TOP), 10n) }).word;
    expect([gasSeen(0n), gasSeen(1n)]).toEqual([998n, 3_298n]);
  });

  it("of more value than there is fails without running, gives its gas back and leaves no return data", () => {
    const { word, gasUsed, state } = run(assemble(...call(other, { value: 11n }), OP.RETURNDATASIZE, OP.ADD, ...RETURN_TOP), { given: given(REPORTER, 10n) });
    expect([word, state.storage(OTHER, 1n)]).toEqual([0n, 0n]);
    expect(gasUsed).toBeLessThan(20_000);
  });

  it("nests 1,024 deep, and the next call fails", () => {
    const recursing = assemble(0n, OP.SLOAD, 1n, OP.ADD, 0n, OP.SSTORE, ...call(contract), OP.POP);
    expect(run(recursing, { gas: 2 ** 50 }).state.storage(CONTRACT, 0n)).toBe(1_025n);
  });

  it("a failed call is undone as a whole, with its transfer, and takes all its gas; a reverted one gives the rest back", () => {
    const doing = (ending: readonly Part[]) => run(assemble(...call(other, { value: 4n, gas: 100_000n }), ...RETURN_TOP), { given: given(assemble(7n, ...store(1n), 0n, 0n, OP.LOG0, ...ending), 10n) });
    const failed = doing([OP.INVALID]);
    const reverted = doing([0n, 0n, OP.REVERT]);
    for (const { state, word } of [failed, reverted]) expect([word, state.storage(OTHER, 1n), state.balance(OTHER), state.balance(CONTRACT), state.logs.length]).toEqual([0n, 0n, 0n, 10n, 0]);
    expect(failed.gasUsed - reverted.gasUsed).toBeGreaterThan(50_000);
  });

  it("leaves what came back as return data, and as much of it in memory as there is room for", () => {
    const callee = assemble(0x1122334455667788n << 192n, 0n, OP.MSTORE, 8n, 0n, OP.RETURN);
    const result = run(assemble(4n, 0n, 0n, 0n, 0n, other, GAS_ALL, OP.CALL, OP.RETURNDATASIZE, 32n, OP.MSTORE, 64n, 0n, OP.RETURN), { given: given(callee) });
    expect(bytesToHex(result.output)).toBe(`0x11223344${"00".repeat(28)}${"00".repeat(31)}08`);
  });

  it("transient storage is each contract's own, seen by calls within the transaction and not undone but with its frame", () => {
    const callee = assemble(1n, OP.TLOAD, 5n, 1n, OP.TSTORE, ...RETURN_TOP);
    const twice = [32n, 0n, 0n, 0n, 0n, other, GAS_ALL, OP.CALL, OP.POP] as const;
    const result = run(assemble(9n, 1n, OP.TSTORE, ...twice, ...twice, 0n, OP.MLOAD, 1n, OP.TLOAD, 8n, OP.SHL, OP.ADD, ...RETURN_TOP), { given: given(callee) });
    expect(result.word).toBe(0x905n);
  });
});

describe("delegations of EIP-7702", () => {
  const delegate = (target: Hex) => concatBytes(DELEGATION_PREFIX, hexToBytes(target));
  const delegated = (fork: EvmFork, code: readonly Part[], target: Hex = ABSENT) => run(assemble(...code), { fork, given: (state) => { place(state, OTHER, delegate(target)); place(state, ABSENT, assemble(OP.ADDRESS, ...RETURN_TOP)); } });
  const seen = [32n, 0n, 0n, 0n, 0n, other, GAS_ALL, OP.CALL, OP.POP, 0n, OP.MLOAD, ...RETURN_TOP];

  it("run the other's code in the account's own name from Prague, and are invalid code before", () => {
    expect(delegated("prague", seen).word).toBe(other);
    expect(delegated("cancun", [...call(other), ...RETURN_TOP]).word).toBe(0n);
  });

  it("cost the access of both accounts", () => {
    const cost = (fork: EvmFork, given: (state: WorldState) => void) => run(assemble(...call(other)), { fork, given }).gasUsed;
    const plain = cost("prague", (state) => place(state, OTHER, Uint8Array.of(OP.STOP)));
    expect(cost("prague", (state) => { place(state, OTHER, delegate(ABSENT)); place(state, ABSENT, Uint8Array.of(OP.STOP)); }) - plain).toBe(2_600);
    expect(cost("prague", (state) => place(state, OTHER, delegate(OTHER))) - plain).toBeGreaterThan(100);
  });

  it("are followed once only, and to a precompile they are empty code", () => {
    expect(delegated("prague", [...call(other), ...RETURN_TOP], OTHER).word).toBe(0n);
    expect(delegated("prague", [...call(other), OP.RETURNDATASIZE, OP.ADD, ...RETURN_TOP], "0x0000000000000000000000000000000000000002").word).toBe(1n);
  });

  it("show themselves to EXTCODESIZE, EXTCODECOPY and EXTCODEHASH as they are", () => {
    expect(delegated("prague", [other, OP.EXTCODESIZE, ...RETURN_TOP]).word).toBe(23n);
    expect(delegated("prague", [other, OP.EXTCODEHASH, ...RETURN_TOP]).word).toBe(BigInt(bytesToHex(keccak256(delegate(ABSENT)))));
    expect(bytesToHex(delegated("prague", [23n, 0n, 0n, other, OP.EXTCODECOPY, 23n, 0n, OP.RETURN]).output)).toBe(bytesToHex(delegate(ABSENT)));
  });
});

describe("creations", () => {
  /** Puts a short code into memory and makes a contract of it. */
  const create = (initcode: Uint8Array, { value = 0n, salt }: { readonly value?: bigint; readonly salt?: bigint } = {}): readonly Part[] =>
    [BigInt(bytesToHex(initcode)) << BigInt(8 * (32 - initcode.length)), 0n, OP.MSTORE, ...(salt === undefined ? [] : [salt]), BigInt(initcode.length), 0n, value, salt === undefined ? OP.CREATE : OP.CREATE2];
  const returning = (size: bigint, first = 0n) => assemble(first, 0n, OP.MSTORE8, size, 0n, OP.RETURN);
  const made = createAddress(CONTRACT, 1);

  it("are at the address that the maker and its nonce, or salt and code, give", () => {
    expect(made).toBe(bytesToHex(keccak256(rlpEncode([hexToBytes(CONTRACT), rlpInteger(1)])).subarray(12)));
    expect(run(assemble(...create(returning(1n)), ...RETURN_TOP)).word).toBe(BigInt(made));
    expect(run(assemble(...create(returning(1n), { salt: 5n }), ...RETURN_TOP)).word).toBe(BigInt(create2Address(CONTRACT, 5n, returning(1n))));
    expect(create2Address("0xdeadbeef00000000000000000000000000000000", 0n, Uint8Array.of(0))).toBe("0xb928f69bb1d91cd65274e3c79d8986362984fda3");
  });

  it("raise the maker's nonce even when they fail, give the new one 1, and move the value", () => {
    const good = run(assemble(...create(returning(1n), { value: 3n })), { given: (state) => state.setBalance(CONTRACT, 10n) });
    expect([good.state.nonce(CONTRACT), good.state.nonce(made), good.state.balance(made), good.state.code(made)]).toEqual([2, 1, 3n, Uint8Array.of(0)]);
    const bad = run(assemble(...create(assemble(OP.INVALID), { value: 3n })), { given: (state) => state.setBalance(CONTRACT, 10n) });
    expect([bad.state.nonce(CONTRACT), bad.state.exists(made), bad.state.balance(CONTRACT)]).toEqual([2, false, 10n]);
    const poor = run(assemble(...create(returning(1n), { value: 11n }), ...RETURN_TOP), { given: (state) => state.setBalance(CONTRACT, 10n) });
    expect([poor.word, poor.state.nonce(CONTRACT)]).toEqual([0n, 1]);
  });

  it.each([["as long as code may be", 24_576n, 0n, true], ["a byte longer", 24_577n, 0n, false], ["that begins with 0xef", 2n, 0xefn, false], ["of nothing", 0n, 0xefn, true]])("code %s: it may be put in place, or not", (_, size, first, stands) => {
    const { word, state } = run(assemble(...create(returning(size, first)), ...RETURN_TOP));
    expect([word !== 0n, state.code(made).length]).toEqual([stands, stands ? Number(size) : 0]);
  });

  it("pay 200 for each byte of code, and fail without the gas for it", () => {
    const cost = (size: bigint) => run(assemble(...create(returning(size)))).gasUsed;
    expect(cost(32n) - cost(1n)).toBe(200 * 31);
    const { word } = run(assemble(...create(returning(1_000n)), ...RETURN_TOP), { gas: 32_000 + 200_000 });
    expect(word).toBe(0n);
  });

  it.each([["a nonce", (state: WorldState) => state.setNonce(made, 1)], ["code", (state: WorldState) => state.setCode(made, Uint8Array.of(1))]])("fail where something with %s stands, and take their gas", (_, put) => {
    const { word, gasUsed, state } = run(assemble(...create(returning(1n)), ...RETURN_TOP), { gas: 1_000_000, given: put });
    expect(word).toBe(0n);
    expect(gasUsed).toBeGreaterThan(900_000);
    expect(state.nonce(CONTRACT)).toBe(2);
  });

  it("keep the ether that was at their address before", () => {
    const { state } = run(assemble(...create(returning(1n), { value: 1n })), { given: (before) => { before.setBalance(CONTRACT, 5n); before.setBalance(made, 7n); } });
    expect(state.balance(made)).toBe(8n);
  });

  it("leave the address warm although they fail", () => {
    const cost = (address: bigint) => run(assemble(...create(assemble(OP.INVALID)), address, OP.BALANCE), { gas: 10_000_000 });
    expect(cost(BigInt(ABSENT)).gasLeft).toBe(cost(BigInt(made)).gasLeft - 2_500);
  });

  it("give back what they revert with, and nothing when they succeed", () => {
    const size = (initcode: Uint8Array) => run(assemble(...create(initcode), OP.POP, OP.RETURNDATASIZE, ...RETURN_TOP)).word;
    expect([size(assemble(7n, 0n, OP.REVERT)), size(returning(7n))]).toEqual([7n, 0n]);
  });

  it("take no more than 49,152 bytes of initcode from Shanghai on", () => {
    const error = (fork: EvmFork, size: bigint) => run(assemble(size, 0n, 0n, OP.CREATE), { fork }).error;
    expect([error("shanghai", 49_152n), error("shanghai", 49_153n), error("paris", 49_153n)]).toEqual([undefined, "max initcode size exceeded", undefined]);
  });
});

describe("self-destruction", () => {
  const destroying = (heir: bigint) => assemble(heir, OP.SELFDESTRUCT);
  const destroy = (fork: EvmFork, heir: bigint) => {
    const { state } = run(assemble(...call(other)), { fork, given: given(destroying(heir)), warmed: (one) => one.setBalance(OTHER, 8n) });
    state.endTransaction();
    return state;
  };

  it("removes a contract before Cancun, and only empties one that is older than the transaction from then on", () => {
    const heir = BigInt(ABSENT);
    const before = destroy("shanghai", heir);
    const after = destroy("cancun", heir);
    expect([before.exists(OTHER), before.balance(ABSENT)]).toEqual([false, 8n]);
    expect([after.exists(OTHER), after.balance(OTHER), after.balance(ABSENT), after.storage(OTHER, 9n)]).toEqual([true, 0n, 8n, 99n]);
  });

  it("in one's own favour burns the ether before Cancun, and keeps it from then on", () => {
    expect([destroy("shanghai", other).balance(OTHER), destroy("cancun", other).balance(OTHER)]).toEqual([0n, 8n]);
  });

  it.each(["shanghai", "osaka"] as const)("of what was made in the same transaction removes it under %s", (fork) => {
    const initcode = destroying(BigInt(ABSENT));
    const made = createAddress(CONTRACT, 1);
    const { state } = run(assemble(BigInt(bytesToHex(initcode)) << BigInt(8 * (32 - initcode.length)), 0n, OP.MSTORE, BigInt(initcode.length), 0n, 4n, OP.CREATE), { fork, given: (one) => one.setBalance(CONTRACT, 4n) });
    expect(state.exists(made)).toBe(true);
    state.endTransaction();
    expect([state.exists(made), state.balance(ABSENT)]).toEqual([false, 4n]);
  });

  it("is undone with the call that did it", () => {
    const { state } = run(assemble(...call(other)), { fork: "shanghai", given: (one) => { given(assemble(...call(BigInt(ABSENT)), 0n, 0n, OP.REVERT))(one); place(one, ABSENT, destroying(1n), 6n); } });
    state.endTransaction();
    expect([state.exists(ABSENT), state.balance(ABSENT)]).toEqual([true, 6n]);
  });
});
