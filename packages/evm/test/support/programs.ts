import fc from "fast-check";
import { hexToBytes } from "@pangaea/primitives";
import { Assembler } from "./assembler.ts";
import { PRECOMPILE_INPUTS } from "./precompile-inputs.ts";

/** Where an operand comes from: a constant, an element of the stack, or an operation without operands. */
type Operand = { readonly word: bigint } | { readonly depth: number } | { readonly own: number };

/** One step of a program. Each pushes what it needs, so that the stack never runs short; only raw bytes do as they like. */
type Step =
  | { readonly type: "operation"; readonly opcode: number; readonly operands: readonly Operand[]; readonly result: Result }
  | { readonly type: "swap"; readonly depth: number }
  | { readonly type: "skip"; readonly condition: Operand; readonly body: readonly Step[] }
  | { readonly type: "loop"; readonly count: number; readonly body: readonly Step[] }
  | { readonly type: "precompile"; readonly opcode: number; readonly number: number; readonly input: Uint8Array; readonly gas: Operand }
  | { readonly type: "create"; readonly salt: bigint | undefined; readonly value: bigint; readonly initcode: Uint8Array; readonly calls: number }
  | { readonly type: "raw"; readonly bytes: Uint8Array };
type Result = "stack" | "storage" | "memory";
type Ending = { readonly type: "fall" } | { readonly type: "operation"; readonly opcode: number; readonly operands: readonly Operand[] } | { readonly type: "deploy"; readonly runtime: Uint8Array };

interface Program {
  readonly steps: readonly Step[];
  readonly ending: Ending;
}

const OP = {
  addmod: 0x08, mulmod: 0x09, calldatacopy: 0x37, codecopy: 0x39, extcodecopy: 0x3c, returndatacopy: 0x3e, pop: 0x50, mstore: 0x52, sstore: 0x55, jump: 0x56, jumpi: 0x57, gas: 0x5a,
  dup1: 0x80, swap1: 0x90, log0: 0xa0, create: 0xf0, call: 0xf1, callcode: 0xf2, return: 0xf3, delegatecall: 0xf4, create2: 0xf5, staticcall: 0xfa, revert: 0xfd, selfdestruct: 0xff, iszero: 0x15, sub: 0x03,
} as const;
const ALL_GAS: Operand = { own: OP.gas };
/** Where the result of a step goes when it goes to memory or storage. */
const RESULT_AT = 0x60n;

const addressOf = (number: number): bigint => 0xc0de_0000n + BigInt(number);
export const CONTRACTS = 4;
/** Contracts, the sender, an account that delegates to the first contract, one that has only ether, and one that is not there. */
export const CONTRACT_WORDS: readonly bigint[] = Array.from({ length: CONTRACTS }, (_, i) => addressOf(i));
export const SENDER_WORD = 0x5e4de4n;
export const DELEGATING_WORD = 0xde1e6an;
export const RICH_WORD = 0x71c4n;
const ABSENT_WORD = 0xab5e47n;
const PRECOMPILE_WORDS = [...Array.from({ length: 9 }, (_, i) => BigInt(i + 1)), 0x0an, 0x0bn, 0x11n, 0x100n];

class Compiler {
  readonly #assembler = new Assembler();
  #height = 0;

  compile({ steps, ending }: Program): Uint8Array {
    for (const step of steps) this.#step(step);
    if (ending.type === "operation") this.#operate(ending.opcode, ending.operands);
    else if (ending.type === "deploy") {
      const { runtime } = ending;
      this.#assembler.push(runtime.length).pushLabel(this.#assembler.data(runtime)).push(0).op(OP.codecopy).push(runtime.length).push(0).op(OP.return);
    } else this.#assembler.op(0x00);
    return this.#assembler.build();
  }

  #push(operand: Operand): void {
    if ("word" in operand) this.#assembler.push(operand.word);
    else if ("own" in operand) this.#assembler.op(operand.own);
    else if (this.#height === 0) this.#assembler.push(0);
    else this.#assembler.op(OP.dup1 + (operand.depth % Math.min(this.#height, 16)));
    this.#height++;
  }

  #operate(opcode: number, operands: readonly Operand[]): void {
    for (const operand of operands.toReversed()) this.#push(operand);
    this.#assembler.op(opcode);
    this.#height -= operands.length;
  }

  #keep(result: Result): void {
    this.#height++;
    if (result === "stack") return;
    this.#assembler.push(RESULT_AT).op(result === "storage" ? OP.sstore : OP.mstore);
    this.#height--;
  }

  #body(body: readonly Step[]): void {
    const before = this.#height;
    for (const step of body) this.#step(step);
    for (; this.#height > before; this.#height--) this.#assembler.op(OP.pop);
  }

  /** Puts data into memory from 0. */
  #load(bytes: Uint8Array): void {
    this.#assembler.push(bytes.length).pushLabel(this.#assembler.data(bytes)).push(0).op(OP.codecopy);
  }

  #step(step: Step): void {
    const assembler = this.#assembler;
    switch (step.type) {
      case "operation":
        this.#operate(step.opcode, step.operands);
        if (hasResult(step.opcode)) this.#keep(step.result);
        return;
      case "swap":
        if (this.#height > 1) assembler.op(OP.swap1 + (step.depth % Math.min(this.#height - 1, 16)));
        return;
      case "skip": {
        const end = { at: 0 };
        this.#push(step.condition);
        assembler.pushLabel(end).op(OP.jumpi);
        this.#height--;
        this.#body(step.body);
        assembler.place(end);
        return;
      }
      case "loop": {
        const start = { at: 0 };
        assembler.push(step.count).place(start);
        this.#height++;
        this.#body(step.body);
        assembler.push(1).op(OP.swap1, OP.sub, OP.dup1).pushLabel(start).op(OP.jumpi, OP.pop);
        this.#height--;
        return;
      }
      case "precompile": {
        this.#load(step.input);
        const value = step.opcode === OP.call || step.opcode === OP.callcode ? [{ word: 0n }] : [];
        this.#operate(step.opcode, [step.gas, { word: BigInt(step.number) }, ...value, { word: 0n }, { word: BigInt(step.input.length) }, { word: 0n }, { word: 64n }]);
        this.#keep("stack");
        return;
      }
      case "create":
        this.#load(step.initcode);
        this.#operate(step.salt === undefined ? OP.create : OP.create2, [{ word: step.value }, { word: 0n }, { word: BigInt(step.initcode.length) }, ...(step.salt === undefined ? [] : [{ word: step.salt }])]);
        this.#keep("stack");
        for (let i = 0; i < step.calls; i++) {
          this.#operate(OP.call, [ALL_GAS, { depth: i }, { word: 0n }, { word: 0n }, { word: 32n }, { word: 0n }, { word: 32n }]);
          this.#keep("stack");
        }
        return;
      case "raw":
        assembler.op(...step.bytes);
    }
  }
}

const RESULTLESS: ReadonlySet<number> = new Set([0x00, OP.calldatacopy, OP.codecopy, OP.extcodecopy, OP.returndatacopy, OP.pop, OP.mstore, 0x53, OP.sstore, 0x5d, 0x5e, 0xa0, 0xa1, 0xa2, 0xa3, 0xa4, OP.return, OP.revert, OP.selfdestruct]);
const hasResult = (opcode: number): boolean => !RESULTLESS.has(opcode);

const powers = fc.tuple(fc.integer({ min: 0, max: 256 }), fc.integer({ min: -1, max: 1 })).map(([bits, off]) => BigInt.asUintN(256, (1n << BigInt(bits)) + BigInt(off)));
const anyWord = fc.oneof({ weight: 3, arbitrary: fc.bigInt({ min: 0n, max: 40n }) }, { weight: 3, arbitrary: powers }, { weight: 1, arbitrary: fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }) });
const asOperand = (word: fc.Arbitrary<bigint>, mostly = 4): fc.Arbitrary<Operand> =>
  fc.oneof({ weight: mostly, arbitrary: word.map((one) => ({ word: one })) }, { weight: 1, arbitrary: fc.nat(15).map((depth) => ({ depth })) }, { weight: 1, arbitrary: fc.constantFrom(0x30, 0x33, 0x34, 0x36, 0x38, 0x3d, 0x47, 0x58, 0x59, OP.gas).map((own) => ({ own })) });
const value = asOperand(anyWord, 2);
const small = (most: number, mostly = 60) => asOperand(fc.oneof({ weight: mostly, arbitrary: fc.nat(most).map(BigInt) }, { weight: 1, arbitrary: anyWord }), mostly);
const offset = small(300);
const size = small(130);
const slot = small(3, 20);
const ether = small(2, 40);
const address = asOperand(fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...CONTRACT_WORDS) }, { weight: 2, arbitrary: fc.constantFrom(SENDER_WORD, DELEGATING_WORD, RICH_WORD, ABSENT_WORD) }, { weight: 1, arbitrary: fc.constantFrom(...PRECOMPILE_WORDS) }, { weight: 1, arbitrary: anyWord }), 12);
const gas: fc.Arbitrary<Operand> = fc.oneof({ weight: 2, arbitrary: fc.constant(ALL_GAS) }, { weight: 8, arbitrary: fc.nat(60_000).map((word) => ({ word: BigInt(word) })) }, { weight: 1, arbitrary: value });
const result: fc.Arbitrary<Result> = fc.constantFrom("stack", "stack", "storage", "memory");

const operation = (opcode: fc.Arbitrary<number> | number, ...operands: readonly fc.Arbitrary<Operand>[]): fc.Arbitrary<Step> =>
  fc.record({ type: fc.constant("operation" as const), opcode: typeof opcode === "number" ? fc.constant(opcode) : opcode, operands: fc.tuple(...operands), result });
const opcodes = (...list: readonly number[]): fc.Arbitrary<number> => fc.constantFrom(...list);

const plainSteps: readonly fc.WeightedArbitrary<Step>[] = [
  { weight: 6, arbitrary: operation(opcodes(1, 2, 3, 4, 5, 6, 7, 0x0a, 0x0b, 0x10, 0x11, 0x12, 0x13, 0x14, 0x16, 0x17, 0x18, 0x1a, 0x1b, 0x1c, 0x1d), value, value) },
  { weight: 2, arbitrary: operation(opcodes(0x15, 0x19, 0x1e), value) },
  { weight: 1, arbitrary: operation(opcodes(OP.addmod, OP.mulmod), value, value, value) },
  { weight: 2, arbitrary: operation(opcodes(0x30, 0x32, 0x33, 0x34, 0x36, 0x38, 0x3a, 0x3d, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x4a, 0x58, 0x59, OP.gas, 0x5f)) },
  { weight: 2, arbitrary: operation(opcodes(0x31, 0x3b, 0x3f), address) },
  { weight: 1, arbitrary: operation(opcodes(0x40), small(1_100, 10)) },
  { weight: 1, arbitrary: operation(0x49, small(3, 10)) },
  { weight: 2, arbitrary: operation(opcodes(0x35, 0x51), offset) },
  { weight: 2, arbitrary: operation(0x20, offset, size) },
  { weight: 3, arbitrary: operation(opcodes(OP.mstore, 0x53), offset, value) },
  { weight: 2, arbitrary: operation(opcodes(OP.calldatacopy, OP.codecopy), offset, offset, size) },
  { weight: 2, arbitrary: operation(0x5e, offset, offset, size) },
  { weight: 1, arbitrary: operation(OP.returndatacopy, offset, small(8), small(40)) },
  { weight: 1, arbitrary: operation(OP.extcodecopy, address, offset, offset, size) },
  { weight: 5, arbitrary: operation(OP.sstore, slot, asOperand(fc.bigInt({ min: 0n, max: 3n }))) },
  { weight: 3, arbitrary: operation(0x54, slot) },
  { weight: 2, arbitrary: operation(0x5d, slot, value) },
  { weight: 2, arbitrary: operation(0x5c, slot) },
  { weight: 1, arbitrary: operation(OP.log0, offset, size) },
  { weight: 1, arbitrary: operation(0xa2, offset, size, value, value) },
  { weight: 1, arbitrary: operation(0xa4, offset, size, value, value, value, value) },
  { weight: 1, arbitrary: fc.nat(15).map((depth) => ({ type: "swap", depth })) },
  { weight: 5, arbitrary: operation(opcodes(OP.call, OP.call, OP.callcode), gas, address, ether, offset, size, offset, size) },
  { weight: 4, arbitrary: operation(opcodes(OP.delegatecall, OP.staticcall), gas, address, offset, size, offset, size) },
];

const endings: fc.Arbitrary<Ending> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Ending>({ type: "fall" }) },
  { weight: 4, arbitrary: fc.tuple(offset, size).map((operands): Ending => ({ type: "operation", opcode: OP.return, operands })) },
  { weight: 2, arbitrary: fc.tuple(offset, size).map((operands): Ending => ({ type: "operation", opcode: OP.revert, operands })) },
  { weight: 2, arbitrary: fc.tuple(address).map((operands): Ending => ({ type: "operation", opcode: OP.selfdestruct, operands })) },
  { weight: 1, arbitrary: fc.constant<Ending>({ type: "operation", opcode: 0xfe, operands: [] }) },
);

const compiled = (program: Program): Uint8Array => new Compiler().compile(program);
const leafProgram = fc.record({ steps: fc.array(fc.oneof(...plainSteps), { maxLength: 6 }), ending: endings }).map(compiled);
/** Code that runs at a creation; mostly it puts a runtime code in place. */
const initcode = fc.record({
  steps: fc.array(fc.oneof(...plainSteps), { maxLength: 4 }),
  ending: fc.oneof({ weight: 5, arbitrary: leafProgram.map((runtime): Ending => ({ type: "deploy", runtime })) }, { weight: 2, arbitrary: endings }, { weight: 1, arbitrary: fc.constant<Ending>({ type: "deploy", runtime: Uint8Array.of(0xef) }) }),
}).map(compiled);

/** A call of a precompile with a good input, or one that was cut, lengthened or changed in a byte. */
const precompile: fc.Arbitrary<Step> = fc.record({
  opcode: opcodes(OP.call, OP.staticcall, OP.delegatecall, OP.callcode),
  good: fc.constantFrom(...Object.entries(PRECOMPILE_INPUTS).flatMap(([number, inputs]) => inputs.map((input) => ({ number: Number(number), bytes: hexToBytes(`0x${input}`) })))),
  change: fc.option(fc.record({ at: fc.nat(), to: fc.nat(255), length: fc.option(fc.nat(260)) }), { freq: 2 }),
  gas: fc.oneof({ weight: 4, arbitrary: fc.constant(ALL_GAS) }, { weight: 1, arbitrary: fc.nat(8_000).map((word) => ({ word: BigInt(word) })) }),
}).map(({ opcode, good: { number, bytes }, change, gas: asked }) => {
  const input = new Uint8Array(change?.length ?? bytes.length);
  input.set(bytes.subarray(0, input.length));
  // The rounds of BLAKE2b stay few.
  if (change !== null && input.length > 4) input[4 + (change.at % (input.length - 4))] = change.to;
  return { type: "precompile" as const, opcode, number, input, gas: asked };
});

const create: fc.Arbitrary<Step> = fc.record({ type: fc.constant("create" as const), salt: fc.option(fc.nat(1).map(BigInt), { nil: undefined, freq: 2 }), value: fc.oneof({ weight: 5, arbitrary: fc.nat(2).map(BigInt) }, { weight: 1, arbitrary: anyWord }), initcode, calls: fc.nat(2) });
const raw: fc.Arbitrary<Step> = fc.uint8Array({ minLength: 1, maxLength: 6 }).map((bytes) => ({ type: "raw", bytes }));
const simple = fc.oneof(...plainSteps, { weight: 3, arbitrary: create }, { weight: 3, arbitrary: precompile });
const body = fc.array(simple, { maxLength: 4 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 20, arbitrary: simple },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("skip" as const), condition: value, body }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("loop" as const), count: fc.integer({ min: 1, max: 4 }), body }) },
  { weight: 1, arbitrary: raw },
);

/** Code of a contract. */
export const program: fc.Arbitrary<Uint8Array> = fc.record({ steps: fc.array(step, { maxLength: 14 }), ending: endings }).map(compiled);
/** Code of a creation. */
export const creation: fc.Arbitrary<Uint8Array> = fc.oneof({ weight: 3, arbitrary: initcode }, { weight: 1, arbitrary: program });
