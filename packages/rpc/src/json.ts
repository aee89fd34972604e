import { type Hex, hexToBytes, InvalidInputError, isHex, quantityToBigInt } from "@pangaea/primitives";
import { z } from "zod";

const QUANTITY = /^0x[0-9a-fA-F]+$/;

/** Bytes as lower-case hex. */
export const hexJson = z.custom<Hex>((value) => isHex(value), "is not 0x-prefixed hex").transform((value) => value.toLowerCase() as Hex);
export const bytesJson = hexJson.transform((value) => hexToBytes(value));
export const hashJson = z.custom<Hex>((value) => isHex(value, 32), "is not 32 bytes of hex").transform((value) => value.toLowerCase() as Hex);
export const addressJson = z.custom<Hex>((value) => isHex(value, 20), "is not 20 bytes of hex").transform((value) => value.toLowerCase() as Hex);
export const bigQuantityJson = z.custom<Hex>((value) => typeof value === "string" && QUANTITY.test(value), "is not a hex quantity").transform((value) => quantityToBigInt(value));
export const quantityJson = z.custom<Hex>((value) => typeof value === "string" && QUANTITY.test(value) && Number.isSafeInteger(Number(value)), "is not a hex quantity below 2^53").transform(Number);

/** Holds JSON from outside against a schema. Throws `InvalidInputError` naming the fields that do not fit. */
export function parseJson<T>(schema: z.ZodType<T>, json: unknown, what: string): T {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const problems = result.error.issues.slice(0, 3).map(({ path, message }) => `${path.length === 0 ? "it" : path.join(".")} ${message}`);
  throw new InvalidInputError(`malformed ${what}: ${problems.join("; ")}`);
}

/** An object without those of its fields that are null or undefined. */
export function withoutNull<T extends object>(object: T): { [K in keyof T as null extends T[K] ? never : undefined extends T[K] ? never : K]: T[K] } & { [K in keyof T as null extends T[K] ? K : undefined extends T[K] ? K : never]?: NonNullable<T[K]> };
export function withoutNull(object: object): object {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null && value !== undefined));
}
