import { acceptsMessagesFrom, type DependencySet } from "@pangaea/config";
import { InvalidInputError, shorten } from "@pangaea/primitives";

/** Messages from one chain to another, by chain id. */
export interface RelayPair {
  readonly source: number;
  readonly destination: number;
}

/** Whose messages are relayed to whom. */
export type RelayPolicy = { readonly kind: "all" } | { readonly kind: "none" } | { readonly kind: "pairs"; readonly pairs: readonly RelayPair[] };

function parsePair(part: string): RelayPair {
  const [, from, to] = /^([1-9]\d*):([1-9]\d*)$/.exec(part.trim()) ?? [];
  const [source, destination] = [Number(from), Number(to)];
  if (!Number.isSafeInteger(source) || !Number.isSafeInteger(destination)) throw new InvalidInputError(`wants all, none, or pairs of chain ids such as 901:902,902:901 (from:to), not "${shorten(part)}"`);
  if (source === destination) throw new InvalidInputError(`names ${source}:${destination}, a chain and itself: the messenger sends to other chains only; remove the pair`);
  return { source, destination };
}

/** Reads `all`, `none`, or pairs `from:to` of chain ids, comma separated. Throws `InvalidInputError` with what is wrong and what is wanted. */
export function parseRelayPolicy(text: string): RelayPolicy {
  if (text === "all" || text === "none") return { kind: text };
  const pairs = text.split(",").map(parsePair);
  for (const [i, { source, destination }] of pairs.entries()) {
    if (pairs.findIndex((other) => other.source === source && other.destination === destination) !== i) throw new InvalidInputError(`names ${source}:${destination} twice: remove one of them`);
  }
  return { kind: "pairs", pairs };
}

/**
 * The pairs that a policy means among the chains that are at hand: of `all`, those that the dependency set accepts.
 * Throws `InvalidInputError` for a pair that is named and has a chain that is not at hand, or that the dependency set refuses.
 */
export function relayPairs(policy: RelayPolicy, chainIds: readonly number[], dependencySet: DependencySet): readonly RelayPair[] {
  if (policy.kind === "none") return [];
  if (policy.kind === "all") {
    return chainIds.flatMap((source) => chainIds.filter((destination) => destination !== source && acceptsMessagesFrom(dependencySet, destination, source)).map((destination) => ({ source, destination })));
  }
  for (const { source, destination } of policy.pairs) {
    const stranger = [source, destination].find((id) => !chainIds.includes(id));
    if (stranger !== undefined) throw new InvalidInputError(`the relay policy names ${source}:${destination}, but chain ${stranger} is not of this cluster (${chainIds.join(", ")}): remove the pair or add the chain`);
    if (!acceptsMessagesFrom(dependencySet, destination, source)) throw new InvalidInputError(`the relay policy names ${source}:${destination}, but by the dependency set chain ${destination} accepts no messages of ${source}: remove the pair`);
  }
  return policy.pairs;
}
