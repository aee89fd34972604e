import { InvalidInputError, shortJson, shorten } from "@pangaea/primitives";

/** Longest time between a message and its execution, seconds. Source: specs `interop/messaging.md#message-expiry-invariant`. */
export const MESSAGE_EXPIRY_WINDOW = 604_800;

/**
 * The chains of a cluster and whose messages each may execute. `chains` in ascending order; `accepts` has an entry for each of them,
 * which holds the chain itself; the window in seconds. Source: specs `interop/dependency-set.md`.
 */
export interface DependencySet {
  readonly chains: readonly number[];
  readonly accepts: ReadonlyMap<number, ReadonlySet<number>>;
  readonly messageExpiryWindow: number;
}

const FIELDS = ["dependencies", "overrideMessageExpiryWindow"];
/** Fields that older files carry beside a chain; they no longer mean anything. */
const RETIRED_FIELDS = ["chainIndex", "activationTime", "historyMinTime"];

function chainIdOf(value: unknown, field: string): number {
  const text = typeof value === "number" ? String(value) : value;
  const id = typeof text === "string" && /^[1-9]\d*$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(id)) throw new InvalidInputError(`${field} wants a decimal chain id from 1 to ${Number.MAX_SAFE_INTEGER} (is ${shortJson(value)}): give the l2_chain_id of a rollup.json`);
  return id;
}

function objectOf(value: unknown, field: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new InvalidInputError(`${field} wants an object (is ${shortJson(value)})`);
  return Object.fromEntries(Object.entries(value));
}

function refuseUnknown(object: Readonly<Record<string, unknown>>, known: readonly string[], field: string): void {
  const unknown = Object.keys(object).filter((key) => !known.includes(key));
  if (unknown.length > 0) throw new InvalidInputError(`${field} has the unknown field ${unknown.map((key) => shorten(key)).join(", ")}: remove it or check its spelling (known: ${known.join(", ")})`);
}

function windowOf(value: unknown, field: string): number {
  if (value === undefined || value === null || value === 0) return MESSAGE_EXPIRY_WINDOW;
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > MESSAGE_EXPIRY_WINDOW) {
    throw new InvalidInputError(`${field} wants whole seconds from 0 to ${MESSAGE_EXPIRY_WINDOW} (is ${shortJson(value)}): the window can only be made shorter; leave it out, or give 0, for ${MESSAGE_EXPIRY_WINDOW}`);
  }
  return value;
}

function acceptsOf(value: unknown, chains: readonly number[], own: number, field: string): ReadonlySet<number> {
  if (value === undefined) return new Set(chains);
  if (!Array.isArray(value)) throw new InvalidInputError(`${field} wants a list of chain ids (is ${shortJson(value)}): leave it out to accept messages of every chain of the set`);
  const accepted = new Set([own]);
  for (const [i, item] of value.entries()) {
    const id = chainIdOf(item, `${field}.${i}`);
    if (!chains.includes(id)) throw new InvalidInputError(`${field}.${i} is ${id}, which is no chain of the set (${chains.join(", ")}): add it to dependencies or remove it here`);
    accepted.add(id);
  }
  return accepted;
}

/**
 * Reads op-node's dependency set file: `{"dependencies": {"<chain id>": {}, …}, "overrideMessageExpiryWindow": seconds}`. Every chain
 * accepts messages of every chain of the set; an entry of `{"accepts": [<chain id>, …]}` narrows that to the chains it names and itself.
 * Throws `InvalidInputError` naming the field, its value and the remedy.
 */
export function parseDependencySet(json: unknown, where = "dependency set"): DependencySet {
  const file = objectOf(json, where);
  refuseUnknown(file, FIELDS, where);
  const entries = objectOf(file.dependencies, `${where}: dependencies`);
  const chains = Object.keys(entries).map((key) => chainIdOf(key, `${where}: key of dependencies`)).sort((a, b) => a - b);
  if (chains.length === 0) throw new InvalidInputError(`${where}: dependencies is empty: name each chain of the cluster, "<chain id>": {}`);
  const accepts = new Map<number, ReadonlySet<number>>();
  for (const id of chains) {
    const field = `${where}: dependencies.${id}`;
    const entry = objectOf(entries[String(id)], field);
    refuseUnknown(entry, ["accepts", ...RETIRED_FIELDS], field);
    accepts.set(id, acceptsOf(entry.accepts, chains, id, `${field}.accepts`));
  }
  return { chains, accepts, messageExpiryWindow: windowOf(file.overrideMessageExpiryWindow, `${where}: overrideMessageExpiryWindow`) };
}

/** The set in which each of these chains accepts messages of all of them. */
export function fullMesh(chainIds: readonly number[], messageExpiryWindow: number = MESSAGE_EXPIRY_WINDOW): DependencySet {
  const chains = [...new Set(chainIds)].sort((a, b) => a - b);
  return { chains, accepts: new Map(chains.map((id) => [id, new Set(chains)])), messageExpiryWindow };
}

/** Whether a chain may execute messages of another one; false when either is not in the set. */
export function acceptsMessagesFrom(set: DependencySet, executing: number, initiating: number): boolean {
  return set.accepts.get(executing)?.has(initiating) ?? false;
}

/** The set as `parseDependencySet` reads it and `optimism_dependencySet` gives it; a chain that accepts all has an empty entry. */
export function dependencySetToJson({ chains, accepts, messageExpiryWindow }: DependencySet): Readonly<Record<string, unknown>> {
  const entry = (id: number) => {
    const accepted = accepts.get(id) ?? new Set([id]);
    return accepted.size === chains.length ? {} : { accepts: [...accepted].sort((a, b) => a - b) };
  };
  return {
    dependencies: Object.fromEntries(chains.map((id) => [String(id), entry(id)])),
    ...(messageExpiryWindow === MESSAGE_EXPIRY_WINDOW ? {} : { overrideMessageExpiryWindow: messageExpiryWindow }),
  };
}
