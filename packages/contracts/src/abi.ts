import { bigIntToBytes, concatBytes, type Hex, hexToBytes, keccak256, padLeft, utf8ToBytes } from "@pangaea/primitives";

/** A value of a static ABI type: a number, an address or word in hex, or a truth. */
export type AbiWord = bigint | number | Hex | boolean;

export function abiWord(value: AbiWord): Uint8Array {
  if (typeof value === "boolean") return bigIntToBytes(value ? 1n : 0n, 32);
  if (typeof value === "string") return padLeft(hexToBytes(value), 32);
  return bigIntToBytes(BigInt(value), 32);
}

/** Arguments of static types, encoded one after the other. */
export const abiWords = (values: readonly AbiWord[]): Uint8Array => concatBytes(...values.map(abiWord));

/** First four bytes of the hash of a signature such as `transfer(address,uint256)`. */
export const selector = (signature: string): Uint8Array => keccak256(utf8ToBytes(signature)).slice(0, 4);

/** Calldata of a function whose arguments are all of static types. */
export const encodeCall = (signature: string, values: readonly AbiWord[]): Uint8Array => concatBytes(selector(signature), abiWords(values));
