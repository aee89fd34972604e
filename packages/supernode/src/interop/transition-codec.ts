import { MESSAGE_RULES } from "@pangaea/interop";
import { type Hex, isHex, utf8ToBytes } from "@pangaea/primitives";
import type { Codec } from "@pangaea/store";
import { z } from "zod";
import type { Transition } from "./decision.ts";

const hash = z.custom<Hex>((value) => isHex(value, 32), "wants 32 bytes of hex");
const whole = z.number().int().nonnegative();
const block = z.object({
  chainId: whole, number: whole, hash, rule: z.enum(MESSAGE_RULES), reason: z.string(),
  output: z.object({ stateRoot: hash, messagePasserStorageRoot: hash, blockHash: hash }),
});
const schema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("invalidate"), timestamp: whole, l1Inclusion: z.object({ hash, number: whole }), blocks: z.array(block) }),
  z.object({ kind: z.literal("rewind"), to: whole.nullable(), reason: z.string() }),
]);

/** Transitions as JSON in the write-ahead log. */
export const transitionCodec: Codec<Transition> = {
  encode: (transition) => utf8ToBytes(JSON.stringify(transition.kind === "rewind" ? { ...transition, to: transition.to ?? null } : transition)),
  decode: (bytes) => {
    const record = schema.parse(JSON.parse(new TextDecoder().decode(bytes)));
    return record.kind === "rewind" ? { ...record, to: record.to ?? undefined } : record;
  },
};
