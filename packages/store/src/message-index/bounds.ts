import { bytesToHex, type Hex, hexToBytes } from "@pangaea/primitives";
import { checked, corrupt, readU48, U48_SIZE, withCheck, writeU48 } from "../checked-value.ts";
import type { Write } from "../store.ts";

export const BOUNDS_KEY = Uint8Array.of(0);
const LAST_AT = U48_SIZE;
const PARENT_AT = 2 * U48_SIZE;
const SIZE = PARENT_AT + 32;

/** The stretch of blocks that is there, and the parent hash of the first, which no record says. */
export interface Bounds {
  readonly first: number;
  readonly last: number;
  readonly parentHash: Hex;
}

/** The write that sets the bounds: first u48, last u48, parent hash 32. */
export function boundsWrite({ first, last, parentHash }: Bounds): Write {
  const value = new Uint8Array(SIZE);
  writeU48(value, 0, first);
  writeU48(value, LAST_AT, last);
  value.set(hexToBytes(parentHash, 32), PARENT_AT);
  return [BOUNDS_KEY, withCheck(BOUNDS_KEY, value)];
}

/** The bounds in the value that is stored for them. Throws `CriticalError` when it is damaged. */
export function decodeBounds(stored: Uint8Array, where: string, remedy: string): Bounds {
  const value = checked(BOUNDS_KEY, stored, where, remedy);
  if (value.length !== SIZE) throw corrupt(BOUNDS_KEY, `it has ${value.length} bytes, not ${SIZE}`, where, remedy);
  return { first: readU48(value, 0), last: readU48(value, LAST_AT), parentHash: bytesToHex(value.subarray(PARENT_AT)) };
}
