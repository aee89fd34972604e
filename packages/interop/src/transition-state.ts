import { bytesToHex, concatBytes, type Hex, hexToBytes, InvalidInputError, keccak256Hex, rlpBytes, rlpDecode, rlpEncode, rlpInteger, rlpList, rlpNumber, utf8ToBytes } from "@pangaea/primitives";
import { decodeSuperRoot, encodeSuperRoot, type SuperRoot } from "./super-root.ts";

/** Last step between two super roots, the one that consolidates; no more chains fit into a super root that is to be proved. */
export const CONSOLIDATION_STEP = 127;
/** First byte of an encoded transition state; the specification leaves it out, the public proof programs have it. */
const VERSION = 0xff;
/** Above what 127 chains with all of their progress need. */
const MAX_BYTES = 32_768;

/** The claim that stands for a transition that cannot be made. Source: specs `fault-proof/superroot`, keccak of "invalid". */
export const INVALID_TRANSITION_HASH: Hex = keccak256Hex(utf8ToBytes("invalid"));

/** A chain's block at the next timestamp, before messages are checked. */
export interface OptimisticBlock {
  readonly blockHash: Hex;
  readonly outputRoot: Hex;
}

/** A state between two super roots: the one agreed on, the blocks derived since in the order of its chains, and how many steps were made. Source: specs `interop/fault-proof.md#state-transition`. */
export interface TransitionState {
  readonly superRoot: SuperRoot;
  readonly pendingProgress: readonly OptimisticBlock[];
  /** 0 … 127. */
  readonly step: number;
}

function checkLimits(chains: number, pending: number, step: number): void {
  if (chains > CONSOLIDATION_STEP) throw new InvalidInputError(`transition state: ${chains} chains, at most ${CONSOLIDATION_STEP} can be proved`);
  if (pending > chains) throw new InvalidInputError(`transition state: ${pending} pending blocks for ${chains} chains`);
  if (!Number.isInteger(step) || step < 0 || step > CONSOLIDATION_STEP) throw new InvalidInputError(`transition state: step ${step} is outside 0 … ${CONSOLIDATION_STEP}`);
}

/** `0xff ++ rlp([super root's preimage, [[block hash, output root], …], step])`. Throws `InvalidInputError` for a step or counts beyond the limits, and as `encodeSuperRoot` does. */
export function encodeTransitionState({ superRoot, pendingProgress, step }: TransitionState): Uint8Array {
  checkLimits(superRoot.chains.length, pendingProgress.length, step);
  const progress = pendingProgress.map(({ blockHash, outputRoot }) => [hexToBytes(blockHash, 32), hexToBytes(outputRoot, 32)]);
  return concatBytes(Uint8Array.of(VERSION), rlpEncode([encodeSuperRoot(superRoot), progress, rlpInteger(step)]));
}

/** Decodes a transition state. Throws `InvalidInputError` for anything that `encodeTransitionState` does not make. */
export function decodeTransitionState(data: Uint8Array): TransitionState {
  if (data.length > MAX_BYTES) throw new InvalidInputError(`transition state: ${data.length} bytes, at most ${MAX_BYTES} are read`);
  if (data[0] !== VERSION) throw new InvalidInputError(`transition state: version byte ${data[0] ?? "missing"}, wanted ${VERSION}`);
  const [preimage, progress, step] = rlpList(rlpDecode(data.subarray(1)), "transition state", 3);
  const superRoot = decodeSuperRoot(rlpBytes(preimage, "transition state: super root"));
  const pendingProgress = rlpList(progress, "transition state: pending progress").map((item) => {
    const [blockHash, outputRoot] = rlpList(item, "transition state: pending block", 2);
    return { blockHash: bytesToHex(rlpBytes(blockHash, "transition state: block hash", 32)), outputRoot: bytesToHex(rlpBytes(outputRoot, "transition state: output root", 32)) };
  });
  const state = { superRoot, pendingProgress, step: rlpNumber(step, "transition state: step") };
  checkLimits(superRoot.chains.length, pendingProgress.length, state.step);
  return state;
}

/** The claim that a transition state makes: keccak of its encoding. Throws as `encodeTransitionState` does. */
export function transitionStateHash(state: TransitionState): Hex {
  return keccak256Hex(encodeTransitionState(state));
}
