import { bytesEqual, type DaCommitment, decodeDaCommitment, InvalidInputError, keccak256, type Log, utf8ToBytes } from "@pangaea/primitives";
import { abiBytes, abiNumber } from "./abi-bytes.ts";

export const CHALLENGE_STATUS_CHANGED: Uint8Array = keccak256(utf8ToBytes("ChallengeStatusChanged(uint256,bytes,uint8)"));
const STATUSES = { 1: "active", 2: "resolved" } as const;
const MAX_STATUS = 255;
const SELECTOR_SIZE = 4;
const RESOLVE = { commitment: 1, input: 2 } as const;

/** A challenge began or was answered. Its end by time has no event. */
export interface ChallengeEvent {
  /** undefined: a status that means nothing to derivation. */
  readonly status: "active" | "resolved" | undefined;
  readonly commitment: DaCommitment;
  /** L1 block that the commitment is said to be in. */
  readonly inclusion: number;
}

/** Whether a log is an event of a challenge contract. */
export function isChallengeEvent(log: Log, contract: Uint8Array): boolean {
  return bytesEqual(log.address, contract) && log.topics[0] !== undefined && bytesEqual(log.topics[0], CHALLENGE_STATUS_CHANGED);
}

/** Reads a `ChallengeStatusChanged`. Throws `InvalidInputError` when it is malformed. Source: specs `experimental/alt-da.md#data-availability-challenge-contract`. */
export function challengeEventFromLog({ topics, data }: Pick<Log, "topics" | "data">): ChallengeEvent {
  const [, inclusion] = topics;
  if (topics.length !== 2 || inclusion === undefined) throw new InvalidInputError(`a challenge event has ${topics.length} topics, not 2`);
  const status = abiNumber(data, 32, MAX_STATUS, "the status of a challenge");
  return {
    status: status === 1 || status === 2 ? STATUSES[status] : undefined,
    commitment: decodeDaCommitment(abiBytes(data, 0, "the challenged commitment")),
    inclusion: abiNumber(inclusion, 0, Number.MAX_SAFE_INTEGER, "the challenged block"),
  };
}

/** The input in the calldata of `resolve(uint256,bytes,bytes)`. Throws `InvalidInputError` when the calldata is malformed or the input empty. */
export function resolvedInput(calldata: Uint8Array): Uint8Array {
  const values = calldata.subarray(SELECTOR_SIZE);
  abiBytes(values, RESOLVE.commitment, "the resolved commitment");
  const input = abiBytes(values, RESOLVE.input, "the resolved input");
  if (input.length === 0) throw new InvalidInputError("a resolved input is empty");
  return input;
}
