import { bytesToHex, type Hex } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import type { TraceEnter, TraceExit } from "../src/index.ts";
import { assemble } from "./support/assembler.ts";
import { CALLER, CONTRACT, OTHER, place, run } from "./support/machine.ts";
import { OP } from "./support/opcodes.ts";

const other = BigInt(OTHER);
const given = (code: Uint8Array) => ({ given: (state: Parameters<typeof place>[0]) => { place(state, OTHER, code); state.setBalance(CONTRACT, 10n); } });

function callsOf(code: Uint8Array, callee: Uint8Array) {
  const entered: TraceEnter[] = [];
  const left: TraceExit[] = [];
  const result = run(code, { ...given(callee), tracer: { onEnter: (one) => void entered.push(one), onExit: (one) => void left.push(one) } });
  return { entered, left, result };
}

describe("a tracer", () => {
  it("sees each call begin and end, in order, with who, whom, what and how deep", () => {
    const { entered, left, result } = callsOf(assemble(0n, 0n, 3n, 0n, 4n, other, 50_000n, OP.CALL), assemble(0n, 0n, 0n, 0n, 2n, OP.GAS, OP.STATICCALL, 0n, 0n, OP.REVERT));
    expect(entered.map(({ type, from, to, value, depth }) => ({ type, from, to, value, depth }))).toEqual([
      { type: "CALL", from: CALLER, to: CONTRACT, value: 0n, depth: 0 }, { type: "CALL", from: CONTRACT, to: OTHER, value: 4n, depth: 1 }, { type: "STATICCALL", from: OTHER, to: "0x0000000000000000000000000000000000000002", value: 0n, depth: 2 },
    ]);
    expect(entered[1]).toMatchObject({ gas: 52_300, input: new Uint8Array(3) });
    expect(left.map(({ depth, error }) => [depth, error])).toEqual([[2, undefined], [1, "execution reverted"], [0, undefined]]);
    expect(left[2]!.gasUsed).toBe(result.gasUsed);
  });

  it("sees creations with their address, and self-destructions with heir and balance", () => {
    const initcode = assemble(0x77n, OP.SELFDESTRUCT);
    const { entered, left } = callsOf(assemble(BigInt(bytesToHex(initcode)) << BigInt(8 * (32 - initcode.length)), 0n, OP.MSTORE, BigInt(initcode.length), 0n, 5n, OP.CREATE), new Uint8Array(0));
    expect(entered.map(({ type }) => type)).toEqual(["CALL", "CREATE", "SELFDESTRUCT"]);
    expect(entered[1]).toMatchObject({ from: CONTRACT, value: 5n, input: initcode });
    expect(entered[2]).toMatchObject({ from: entered[1]!.to, to: "0x0000000000000000000000000000000000000077" as Hex, value: 5n, depth: 2 });
    expect(left.map(({ depth }) => depth)).toEqual([2, 1, 0]);
  });

  it("sees a collision as a creation that failed with all its gas", () => {
    const { left } = callsOf(assemble(7n, 0n, 0n, 0n, OP.CREATE2, 7n, 0n, 0n, 0n, OP.CREATE2), new Uint8Array(0));
    expect(left.map(({ error }) => error)).toEqual([undefined, "contract address collision", undefined]);
    expect(left[1]!.gasUsed).toBeGreaterThan(1_000_000);
  });

  it("sees each step before it happens: opcode, place, gas, stack", () => {
    const steps: (readonly [number, number, number, readonly bigint[]])[] = [];
    run(assemble(2n, 3n, OP.ADD), { gas: 100, tracer: { onStep: (frame, opcode) => void steps.push([frame.pc, opcode, frame.gas, frame.stack.slice(0, frame.sp)]) } });
    expect(steps).toEqual([[0, OP.PUSH1, 100, []], [2, OP.PUSH1, 97, [2n]], [4, OP.ADD, 94, [2n, 3n]], [5, OP.STOP, 91, [5n]]]);
  });

  it("changes nothing: result, gas and logs are the same with it", () => {
    for (const code of [assemble(1n, 1n, OP.SSTORE, 0n, 0n, OP.LOG0), assemble(OP.INVALID), assemble(OP.POP), assemble(0n, 0n, OP.REVERT), assemble(1n, OP.JUMP), assemble(0n, 0n, 0n, 0n, 1n, other, OP.GAS, OP.CALL)]) {
      const [plain, traced] = [undefined, { onStep: () => {}, onEnter: () => {}, onExit: () => {} }].map((tracer) => run(code, { ...given(code), ...(tracer === undefined ? {} : { tracer }), gas: 100_000 }));
      const seen = ({ success, gasUsed, error, output, state }: typeof plain & object) => ({ success, gasUsed, error, output, logs: state.logs.length, slot: state.storage(CONTRACT, 1n) });
      expect(seen(traced!)).toEqual(seen(plain!));
    }
  });

  it("is told an opcode's name, and the number of one that has none", () => {
    const { evm } = run(assemble(OP.STOP));
    expect([evm.opcodeName(0x01), evm.opcodeName(0x7f), evm.opcodeName(0x0c)]).toEqual(["ADD", "PUSH32", "opcode 0xc"]);
  });
});
