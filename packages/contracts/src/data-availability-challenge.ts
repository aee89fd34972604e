import type { DaCommitment } from "@pangaea/primitives";
import { encodeCall } from "./abi.ts";

/** Calldata of the DataAvailabilityChallenge. `inclusion` is the L1 block that the commitment is in. Source: specs `experimental/alt-da.md#data-availability-challenge-contract`. */
export const challengeCalls = {
  challenge: (inclusion: number, { encoded }: DaCommitment): Uint8Array => encodeCall("challenge(uint256,bytes)", [inclusion, encoded]),
  resolve: (inclusion: number, { encoded }: DaCommitment, input: Uint8Array): Uint8Array => encodeCall("resolve(uint256,bytes,bytes)", [inclusion, encoded, input]),
  unlockBond: (inclusion: number, { encoded }: DaCommitment): Uint8Array => encodeCall("unlockBond(uint256,bytes)", [inclusion, encoded]),
} as const;
