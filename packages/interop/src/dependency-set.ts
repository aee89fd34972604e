import { MESSAGE_EXPIRY_WINDOW } from "@pangaea/config";
import { InvalidInputError } from "@pangaea/primitives";

/** The chains of a cluster and whose messages each may execute. Source: specs `interop/dependency-set.md`; directed sets are ours. */
export interface DependencySet {
  /** Ascending. */
  readonly chains: readonly bigint[];
  /** Longest time between a message and its execution, seconds. */
  readonly messageExpiryWindow: number;
  /** Whether `executing` may execute messages of `source`; a chain of the set always accepts its own, and one outside of it none. */
  accepts(executing: bigint, source: bigint): boolean;
  /** Every chain that a block of `chainId` may depend on, through however many others, and `chainId` itself; ascending, empty for a chain outside of the set. */
  closure(chainId: bigint): readonly bigint[];
}

/** What a dependency set is made of: for each chain the chains that it accepts, and the window in seconds; what config's `parseDependencySet` gives fits. */
export interface DependencySetInput {
  readonly accepts: ReadonlyMap<number | bigint, Iterable<number | bigint>>;
  readonly messageExpiryWindow?: number;
}

const ascending = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

function reachableFrom(start: bigint, accepted: ReadonlyMap<bigint, ReadonlySet<bigint>>): readonly bigint[] {
  const seen = new Set(accepted.has(start) ? [start] : []);
  for (const chain of seen) for (const source of accepted.get(chain) ?? []) seen.add(source);
  return [...seen].sort(ascending);
}

/**
 * Builds the set; a chain that is only accepted is in it too, and accepts itself alone. Window in seconds, 604800 by default.
 * Throws `InvalidInputError` for no chains, and for a window that is not whole seconds from 1 to 604800.
 */
export function dependencySetOf({ accepts, messageExpiryWindow = MESSAGE_EXPIRY_WINDOW }: DependencySetInput): DependencySet {
  if (accepts.size === 0) throw new InvalidInputError("the dependency set is empty: name at least one chain");
  if (!Number.isInteger(messageExpiryWindow) || messageExpiryWindow < 1 || messageExpiryWindow > MESSAGE_EXPIRY_WINDOW) {
    throw new InvalidInputError(`message expiry window ${messageExpiryWindow} is not whole seconds from 1 to ${MESSAGE_EXPIRY_WINDOW}: it can only be made shorter`);
  }
  const accepted = new Map<bigint, Set<bigint>>();
  const member = (id: number | bigint): Set<bigint> => {
    const chain = BigInt(id);
    const known = accepted.get(chain) ?? new Set([chain]);
    accepted.set(chain, known);
    return known;
  };
  for (const [id, sources] of accepts) {
    const own = member(id);
    for (const source of sources) {
      own.add(BigInt(source));
      member(source);
    }
  }
  const chains = [...accepted.keys()].sort(ascending);
  const closures = new Map(chains.map((chain) => [chain, reachableFrom(chain, accepted)]));
  return {
    chains,
    messageExpiryWindow,
    accepts: (executing, source) => accepted.get(executing)?.has(source) ?? false,
    closure: (chainId) => closures.get(chainId) ?? [],
  };
}

/** The set in which every chain accepts messages of every other. Throws `InvalidInputError` as `dependencySetOf` does. */
export function meshOf(chainIds: readonly (number | bigint)[], messageExpiryWindow: number = MESSAGE_EXPIRY_WINDOW): DependencySet {
  return dependencySetOf({ accepts: new Map(chainIds.map((id) => [id, chainIds])), messageExpiryWindow });
}
