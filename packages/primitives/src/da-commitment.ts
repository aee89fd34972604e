import { bytesEqual, bytesToHex, concatBytes, type Hex } from "./bytes.ts";
import { InvalidInputError } from "./errors.ts";
import { keccak256 } from "./keccak.ts";

/** Version byte that opens a data item which is a commitment. */
export const COMMITMENT_VERSION = 1;
/** Most bytes of an input behind a keccak commitment: a larger one could not be put before the challenge contract. Source: specs `experimental/alt-da.md`. */
export const MAX_KECCAK_INPUT = 130_672;
const KECCAK_TYPE = 0;
const GENERIC_TYPE = 1;
const KECCAK_SIZE = 32;

/** keccak256: the hash of the input. generic: bytes that the DA layer alone understands. */
export type DaCommitmentKind = "keccak256" | "generic";

/** What stands on L1 in the place of data that is kept elsewhere. Source: specs `experimental/alt-da.md#input-commitment-submission`. */
export interface DaCommitment {
  readonly kind: DaCommitmentKind;
  /** The type byte and what follows it. */
  readonly encoded: Uint8Array;
}

/** Reads a type byte and what follows it. Throws `InvalidInputError` for a type that does not exist or a payload of the wrong size. */
export function decodeDaCommitment(encoded: Uint8Array): DaCommitment {
  const [type] = encoded;
  if (type === KECCAK_TYPE) {
    if (encoded.length !== 1 + KECCAK_SIZE) throw new InvalidInputError(`a keccak commitment has ${encoded.length - 1} bytes after its type, not ${KECCAK_SIZE}`);
    return { kind: "keccak256", encoded };
  }
  if (type !== GENERIC_TYPE) throw new InvalidInputError(type === undefined ? "a commitment is empty" : `commitment type ${type} is unknown; 0 (keccak256) and 1 (generic) are known`);
  if (encoded.length === 1) throw new InvalidInputError("a generic commitment has nothing after its type");
  return { kind: "generic", encoded };
}

export function keccakCommitment(input: Uint8Array): DaCommitment {
  return { kind: "keccak256", encoded: concatBytes(Uint8Array.of(KECCAK_TYPE), keccak256(input)) };
}

/** A generic commitment of what the DA layer understands. Throws `InvalidInputError` when that is empty. */
export function genericCommitment(payload: Uint8Array): DaCommitment {
  return decodeDaCommitment(concatBytes(Uint8Array.of(GENERIC_TYPE), payload));
}

/** The commitment as a batcher's transaction carries it. */
export function commitmentTxData({ encoded }: DaCommitment): Uint8Array {
  return concatBytes(Uint8Array.of(COMMITMENT_VERSION), encoded);
}

/** Whether the input is what was committed to. Of a generic commitment only its DA layer can tell: every input passes. */
export function matchesCommitment({ kind, encoded }: DaCommitment, input: Uint8Array): boolean {
  return kind === "generic" || bytesEqual(encoded.subarray(1), keccak256(input));
}

/** The commitment as paths, logs and keys have it. */
export function commitmentHex({ encoded }: DaCommitment): Hex {
  return bytesToHex(encoded);
}
