import { bigIntToBytes, bytesToBigInt, concatBytes, type Hex, hexToBytes, InvalidInputError, keccak256, padLeft, toSafeNumber, utf8ToBytes } from "@pangaea/primitives";

/** A value of a static ABI type: a number, an address or word in hex, or a truth. */
export type AbiWord = bigint | number | Hex | boolean;
/** A static value, or the contents of a `bytes`. */
export type AbiValue = AbiWord | Uint8Array;

const WORD = 32;

export function abiWord(value: AbiWord): Uint8Array {
  if (typeof value === "boolean") return bigIntToBytes(value ? 1n : 0n, WORD);
  if (typeof value === "string") return padLeft(hexToBytes(value), WORD);
  return bigIntToBytes(BigInt(value), WORD);
}

/** A `bytes` where it stands behind the arguments: its length, then its contents padded with zeros to whole words. */
function abiBytes(value: Uint8Array): Uint8Array {
  return concatBytes(abiWord(value.length), value, new Uint8Array((WORD - (value.length % WORD)) % WORD));
}

/** Arguments as a call, a constructor or a log has them. Source: Solidity's contract ABI specification. */
export function abiEncode(values: readonly AbiValue[]): Uint8Array {
  const tails: Uint8Array[] = [];
  let offset = WORD * values.length;
  const heads = values.map((value) => {
    if (!(value instanceof Uint8Array)) return abiWord(value);
    const tail = abiBytes(value);
    const head = abiWord(offset);
    tails.push(tail);
    offset += tail.length;
    return head;
  });
  return concatBytes(...heads, ...tails);
}

/** First four bytes of the hash of a signature such as `transfer(address,uint256)`. */
export const selector = (signature: string): Uint8Array => keccak256(utf8ToBytes(signature)).slice(0, 4);

/** Calldata of a function; every argument is of a static type or a `bytes`. */
export const encodeCall = (signature: string, values: readonly AbiValue[]): Uint8Array => concatBytes(selector(signature), abiEncode(values));

/** The word at an index of encoded values. Throws `InvalidInputError` when the data ends before it. */
export function abiWordAt(data: Uint8Array, index: number): bigint {
  const word = data.subarray(WORD * index, WORD * (index + 1));
  if (word.length !== WORD) throw new InvalidInputError(`ABI data of ${data.length} bytes has no word ${index}`);
  return bytesToBigInt(word);
}

/** The contents of the `bytes` whose offset stands at an index of encoded values. Throws `InvalidInputError` when they reach past the data. */
export function abiBytesAt(data: Uint8Array, index: number): Uint8Array {
  const offset = toSafeNumber(abiWordAt(data, index), "ABI offset");
  const length = toSafeNumber(abiWordAt(data.subarray(offset), 0), "ABI length");
  const start = offset + WORD;
  if (start + length > data.length) throw new InvalidInputError(`ABI bytes of ${length} at ${start} reach past the end of ${data.length} bytes of data`);
  return data.slice(start, start + length);
}
