import { choice, flag, list, type OptionTable, type OptionValues } from "@pangaea/config";
import type { MessageGateOptions } from "@pangaea/execution";
import { InvalidInputError } from "@pangaea/primitives";
import { type IngressPolicy, ingressPolicy, parseSafetyLevel, SAFETY_LEVELS, type SafetyLevel } from "./ingress.ts";

/** The safety that messages of one source chain need. */
export interface SourceLevel {
  readonly source: number;
  readonly level: SafetyLevel;
}

function parseSourceLevel(value: string): SourceLevel {
  const [source = "", level, ...rest] = value.split("=");
  if (!/^\d{1,15}$/.test(source) || level === undefined || rest.length > 0) throw new InvalidInputError(`wants ID=LEVEL, such as 902=finalized, not "${value}"`);
  return { source: Number(source), level: parseSafetyLevel(level) };
}

/** Flags that say which messages a chain's pool and sequencer take, with the level where none is given. */
export const ingressFlagTable = (level: SafetyLevel) =>
  ({
    "interop.min-safety": choice("how certain a message must be on its source chain before a transaction that executes it is taken", SAFETY_LEVELS, level),
    "interop.min-safety-of": list("the same for some source chains", "ID=LEVEL,…", parseSourceLevel),
    "interop.same-timestamp": flag("take transactions that execute messages of the same second; the reference's sequencers do not"),
  }) as const satisfies OptionTable;

export type IngressFlags = OptionValues<ReturnType<typeof ingressFlagTable>>;

/** How a chain's pool asks about messages under a policy. */
export const messageGateOf = ({ sameTimestamp }: IngressPolicy): MessageGateOptions => ({ admitsWaiting: sameTimestamp === "allowed" });

export function ingressPolicyOf(flags: IngressFlags): IngressPolicy {
  const bySource = new Map(flags["interop.min-safety-of"].map(({ source, level }) => [source, level]));
  return ingressPolicy(flags["interop.min-safety"], bySource, flags["interop.same-timestamp"] ? "allowed" : "refused");
}

/** Throws `InvalidInputError` when a level is given for a source that is none of these chains, or twice; `prefix` stands before the flag's name. */
export function checkSourceLevels(flags: Pick<IngressFlags, "interop.min-safety-of">, chainIds: readonly number[], prefix = ""): void {
  const sources = flags["interop.min-safety-of"].map(({ source }) => source);
  const flag = `--${prefix}interop.min-safety-of`;
  const strange = sources.find((source) => !chainIds.includes(source));
  if (strange !== undefined) throw new InvalidInputError(`${flag} names chain ${strange}, which is not of this cluster (${chainIds.join(", ")}): remove it or add the chain`);
  const twice = sources.find((source, i) => sources.indexOf(source) !== i);
  if (twice !== undefined) throw new InvalidInputError(`${flag} names chain ${twice} twice: remove one of the levels`);
}
