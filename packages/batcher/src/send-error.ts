import { errorMessage } from "@pangaea/primitives";

/** What an endpoint's refusal of a transaction means. known: it has it already. */
export type SendRefusal = "known" | "underpriced" | "nonce used" | "unknown";

/** Clients word their refusals alike but give them no common codes. */
const WORDINGS: readonly (readonly [RegExp, SendRefusal])[] = [
  [/already known|already imported|known transaction|already in (?:the )?(?:mem)?pool/i, "known"],
  [/nonce too low|nonce is too low|nonce has already been used/i, "nonce used"],
  [/underpriced|fee too low|less than block (?:blob )?(?:base fee|gas fee)|max fee per (?:blob )?gas (?:is )?(?:too low|less than)/i, "underpriced"],
];

export function classifySendError(error: unknown): SendRefusal {
  const message = errorMessage(error);
  return WORDINGS.find(([wording]) => wording.test(message))?.[1] ?? "unknown";
}
