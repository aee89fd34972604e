import { hexToBytes } from "@pangaea/primitives";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assemble } from "./support/assembler.ts";
import { ABSENT, CONTRACT, OTHER, place, run, type RunOptions } from "./support/machine.ts";
import { OP, RETURN_TOP } from "./support/opcodes.ts";

const PUSH_GAS = 3;
const MODULUS = 2n ** 256n;
const other = BigInt(OTHER);
const absent = BigInt(ABSENT);
/** What an operation costs beyond pushing its operands, the first one on top. */
function costOf(opcode: number, operands: readonly bigint[], options?: RunOptions): number {
  return run(assemble(...operands.toReversed(), opcode), options).gasUsed - PUSH_GAS * operands.length;
}
/** What an operation leaves on the stack. */
const resultOf = (opcode: number, ...operands: readonly bigint[]): bigint => run(assemble(...operands.toReversed(), opcode, ...RETURN_TOP)).word;
const named = (gas: number, ...names: readonly (keyof typeof OP)[]): readonly (readonly [keyof typeof OP, number])[] => names.map((name) => [name, gas]);

describe("the gas of operations", () => {
  it.each(named(2, "ADDRESS", "ORIGIN", "CALLER", "CALLVALUE", "CALLDATASIZE", "CODESIZE", "GASPRICE", "RETURNDATASIZE", "COINBASE", "TIMESTAMP", "NUMBER", "PREVRANDAO", "GASLIMIT", "CHAINID", "BASEFEE", "BLOBBASEFEE", "PC", "MSIZE", "GAS", "PUSH0"))("%s costs %i", (name, gas) => {
    expect(costOf(OP[name], [])).toBe(gas);
  });

  it.each([...named(3, "ISZERO", "NOT", "CALLDATALOAD", "BLOBHASH"), ...named(2, "POP"), ...named(5, "CLZ"), ...named(20, "BLOCKHASH")])("%s of one operand costs %i", (name, gas) => {
    expect(costOf(OP[name], [5n])).toBe(gas);
  });

  it.each([...named(3, "ADD", "SUB", "LT", "GT", "SLT", "SGT", "EQ", "AND", "OR", "XOR", "BYTE", "SHL", "SHR", "SAR"), ...named(5, "MUL", "DIV", "SDIV", "MOD", "SMOD", "SIGNEXTEND")])("%s of two operands costs %i", (name, gas) => {
    expect(costOf(OP[name], [5n, 3n])).toBe(gas);
  });

  it.each([["SELFBALANCE", 5, []], ["JUMPDEST", 1, []], ["ADDMOD", 8, [1n, 2n, 3n]], ["MULMOD", 8, [1n, 2n, 3n]], ["STOP", 0, []]] as const)("%s costs %i", (name, gas, operands) => {
    expect(costOf(OP[name], operands)).toBe(gas);
  });

  it.each([[0n, 10], [1n, 60], [0xffn, 60], [0x100n, 110], [MODULUS - 1n, 1_610]])("EXP by %s costs %i: 50 for each byte of the exponent", (exponent, gas) => {
    expect(costOf(OP.EXP, [3n, exponent])).toBe(gas);
  });

  it.each([[0n, 30], [1n, 39], [32n, 39], [33n, 48], [64n, 48]])("KECCAK256 of %s bytes costs %i, memory included", (size, gas) => {
    expect(costOf(OP.KECCAK256, [0n, size])).toBe(gas);
  });

  it.each([
    ["CALLDATACOPY", [0n, 0n, 33n], 15], ["CODECOPY", [0n, 0n, 33n], 15], ["MCOPY", [0n, 0n, 33n], 15], ["CALLDATACOPY", [0n, 0n, 0n], 3], ["MCOPY", [2n ** 255n, 0n, 0n], 3], ["EXTCODECOPY", [other, 0n, 0n, 33n], 2_612], ["RETURNDATACOPY", [0n, 0n, 0n], 3],
  ] as const)("%s of %s costs %i: 3 a word and the memory", (name, operands, gas) => {
    expect(costOf(OP[name], operands)).toBe(gas);
  });

  it.each([["MLOAD", [0n], 6], ["MSTORE", [0n, 1n], 6], ["MSTORE8", [0n, 1n], 6], ["MSTORE8", [31n, 1n], 6], ["MSTORE8", [32n, 1n], 9], ["MSTORE", [1n, 1n], 9], ["MLOAD", [992n], 101]] as const)("%s at %s costs %i, memory included", (name, operands, gas) => {
    expect(costOf(OP[name], operands)).toBe(gas);
  });

  it.each([0, 1, 2, 3, 4])("a log with %i topics costs 375 for itself and each of them, and 8 a byte", (topics) => {
    expect(costOf(OP.LOG0 + topics, [0n, 32n, ...Array.from({ length: topics }, () => 7n)])).toBe(375 * (1 + topics) + 8 * 32 + 3);
  });

  it.each(["BALANCE", "EXTCODESIZE", "EXTCODEHASH"] as const)("%s costs 2,600 the first time and 100 afterwards", (name) => {
    expect(costOf(OP[name], [absent])).toBe(2_600);
    expect(costOf(OP[name], [absent], { warmed: (state) => void state.warmAddress(ABSENT) })).toBe(100);
  });

  it("SLOAD costs 2,100 the first time and 100 afterwards", () => {
    expect(costOf(OP.SLOAD, [1n])).toBe(2_100);
    expect(costOf(OP.SLOAD, [1n], { warmed: (state) => void state.warmSlot(CONTRACT, 1n) })).toBe(100);
  });

  it("TLOAD and TSTORE cost 100", () => {
    expect([costOf(OP.TLOAD, [1n]), costOf(OP.TSTORE, [1n, 2n])]).toEqual([100, 100]);
  });

  it("SSTORE of a cold slot costs 2,100 more, and needs more than 2,300 to be left", () => {
    expect(costOf(OP.SSTORE, [1n, 5n])).toBe(22_100);
    expect(run(assemble(0n, 0n, OP.SSTORE), { gas: 2_306 }).error).toBe("out of gas");
    expect(run(assemble(0n, 0n, OP.SSTORE), { gas: 2_307 }).success).toBe(true);
  });

  it.each([
    ["60006000556000600055", 0n, 212, 0], ["60006000556001600055", 0n, 20_112, 0], ["60016000556000600055", 0n, 20_112, 19_900], ["60016000556002600055", 0n, 20_112, 0], ["60016000556001600055", 0n, 20_112, 0],
    ["60006000556000600055", 1n, 3_012, 4_800], ["60006000556001600055", 1n, 3_012, 2_800], ["60006000556002600055", 1n, 3_012, 0], ["60026000556000600055", 1n, 3_012, 4_800], ["60026000556003600055", 1n, 3_012, 0], ["60026000556001600055", 1n, 3_012, 2_800],
    ["60026000556002600055", 1n, 3_012, 0], ["60016000556000600055", 1n, 3_012, 4_800], ["60016000556002600055", 1n, 3_012, 0], ["60016000556001600055", 1n, 212, 0], ["600160005560006000556001600055", 0n, 40_118, 19_900], ["600060005560016000556000600055", 1n, 5_918, 7_600],
  ])("writes %s to a slot that holds %s cost %i and refund %i, as EIP-3529 has it", (code, original, gas, refund) => {
    const { gasUsed, state } = run(hexToBytes(`0x${code}`), { given: (before) => before.setStorage(CONTRACT, 0n, original), warmed: (before) => void before.warmSlot(CONTRACT, 0n) });
    expect([gasUsed, state.refund]).toEqual([gas, refund]);
  });

  const callOf = (opcode: number, target: bigint, value?: bigint) => costOf(opcode, [100_000n, target, ...(value === undefined ? [] : [value]), 0n, 0n, 0n, 0n], { given: (state) => state.setBalance(CONTRACT, 10n) });
  it.each([
    ["CALL of nobody", () => callOf(OP.CALL, absent, 0n), 2_600], ["CALL with value to nobody, who takes the stipend's place", () => callOf(OP.CALL, absent, 1n), 2_600 + 9_000 + 25_000 - 2_300], ["CALL with value to oneself's caller", () => callOf(OP.CALL, BigInt("0xca11e4"), 1n), 2_600 + 9_000 - 2_300],
    ["CALLCODE with value", () => callOf(OP.CALLCODE, absent, 1n), 2_600 + 9_000 - 2_300], ["DELEGATECALL", () => callOf(OP.DELEGATECALL, absent), 2_600], ["STATICCALL", () => callOf(OP.STATICCALL, absent), 2_600],
  ] as const)("%s costs what it reaches and gives", (_, cost, gas) => {
    expect(cost()).toBe(gas);
  });

  it.each([["CREATE", [0n, 0n, 0n], 32_000], ["CREATE", [0n, 0n, 33n], 32_000 + 4 + 6], ["CREATE2", [0n, 0n, 33n, 0n], 32_000 + 4 + 6 + 12]] as const)("%s of %s costs %i: 2 a word of its code, CREATE2 6 for hashing it", (name, operands, gas) => {
    expect(costOf(OP[name], operands)).toBe(gas);
  });

  it.each([[0n, absent, 7_600], [1n, absent, 32_600], [1n, other, 7_600]])("SELFDESTRUCT with a balance of %s in favour of %s costs %i", (balance, heir, gas) => {
    expect(costOf(OP.SELFDESTRUCT, [heir], { given: (state) => { state.setBalance(CONTRACT, balance); place(state, OTHER, Uint8Array.of(0)); } })).toBe(gas);
  });
});

describe("arithmetic", () => {
  const word = fc.oneof(fc.bigInt({ min: 0n, max: MODULUS - 1n }), fc.bigInt({ min: 0n, max: 40n }), fc.bigInt({ min: MODULUS - 40n, max: MODULUS - 1n }), fc.constantFrom(2n ** 255n, 2n ** 255n - 1n, 2n ** 255n + 1n));
  const signed = (value: bigint) => BigInt.asIntN(256, value);
  const unsigned = (value: bigint) => BigInt.asUintN(256, value);
  const models: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
    ADD: (a, b) => unsigned(a + b), SUB: (a, b) => unsigned(a - b), MUL: (a, b) => unsigned(a * b), DIV: (a, b) => (b === 0n ? 0n : a / b), MOD: (a, b) => (b === 0n ? 0n : a % b), SDIV: (a, b) => (b === 0n ? 0n : unsigned(signed(a) / signed(b))),
    SMOD: (a, b) => (b === 0n ? 0n : unsigned(signed(a) % signed(b))), LT: (a, b) => BigInt(a < b), GT: (a, b) => BigInt(a > b), SLT: (a, b) => BigInt(signed(a) < signed(b)), SGT: (a, b) => BigInt(signed(a) > signed(b)), EQ: (a, b) => BigInt(a === b),
    AND: (a, b) => a & b, OR: (a, b) => a | b, XOR: (a, b) => a ^ b, SHL: (a, b) => (a > 255n ? 0n : unsigned(b << a)), SHR: (a, b) => (a > 255n ? 0n : b >> a), SAR: (a, b) => unsigned(signed(b) >> (a > 255n ? 255n : a)),
    BYTE: (a, b) => (a > 31n ? 0n : (b >> (248n - 8n * a)) & 255n), SIGNEXTEND: (a, b) => (a > 30n ? b : unsigned(BigInt.asIntN(8 * (Number(a) + 1), b))),
  };
  it.each(Object.entries(models))("%s is what integers of 256 bits make of it", (name, model) => {
    fc.assert(fc.property(word, word, (a, b) => {
      expect(resultOf(OP[name as keyof typeof OP], a, b)).toBe(model(a, b));
    }), { numRuns: 60 });
  });

  it("ADDMOD and MULMOD do not overflow on their way", () => {
    fc.assert(fc.property(word, word, word, (a, b, n) => {
      expect(resultOf(OP.ADDMOD, a, b, n)).toBe(n === 0n ? 0n : (a + b) % n);
      expect(resultOf(OP.MULMOD, a, b, n)).toBe(n === 0n ? 0n : (a * b) % n);
    }), { numRuns: 60 });
  });

  it("EXP multiplies as often as it says", () => {
    fc.assert(fc.property(word, fc.integer({ min: 0, max: 300 }), (base, exponent) => {
      let expected = 1n;
      for (let i = 0; i < exponent; i++) expected = unsigned(expected * base);
      expect(resultOf(OP.EXP, base, BigInt(exponent))).toBe(expected);
    }), { numRuns: 60 });
  });

  it.each([[0n, 256n], [1n, 255n], [2n, 254n], [2n ** 255n, 0n], [MODULUS - 1n, 0n], [2n ** 128n, 127n]])("CLZ of %s is %s", (value, zeros) => {
    expect(resultOf(OP.CLZ, value)).toBe(zeros);
  });

  it("SDIV of the least number by minus one stays the least number", () => {
    expect(resultOf(OP.SDIV, 2n ** 255n, MODULUS - 1n)).toBe(2n ** 255n);
  });
});

describe("the stack and the way through code", () => {
  const error = (...parts: readonly (number | bigint)[]) => run(assemble(...parts)).error;

  it.each(Array.from({ length: 16 }, (_, i) => i + 1))("DUP%i and SWAP of that depth reach as deep as they say and no deeper", (depth) => {
    const words = Array.from({ length: depth }, (_, i) => BigInt(100 + i));
    expect(run(assemble(...words, OP.DUP1 + depth - 1, ...RETURN_TOP)).word).toBe(100n);
    expect(run(assemble(...words, 7n, OP.SWAP1 + depth - 1, ...RETURN_TOP)).word).toBe(100n);
    expect(error(...words.slice(1), OP.DUP1 + depth - 1)).toBe("stack underflow");
    expect(error(...words, OP.SWAP1 + depth - 1)).toBe("stack underflow");
  });

  it("the stack takes 1,024 words and not one more", () => {
    expect(run(new Uint8Array(1_024).fill(OP.PUSH0)).success).toBe(true);
    expect(run(new Uint8Array(1_025).fill(OP.PUSH0)).error).toBe("stack overflow");
    expect(run(Uint8Array.of(...new Uint8Array(1_024).fill(OP.PUSH0), OP.DUP1)).error).toBe("stack overflow");
  });

  it("every operation that takes something finds the stack too short when it is empty", () => {
    for (const name of ["ADD", "ISZERO", "ADDMOD", "POP", "MLOAD", "MSTORE", "SLOAD", "SSTORE", "JUMP", "JUMPI", "KECCAK256", "LOG0", "CALL", "CREATE", "RETURN", "REVERT", "SELFDESTRUCT", "MCOPY", "TLOAD", "TSTORE", "BALANCE", "BLOCKHASH", "EXTCODECOPY"] as const) expect([name, error(OP[name])]).toEqual([name, "stack underflow"]);
  });

  it("code that ends, or has nothing, stops with nothing", () => {
    expect(run(assemble(1n))).toMatchObject({ success: true, output: new Uint8Array(0) });
    expect(run(new Uint8Array(0))).toMatchObject({ success: true, gasUsed: 0 });
  });

  it("a PUSH that the code cuts short is filled with zeros", () => {
    const cut = Uint8Array.of(...assemble(...[1n, 7n], OP.JUMP));
    expect(run(cut).error).toBe("invalid jump destination");
    expect(run(Uint8Array.of(0x61, 0x12), {}).success).toBe(true);
  });

  it.each([
    ["into the data of a PUSH", [4n, OP.JUMP, OP.PUSH1, OP.JUMPDEST]], ["past the end", [200n, OP.JUMP]], ["onto another opcode", [0n, OP.JUMP]], ["beyond what a number holds", [2n ** 255n, OP.JUMP]], ["onto the last byte of a code cut in a PUSH", [5n, OP.JUMP, OP.STOP, OP.PUSH32, OP.JUMPDEST]],
  ])("a jump %s is refused", (_, code) => {
    expect(error(...code)).toBe("invalid jump destination");
  });

  it("JUMPI jumps when its condition is not zero, and minds its destination only then", () => {
    expect(error(0n, 200n, OP.JUMPI)).toBeUndefined();
    expect(error(1n, 200n, OP.JUMPI)).toBe("invalid jump destination");
    expect(run(assemble(1n, 6n, OP.JUMPI, OP.INVALID, OP.JUMPDEST, 9n, ...RETURN_TOP)).word).toBe(9n);
  });

  it("REVERT gives back its output and the gas that is left, INVALID neither", () => {
    const reverted = run(assemble(7n, 0n, OP.MSTORE, 1n, 1n, OP.SSTORE, 32n, 0n, OP.REVERT), { gas: 100_000 });
    expect(reverted).toMatchObject({ success: false, reverted: true, word: 7n, error: "execution reverted" });
    expect(reverted.gasLeft).toBeGreaterThan(50_000);
    expect(reverted.state.storage(CONTRACT, 1n)).toBe(0n);
    expect(run(assemble(OP.INVALID), { gas: 100_000 })).toMatchObject({ success: false, reverted: false, gasLeft: 0, error: "invalid opcode" });
  });

  it.each(["SSTORE", "TSTORE", "LOG0", "LOG4", "CREATE", "CREATE2", "SELFDESTRUCT"] as const)("%s is refused where nothing may be changed", (name) => {
    expect(run(assemble(...Array<bigint>(6).fill(0n), OP[name]), { isStatic: true }).error).toBe("write protection");
  });

  it("a CALL with value is refused where nothing may be changed, one without is not", () => {
    const call = (value: bigint) => run(assemble(0n, 0n, 0n, 0n, value, other, 0n, OP.CALL), { isStatic: true }).error;
    expect([call(0n), call(1n)]).toEqual([undefined, "write protection"]);
  });
});

describe("memory", () => {
  it("costs 3 a word and a 512th of the words squared", () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 200_000 }), (offset) => {
      const words = Math.ceil((offset + 32) / 32);
      expect(costOf(OP.MLOAD, [BigInt(offset)])).toBe(3 + 3 * words + Math.floor((words * words) / 512));
    }), { numRuns: 100 });
  });

  it("is paid once, however it grew", () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 12 }), (offsets) => {
      const words = Math.ceil((Math.max(...offsets) + 1) / 32);
      expect(run(assemble(...offsets.flatMap((offset) => [1n, BigInt(offset), OP.MSTORE8]))).gasUsed).toBe(9 * offsets.length + 3 * words + Math.floor((words * words) / 512));
    }), { numRuns: 60 });
  });

  it("is all zeros at first, and MSIZE counts whole words of what was reached", () => {
    expect(run(assemble(1_000n, OP.MLOAD, ...RETURN_TOP)).word).toBe(0n);
    expect(run(assemble(1n, 33n, OP.MSTORE8, OP.MSIZE, ...RETURN_TOP)).word).toBe(64n);
    expect(run(assemble(0n, 1_000n, OP.KECCAK256, OP.POP, OP.MSIZE, ...RETURN_TOP)).word).toBe(0n);
  });

  it.each([2n ** 32n - 32n, 2n ** 32n, 2n ** 53n, 2n ** 255n, MODULUS - 1n])("at %s is out of reach, whatever gas there is", (offset) => {
    for (const code of [[offset, OP.MLOAD], [1n, offset, OP.RETURN], [offset, 0n, OP.RETURN], [offset, 0n, 0n, OP.CALLDATACOPY], [1n, 0n, offset, OP.MCOPY], [1n, offset, 0n, OP.MCOPY]]) expect(run(assemble(...code), { gas: 2 ** 40 }).error).toBe("out of gas");
  });

  it("MCOPY copies as if by way of another place, wherever the two overlap", () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 40 }), (target, from, size) => {
      const start = Uint8Array.from({ length: 128 }, (_, i) => i + 1);
      const code = assemble(128n, 0n, 0n, OP.CALLDATACOPY, BigInt(size), BigInt(from), BigInt(target), OP.MCOPY, 128n, 0n, OP.RETURN);
      const expected = start.slice();
      expected.set(start.slice(from, from + size), target);
      expect(run(code, { data: start }).output).toEqual(expected);
    }));
  });

  it("copying beyond a source's end fills with zeros, from anywhere; RETURNDATACOPY halts instead", () => {
    const data = Uint8Array.of(1, 2, 3);
    for (const from of [0n, 2n, 3n, 4n, 2n ** 64n, MODULUS - 1n]) {
      const expected = new Uint8Array(4);
      if (from < 3n) expected.set(data.subarray(Number(from)));
      expect(run(assemble(MODULUS - 1n, 0n, OP.MSTORE, 4n, from, 0n, OP.CALLDATACOPY, 4n, 0n, OP.RETURN), { data }).output).toEqual(expected);
    }
    expect(run(assemble(0n, 1n, 0n, OP.RETURNDATACOPY)).error).toBe("return data out of bounds");
    expect(run(assemble(1n, 0n, 0n, OP.RETURNDATACOPY)).error).toBe("return data out of bounds");
  });
});
