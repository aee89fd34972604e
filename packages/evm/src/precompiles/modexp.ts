import { bigIntToBytes, bytesToBigInt, EMPTY_BYTES } from "@pangaea/primitives";
import { LARGEST_BY_LIMBS, powerByLimbs } from "./modular-power.ts";
import { type Precompile, slice } from "./precompile.ts";

const LARGEST = 1n << 32n;
const HEAD = 96;
/** Longest operand from Osaka (EIP-7823). */
const OSAKA_LIMIT = 1_024n;

const BITS_BY_LIMBS = BigInt(8 * LARGEST_BY_LIMBS);
/** Exponents longer than this are worth a table of powers. */
const SHORT = 48;

/** Exponents shorter than this do not pay for the start of Montgomery's multiplication. */
const FEW = 8;

/** Left to right over the exponent's bytes: one of megabytes, which a block's gas pays for, is not unfolded in memory. */
function power(base: bigint, exponent: Uint8Array, modulus: bigint): bigint {
  if (exponent.length >= FEW && modulus >> BITS_BY_LIMBS === 0n) return powerByLimbs(base, exponent, modulus);
  const factor = base % modulus;
  let result = 1n % modulus;
  if (exponent.length <= SHORT) {
    for (const byte of exponent) {
      for (let bit = 0x80; bit > 0; bit >>= 1) {
        result = (result * result) % modulus;
        if ((byte & bit) !== 0) result = (result * factor) % modulus;
      }
    }
    return result;
  }
  const powers = [result];
  for (let i = 1; i < 256; i++) powers.push((powers[i - 1]! * factor) % modulus);
  for (const byte of exponent) {
    for (let i = 0; i < 8; i++) result = (result * result) % modulus;
    if (byte !== 0) result = (result * powers[byte]!) % modulus;
  }
  return result;
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
        return bigIntToBytes(power(bytesToBigInt(slice(data, HEAD, b)), slice(data, HEAD + b, e), modulus), m);
      },
    };
  };
}
