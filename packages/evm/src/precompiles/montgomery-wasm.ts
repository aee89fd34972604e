/**
 * Montgomery arithmetic on limbs of 32 bits as a WebAssembly module: products of 64 bits are one instruction there, and nothing is allocated.
 * The module is put together here from its instructions, so that what runs can be read.
 * `multiply(to, a, b, bytes, inverse)`: to = a · b / 2^(8 · bytes) mod the modulus at address 0, all numbers little-endian and below it.
 * `power(bytes, inverse, exponentBytes)`: raises the number at RESULT by the exponent at EXPONENT, four bits at a time from the first byte on,
 * with the powers 0 to 15 of its base at TABLE.
 * Source: Koç, Acar and Kaliski, "Analyzing and Comparing Montgomery Multiplication Algorithms", there FIOS.
 */

/** Most bytes of a modulus. */
export const MAX_BYTES = 64;
/** Addresses, in bytes. The modulus is at 0. */
export const SUM = 2 * MAX_BYTES;
export const RESULT = 4 * MAX_BYTES;
export const ONE = 5 * MAX_BYTES;
export const TABLE = 8 * MAX_BYTES;
export const EXPONENT = 32 * MAX_BYTES;
export const EXPONENT_BYTES = 32 * 1_024;
const PAGES = 1;

type Code = readonly number[];
const I32 = 0x7f;
const I64 = 0x7e;
const END = 0x0b;

/** Unsigned LEB128. */
function leb(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)];
}
/** Signed LEB128 of a number that is not negative. */
const signedLeb = (value: number): Code => (value < 0x40 ? [value] : [(value % 0x80) | 0x80, ...signedLeb(Math.floor(value / 0x80))]);
const section = (id: number, content: Code): Code => [id, ...leb(content.length), ...content];
const vector = (items: readonly Code[]): Code => [...leb(items.length), ...items.flat()];
const name = (text: string): Code => [...leb(text.length), ...text.split("").map((letter) => letter.charCodeAt(0))];

const get = (local: number): Code => [0x20, ...leb(local)];
const set = (local: number): Code => [0x21, ...leb(local)];
const int = (value: number): Code => [0x41, ...signedLeb(value)];
const long = (value: number): Code => [0x42, ...signedLeb(value)];
const add = (a: Code, b: Code): Code => [...a, ...b, 0x6a];
const addLong = (a: Code, b: Code): Code => [...a, ...b, 0x7c];
const subLong = (a: Code, b: Code): Code => [...a, ...b, 0x7d];
const multiplyLong = (a: Code, b: Code): Code => [...a, ...b, 0x7e];
const low = (a: Code): Code => [...a, ...long(0xffff_ffff), 0x83];
const high = (a: Code): Code => [...a, ...long(32), 0x88];
/** A limb at an address and an offset. */
const limb = (address: Code, offset = 0): Code => [...address, 0x35, 2, ...leb(offset)];
const store = (address: Code, value: Code, offset = 0): Code => [...address, ...value, 0x3e, 2, ...leb(offset)];
const block = (...body: readonly Code[]): Code => [0x02, 0x40, ...body.flat(), END];
const loop = (...body: readonly Code[]): Code => [0x03, 0x40, ...body.flat(), END];
const leaveIf = (condition: Code, depth: number): Code => [...condition, 0x0d, depth];
const equal = (a: Code, b: Code): Code => [...a, ...b, 0x46];
const isZero = (a: Code): Code => [...a, 0x45];
const call = (index: number): Code => [0x10, index];

/** `for (local = from; local !== to; local += step)`. */
const each = (local: number, from: Code, to: Code, step: number, ...body: readonly Code[]): Code =>
  [...from, ...set(local), ...block(loop(leaveIf(equal(get(local), to), 1), ...body, [...add(get(local), int(step)), ...set(local)], [0x0c, 0]))];

function multiply(): Code {
  const [to, a, b, bytes, inverse, i, j] = [0, 1, 2, 3, 4, 5, 6].map(get) as [Code, Code, Code, Code, Code, Code, Code];
  const [I, J, X, Y, FACTOR, QUOTIENT, CARRY] = [5, 6, 7, 8, 9, 10, 11] as const;
  const sumEnd = limb(bytes, SUM);
  return [
    ...each(I, int(0), add(bytes, int(4)), 4, store(i, long(0), SUM)),
    ...each(I, int(0), bytes, 4,
      [...limb(add(a, i)), ...set(FACTOR)],
      [...addLong(limb(int(0), SUM), multiplyLong(get(FACTOR), limb(b))), ...set(X)],
      [...low(multiplyLong(get(X), [...inverse, 0xad])), ...set(QUOTIENT)],
      [...high(addLong(low(get(X)), multiplyLong(get(QUOTIENT), limb(int(0))))), ...set(CARRY)],
      each(J, int(4), bytes, 4,
        [...addLong(addLong(limb(j, SUM), multiplyLong(get(FACTOR), limb(add(b, j)))), high(get(X))), ...set(X)],
        [...addLong(addLong(low(get(X)), multiplyLong(get(QUOTIENT), limb(j))), get(CARRY)), ...set(Y)],
        store(j, get(Y), SUM - 4),
        [...high(get(Y)), ...set(CARRY)]),
      [...addLong(addLong(sumEnd, high(get(X))), get(CARRY)), ...set(X)],
      store(bytes, get(X), SUM - 4),
      store(bytes, high(get(X)), SUM)),
    // The sum less the modulus goes to `to`; where that falls below zero, the sum itself.
    ...long(0), ...set(CARRY),
    ...each(I, int(0), bytes, 4,
      [...subLong(subLong(limb(i, SUM), limb(i)), get(CARRY)), ...set(X)],
      store(add(to, i), get(X)),
      [...get(X), ...long(63), 0x88, ...set(CARRY)]),
    ...block(
      leaveIf([...get(CARRY), ...sumEnd, 0x58], 0),
      each(I, int(0), bytes, 4, store(add(to, i), limb(i, SUM)))),
    END,
  ];
}

function power(): Code {
  const [bytes, inverse, length, i, digit] = [0, 1, 2, 3, 4].map(get) as [Code, Code, Code, Code, Code];
  const [I, DIGIT] = [3, 4] as const;
  const timesResult = (factor: Code): Code => [...int(RESULT), ...int(RESULT), ...factor, ...bytes, ...inverse, ...call(0)];
  const square = timesResult(int(RESULT));
  const byte: Code = [...i, 0x2d, 0, ...leb(EXPONENT)];
  const bits = (value: Code): Code => [
    ...square, ...square, ...square, ...square, ...value, ...set(DIGIT),
    ...block(leaveIf(isZero(digit), 0), timesResult(add(int(TABLE), [...digit, ...bytes, 0x6c]))),
  ];
  return [...each(I, int(0), length, 1, bits([...byte, ...int(4), 0x76]), bits([...byte, ...int(15), 0x71])), END];
}

function moduleBytes(): Uint8Array {
  const types = vector([[0x60, ...vector([[I32], [I32], [I32], [I32], [I32]]), 0], [0x60, ...vector([[I32], [I32], [I32]]), 0]]);
  const body = (locals: readonly Code[], code: Code): Code => {
    const content = [...vector(locals), ...code];
    return [...leb(content.length), ...content];
  };
  return Uint8Array.from([
    0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    ...section(1, types),
    ...section(3, vector([[0], [1]])),
    ...section(5, vector([[0, PAGES]])),
    ...section(7, vector([[...name("memory"), 2, 0], [...name("multiply"), 0, 0], [...name("power"), 0, 1]])),
    ...section(10, vector([body([[2, I32], [5, I64]], multiply()), body([[2, I32]], power())])),
  ]);
}

/** What is used here of the global that every JavaScript engine has; TypeScript knows it only with a browser's types. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

export interface Montgomery {
  readonly memory: Uint8Array;
  multiply(to: number, a: number, b: number, bytes: number, inverse: number): void;
  power(bytes: number, inverse: number, exponentBytes: number): void;
}

/** A module of its own, with its own memory. */
export function loadMontgomery(): Montgomery {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes()));
  const { memory, multiply, power } = exports as { readonly memory: { readonly buffer: ArrayBuffer }; readonly multiply: Montgomery["multiply"]; readonly power: Montgomery["power"] };
  return { memory: new Uint8Array(memory.buffer), multiply, power };
}
