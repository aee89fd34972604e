import { classifySendError } from "@pangaea/batcher";
import { errorMessage, isHex, TemporaryError } from "@pangaea/primitives";
import { RpcError, RpcErrorCode } from "@pangaea/rpc";

/**
 * What a destination's refusal of a relay means. reverted: the messenger or the target refuses now. not-yet: the message's block is not known there, or not safe enough.
 * refused: another no. unavailable: nothing to do with the message. known, underpriced, nonce used: about the transaction alone.
 */
export type Refusal = "reverted" | "not-yet" | "refused" | "unavailable" | "known" | "underpriced" | "nonce used";

const REVERTED_CODE = 3;
/** Codes of the interop checks that time mends: no data yet, failsafe, awaiting a replacement, future and missed data. Source: op-service `eth/rpc errors` of interop. */
const NOT_YET_CODES: ReadonlySet<number> = new Set([-320400, -320500, -320602, -320900, -320901, -321000, -321100, -321200, -321401, -321500]);
/** Clients that ask a filter of their own pass on its words but not its code. */
const NOT_YET = /not (?:known )?yet|awaiting|uninitialized chain|skipped data|future data|missed data|out of (?:order|scope)|failsafe|must wait|\bwaits?\b/i;

export function classifyRefusal(error: unknown): Refusal {
  if (!(error instanceof RpcError)) return error instanceof TemporaryError ? "unavailable" : classifyWords(error, "unavailable");
  if (NOT_YET_CODES.has(error.code)) return "not-yet";
  if (error.code === REVERTED_CODE || isHex(error.data) || /execution reverted/i.test(error.message)) return "reverted";
  if (error.code === RpcErrorCode.limit || /insufficient funds|rate limit|too many requests/i.test(error.message)) return "unavailable";
  return classifyWords(error, "refused");
}

function classifyWords(error: unknown, otherwise: Refusal): Refusal {
  const outcome = classifySendError(error);
  if (outcome !== "unknown") return outcome;
  return NOT_YET.test(errorMessage(error)) ? "not-yet" : otherwise;
}
