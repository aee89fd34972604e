import { crc32 } from "node:zlib";
import { bytesToHex, CriticalError, errorMessage, PangaeaError, readU16, readU32, TemporaryError, writeU16, writeU32 } from "@pangaea/primitives";
import type { Range, Store, Write } from "./store.ts";

/** Bytes of the check at the end of a value. */
export const CHECK_SIZE = 4;
const U32 = 2 ** 32;

/** A value with a CRC-32 over key and value behind it, so that a damaged or misplaced one is told from a true one. */
export function withCheck(key: Uint8Array, value: Uint8Array): Uint8Array {
  const out = new Uint8Array(value.length + CHECK_SIZE);
  out.set(value);
  writeU32(out, value.length, crc32(value, crc32(key)));
  return out;
}

/** What `withCheck` was given. Throws `CriticalError` when value and check do not match; `where` names the record, `remedy` what to do. */
export function checked(key: Uint8Array, stored: Uint8Array, where: string, remedy: string): Uint8Array {
  const value = stored.subarray(0, Math.max(0, stored.length - CHECK_SIZE));
  if (stored.length < CHECK_SIZE || readU32(stored, value.length) !== crc32(value, crc32(key))) throw corrupt(key, `its ${stored.length} bytes do not match their check`, where, remedy);
  return value;
}

export function corrupt(key: Uint8Array, what: string, where: string, remedy: string): CriticalError {
  return new CriticalError(`${where}: the record ${bytesToHex(key)} is damaged (${what}): ${remedy}`);
}

/** A store whose own failures are `TemporaryError`s that name `where`: a disk that cannot be read gives no answer. */
export function guarded(store: Store, where: string): Pick<Store, "get" | "entries" | "write"> {
  const failure = (doing: string, error: unknown) => (error instanceof PangaeaError ? error : new TemporaryError(`${where} cannot ${doing} its store (${errorMessage(error)}): check the disk's health and free space`));
  return {
    get(key: Uint8Array): Uint8Array | undefined {
      try {
        return store.get(key);
      } catch (error) {
        throw failure("read", error);
      }
    },
    *entries(range?: Range): Iterable<readonly [key: Uint8Array, value: Uint8Array]> {
      try {
        yield* store.entries(range);
      } catch (error) {
        throw failure("walk", error);
      }
    },
    write(batch: readonly Write[]): void {
      try {
        store.write(batch);
      } catch (error) {
        throw failure("write to", error);
      }
    },
  };
}

/** Bytes of a number in a record. */
export const U48_SIZE = 6;
const MAX_U48 = 2 ** 48 - 1;

export const fitsU48 = (value: number): boolean => Number.isSafeInteger(value) && value >= 0 && value <= MAX_U48;

export function readU48(bytes: Uint8Array, at: number): number {
  return readU16(bytes, at) * U32 + readU32(bytes, at + 2);
}

export function writeU48(bytes: Uint8Array, at: number, value: number): void {
  writeU16(bytes, at, Math.floor(value / U32));
  writeU32(bytes, at + 2, value % U32);
}

/** A key of one byte that says the kind of the record and a number, in the order of the numbers. */
export function numberKey(kind: number, number: number): Uint8Array {
  const key = new Uint8Array(1 + U48_SIZE);
  key[0] = kind;
  writeU48(key, 1, number);
  return key;
}
