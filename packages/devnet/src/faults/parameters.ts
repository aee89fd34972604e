import { decodeTransaction, errorMessage, hexToBytes, InvalidInputError, isHex, shortJson } from "@pangaea/primitives";

const show = (value: unknown): string => shortJson(value);

/** A whole number in bounds, as a number or in decimal. Throws `InvalidInputError`. */
export function wholeParameter(value: unknown, name: string, least: number, most: number): number {
  const number = typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : value;
  if (typeof number !== "number" || !Number.isSafeInteger(number) || number < least || number > most) throw new InvalidInputError(`${name} wants a whole number from ${least} to ${most}, not ${show(value)}`);
  return number;
}

export const chainIdParameter = (value: unknown, name = "chainId"): number => wholeParameter(value, name, 1, Number.MAX_SAFE_INTEGER);

/** One of some words. Throws `InvalidInputError` with all of them. */
export function choiceParameter<const T extends string>(value: unknown, name: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw new InvalidInputError(`${name} wants one of ${choices.join(", ")}, not ${show(value)}`);
  return found;
}

/** One raw transaction, or a list of some. Throws `InvalidInputError`. */
export function transactionsParameter(value: unknown, name: string): readonly Uint8Array[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  const raws = list.map((one) => {
    if (!isHex(one) || one.length === 2) throw new InvalidInputError(`${name} wants a signed transaction in hex, or a list of them, not ${show(one)}`);
    return hexToBytes(one);
  });
  for (const [i, raw] of raws.entries()) {
    try {
      decodeTransaction(raw);
    } catch (error) {
      throw new InvalidInputError(`${name} wants a signed transaction, and ${show(list[i])} is none: ${errorMessage(error)}`);
    }
  }
  return raws;
}
