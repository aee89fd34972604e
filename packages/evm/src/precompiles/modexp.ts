import { bigIntToBytes, bytesToBigInt, EMPTY_BYTES } from "@pangaea/primitives";
import { type Precompile, slice } from "./precompile.ts";

const LARGEST = 1n << 32n;
const HEAD = 96;
/** Longest operand from Osaka (EIP-7823). */
const OSAKA_LIMIT = 1_024n;

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n % modulus;
  let factor = base % modulus;
  for (const bit of exponent.toString(2).split("").reverse()) {
    if (bit === "1") result = (result * factor) % modulus;
    factor = (factor * factor) % modulus;
  }
  return exponent === 0n ? 1n % modulus : result;
}

/** Bits of the exponent's first 32 bytes, and 8 (16 from Osaka) for each further byte. */
function iterations(exponentLength: bigint, head: bigint, perByte: bigint): bigint {
  const bits = head === 0n ? 0n : BigInt(head.toString(2).length - 1);
  const count = exponentLength <= 32n ? bits : perByte * (exponentLength - 32n) + bits;
  return count > 1n ? count : 1n;
}

/** 0x05: base ** exponent % modulus. Source: EIP-2565; from Osaka EIP-7823 and EIP-7883. */
export function modexp(osaka: boolean): Precompile {
  return (data) => {
    const [baseLength, exponentLength, modulusLength] = [0, 32, 64].map((at) => bytesToBigInt(slice(data, at, 32))) as [bigint, bigint, bigint];
    const refused = { gas: Number.MAX_SAFE_INTEGER, run: () => undefined };
    if (osaka && [baseLength, exponentLength, modulusLength].some((length) => length > OSAKA_LIMIT)) return refused;
    const longest = baseLength > modulusLength ? baseLength : modulusLength;
    const chunks = (longest + 7n) / 8n;
    const headLength = exponentLength < 32n ? Number(exponentLength) : 32;
    const head = baseLength > BigInt(data.length) ? 0n : bytesToBigInt(slice(data, HEAD + Number(baseLength), headLength));
    const complexity = osaka ? (longest <= 32n ? 16n : 2n * chunks * chunks) : chunks * chunks;
    const raw = complexity * iterations(exponentLength, head, osaka ? 16n : 8n);
    const gas = osaka ? raw : raw / 3n;
    const least = osaka ? 500n : 200n;
    const cost = gas < least ? least : gas;
    if (cost > BigInt(Number.MAX_SAFE_INTEGER)) return refused;
    return {
      gas: Number(cost),
      run: () => {
        if (modulusLength === 0n) return EMPTY_BYTES;
        if (baseLength >= LARGEST || exponentLength >= LARGEST || modulusLength >= LARGEST) return undefined;
        const [b, e, m] = [Number(baseLength), Number(exponentLength), Number(modulusLength)];
        const modulus = bytesToBigInt(slice(data, HEAD + b + e, m));
        if (modulus === 0n) return new Uint8Array(m);
        return bigIntToBytes(power(bytesToBigInt(slice(data, HEAD, b)), bytesToBigInt(slice(data, HEAD + b, e)), modulus), m);
      },
    };
  };
}
