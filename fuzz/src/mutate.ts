import type { InputKind } from "./target.ts";

/** Where choices come from: a number from 0 to below `limit`. */
export type Choose = (limit: number) => number;

/** Longest input that a change makes out of a shorter one. */
const MAX_LENGTH = 4_096;
const INTERESTING = [0, 1, 2, 0x1f, 0x20, 0x37, 0x38, 0x7e, 0x7f, 0x80, 0xb7, 0xb8, 0xbf, 0xc0, 0xf7, 0xf8, 0xfe, 0xff];
const WORDS = ["00", "01", "ff", "7fffffff", "80000000", "ffffffff", "0000000000989680", "001fffffffffffff", "0020000000000000", "7fffffffffffffff", "ffffffffffffffff", "ff".repeat(32), "ffffffffffffffffff01", "feffffffffffffffff01"].map((hex) => new Uint8Array(Buffer.from(hex, "hex")));
/** Stands in a value for lists in one another, deeper than JSON.stringify goes; it is put in as text. */
const NESTED = "nested deep";
const DEEP = 20_000;
const NESTED_TEXT = "[".repeat(DEEP) + "]".repeat(DEEP);
const VALUES: readonly unknown[] = [
  null, true, false, "", "0x", "0x0", "0x00", "0x1", `0x${"f".repeat(16)}`, `0x${"f".repeat(64)}`, `0x${"f".repeat(65)}`, `0x1${"0".repeat(400)}`, `0x${"ab".repeat(20)}`, `0x${"ab".repeat(32)}`, "latest", "-1", "1e400",
  0, -0, 1, -1, 0.5, 2 ** 31, 2 ** 32, 2 ** 53, 1e300, [], {}, [null], [[]], { "": null }, NESTED, "__proto__", "\ud800", "9".repeat(400),
];
const TOKENS = ["{", "}", "[", "]", "=", ".", ",", ":", "\"", "'", "\\", "\n", "0x", "__proto__", "constructor", "nan", "inf", "1979-05-27T07:32:00Z", "9999999999999999999", "\u0000", "\ud83d", "\"\"\"", "[[a]]"];

function spliced(input: Uint8Array, from: number, to: number, piece: Uint8Array): Uint8Array {
  const out = new Uint8Array(input.length - (to - from) + piece.length);
  out.set(input.subarray(0, from));
  out.set(piece, from);
  out.set(input.subarray(to), from + piece.length);
  return out;
}

type Change = (input: Uint8Array, choose: Choose, other: Uint8Array) => Uint8Array;

/** A stretch of the input: where it begins and ends. Short ones are more frequent. */
function stretch(input: Uint8Array, choose: Choose): readonly [number, number] {
  const from = choose(input.length + 1);
  const length = Math.min(input.length - from, choose(2) === 0 ? choose(9) : choose(input.length + 1));
  return [from, from + length];
}

const BYTE_CHANGES: readonly Change[] = [
  (input, choose) => (input.length === 0 ? Uint8Array.of(choose(256)) : input.with(choose(input.length), choose(256))),
  (input, choose) => {
    const at = choose(input.length);
    return input.length === 0 ? input : input.with(at, input[at]! ^ (1 << choose(8)));
  },
  (input, choose) => {
    const at = choose(input.length);
    return input.length === 0 ? input : input.with(at, input[at]! + choose(33) - 16);
  },
  (input, choose) => (input.length === 0 ? input : input.with(choose(input.length), INTERESTING[choose(INTERESTING.length)]!)),
  (input, choose) => {
    const [from, to] = stretch(input, choose);
    return spliced(input, from, to, new Uint8Array(0));
  },
  (input, choose) => {
    const [from, to] = stretch(input, choose);
    return spliced(input, from, from, input.subarray(from, to));
  },
  (input, choose) => {
    const at = choose(input.length + 1);
    return spliced(input, at, at, new Uint8Array(choose(64)).fill(INTERESTING[choose(INTERESTING.length)]!));
  },
  (input, choose) => {
    const word = WORDS[choose(WORDS.length)]!;
    const at = choose(input.length + 1);
    return spliced(input, at, choose(2) === 0 ? at : Math.min(input.length, at + word.length), word);
  },
  (input, choose) => input.subarray(0, choose(input.length + 1)),
  (input, choose, other) => {
    const [from, to] = stretch(other, choose);
    const at = choose(input.length + 1);
    return spliced(input, at, choose(2) === 0 ? at : input.length, other.subarray(from, to));
  },
];

const TEXT_CHANGES: readonly Change[] = [
  ...BYTE_CHANGES,
  (input, choose) => {
    const at = choose(input.length + 1);
    return spliced(input, at, at, Buffer.from(TOKENS[choose(TOKENS.length)]!));
  },
];

/** A place in a JSON value: the object or list, and the key there. */
interface Place {
  readonly holder: Record<string, unknown>;
  readonly key: string;
}

function placesIn(root: unknown): readonly Place[] {
  const places: Place[] = [];
  const waiting: unknown[] = [root];
  for (let value = waiting.pop(); value !== undefined && places.length < 10_000; value = waiting.pop()) {
    if (typeof value !== "object" || value === null) continue;
    const holder = value as Record<string, unknown>;
    for (const key of Object.keys(holder)) {
      places.push({ holder, key });
      waiting.push(holder[key] ?? null);
    }
  }
  return places;
}

function changeJson(input: Uint8Array, choose: Choose, other: Uint8Array): Uint8Array | undefined {
  const whole: { value: unknown } = { value: undefined };
  let donor: unknown;
  try {
    whole.value = JSON.parse(Buffer.from(input).toString());
    donor = JSON.parse(Buffer.from(other).toString());
  } catch {
    return undefined;
  }
  const places = placesIn(whole);
  const { holder, key } = places[choose(places.length)]!;
  const current = holder[key];
  switch (choose(6)) {
    case 0:
      if (Array.isArray(holder)) holder.splice(Number(key), 1);
      else delete holder[key];
      break;
    case 1:
      if (Array.isArray(current)) current.push(...current.slice(0, 8), VALUES[choose(VALUES.length)]);
      else if (typeof current === "object" && current !== null) Object.assign(current, { [["__proto__", "x", "result", "to"][choose(4)]!]: VALUES[choose(VALUES.length)] });
      else holder[key] = [current];
      break;
    case 2: {
      const gifts = placesIn(donor);
      const gift = gifts[choose(gifts.length)];
      holder[key] = gift === undefined ? donor : gift.holder[gift.key];
      break;
    }
    case 3:
      if (typeof current === "string") {
        holder[key] = Buffer.from(TEXT_CHANGES[choose(TEXT_CHANGES.length)]!(Buffer.from(current), choose, other)).toString();
        break;
      }
      holder[key] = typeof current === "number" ? [current + 1, current - 1, -current, current * 1e10, String(current)][choose(5)] : VALUES[choose(VALUES.length)];
      break;
    default:
      holder[key] = VALUES[choose(VALUES.length)];
  }
  try {
    return whole.value === undefined ? undefined : Buffer.from(JSON.stringify(whole.value).replace(`"${NESTED}"`, NESTED_TEXT));
  } catch {
    // It is that deep already.
    return undefined;
  }
}

/** An input changed in one to some places, by the choices given; `other` is an input that pieces may be taken of. */
export function mutate(kind: InputKind, input: Uint8Array, choose: Choose, other: Uint8Array): Uint8Array {
  const changes = kind === "bytes" ? BYTE_CHANGES : TEXT_CHANGES;
  let changed = input;
  for (let left = 1 + choose(5); left > 0; left--) {
    const structural = kind === "json" && choose(4) > 0 ? changeJson(changed, choose, other) : undefined;
    const next = structural ?? changes[choose(changes.length)]!(new Uint8Array(changed), choose, other);
    if (next.length <= Math.max(MAX_LENGTH, input.length + 1_024, structural?.length ?? 0)) changed = next;
  }
  return new Uint8Array(changed);
}
