import { type BatcherOptions, batcherFlagTable, batcherOptions, DEVNET_BATCHER_OPTIONS } from "@pangaea/batcher";
import { type AltDaConfig, chainIdList, choice, FORKS, flag, type ForkSchedule, list, logOptions, type OptionTable, type OptionValues, port, resolveOptions, scopedTable, text, unscoped, whole } from "@pangaea/config";
import { InvalidInputError } from "@pangaea/primitives";
import { checkSourceLevels, ingressFlagTable } from "@pangaea/supernode";
import { DEVNET_RELAYER_OPTIONS, type RelayerOptions, relayerFlagTable, relayerOptions } from "@pangaea/relayer";

/** A fork and when it activates: seconds after genesis, or never. */
export interface ForkChoice {
  readonly fork: Exclude<(typeof FORKS)[number], "bedrock">;
  readonly offset: number | undefined;
}

function parseForkChoice(value: string): ForkChoice {
  const [name, when] = value.split("=");
  const fork = FORKS.find((one) => one === name);
  if (fork === undefined || fork === "bedrock") throw new InvalidInputError(`wants a fork after bedrock (${FORKS.slice(1).join(", ")}), not "${name}"`);
  if (when === "never") return { fork, offset: undefined };
  if (when === undefined || !/^\d+$/.test(when)) throw new InvalidInputError(`wants ${fork}=SECONDS or ${fork}=never, not "${value}"`);
  return { fork, offset: Number(when) };
}

function parseActivation(value: string): number | "never" {
  if (value === "never") return value;
  if (!/^\d{1,9}$/.test(value)) throw new InvalidInputError(`wants seconds after genesis, or never, not "${value}"`);
  return Number(value);
}

const BATCHER_FLAGS = batcherFlagTable(DEVNET_BATCHER_OPTIONS);
/** The devnet's relayer pays from an account of its own. */
const { "relayer.private-key-file": _, ...RELAYER_FLAGS } = relayerFlagTable(DEVNET_RELAYER_OPTIONS);

export const DEVNET_OPTIONS = {
  chains: { ...chainIdList("L2 chain ids"), default: [901, 902] },
  "data-dir": text("keep everything here and go on from it at the next start; without it all goes at the end", "DIR"),
  "l1.port": port("L1 JSON-RPC, WebSocket and beacon API", 8545),
  "l1.block-time": whole("seconds between L1 blocks", 2, 1, 60, "S"),
  "l2.port": port("JSON-RPC and WebSocket of the first L2; the others follow; 0 takes free ones", 9545),
  "l2.block-time": list("seconds between L2 blocks: one value for all, or one per chain", "S,…", (value) => {
    if (!/^[1-9]\d?$/.test(value)) throw new InvalidInputError(`wants seconds from 1 to 99, not "${value}"`);
    return Number(value);
  }),
  "rpc.port": port("supernode RPC", 8420),
  fork: list("activate a fork later or never: seconds after genesis; those after it follow. Default: all at genesis", "NAME=S,…", parseForkChoice),
  "interop.activation": list("when messages between the chains begin to count, which is when Lagoon activates: seconds after genesis, or never; one value for all, or one per chain", "S,…", parseActivation),
  "interop.dependency-set": text("whose messages each chain accepts, in the reference's format; without it all accept all", "FILE"),
  ...ingressFlagTable("unsafe"),
  "interop.failsafe-on-invalidation": flag("refuse all messages once a block had to be replaced, until admin_setFailsafeEnabled switches that off"),
  "seq-window": whole("sequencing window, L1 blocks", 3_600, 2, 100_000),
  "alt-da": choice("where the chains' data are: off on L1; else at a DA server in this process, with commitments of this kind on L1", ["off", "keccak", "generic"], "off"),
  "alt-da.port": port("DA server of --alt-da", 3100),
  "alt-da.challenge-window": whole("L1 blocks in which data behind a commitment can be challenged", 16, 1, 100_000),
  "alt-da.resolve-window": whole("L1 blocks in which challenged data can be shown on L1", 16, 1, 100_000),
  json: flag("print one line of JSON when ready, then nothing"),
  quiet: flag("print only warnings and errors"),
  ...logOptions("warn"),
  ...scopedTable("batcher", BATCHER_FLAGS),
  ...RELAYER_FLAGS,
} as const satisfies OptionTable;

export type DevnetFlags = OptionValues<typeof DEVNET_OPTIONS>;

/** Whether a flag has another value than its default, for callers that do not know what was given. */
export function differsFromDefault(flags: DevnetFlags, name: string): boolean {
  const [values, defaults]: readonly Readonly<Record<string, unknown>>[] = [flags, resolveOptions(DEVNET_OPTIONS, {})];
  return JSON.stringify(values?.[name]) !== JSON.stringify(defaults?.[name]);
}

/** Throws `InvalidInputError` when a flag with a value per chain has neither one for all nor as many as there are chains, or when one names a chain that is not there. */
export function checkPerChainFlags(flags: Pick<DevnetFlags, "l2.block-time" | "interop.activation" | "interop.min-safety-of">, chainIds: readonly number[]): void {
  for (const name of ["l2.block-time", "interop.activation"] as const) {
    const values = flags[name].length;
    if (values > 1 && values !== chainIds.length) throw new InvalidInputError(`--${name} has ${values} values for ${chainIds.length} ${chainIds.length === 1 ? "chain" : "chains"} (${chainIds.join(", ")}): give one for all, or one per chain`);
  }
  checkSourceLevels(flags, chainIds);
}

/** The settings of the devnet's batchers. */
export function devnetBatcher(flags: DevnetFlags): { readonly options: BatcherOptions; readonly stopped: boolean } {
  const given = unscoped("batcher", BATCHER_FLAGS, flags);
  return { options: batcherOptions(given, DEVNET_BATCHER_OPTIONS), stopped: given.stopped };
}

/** How the devnet's chains keep their data elsewhere than on L1; undefined when they do not. */
export function devnetAltDa(flags: Pick<DevnetFlags, "alt-da" | "alt-da.challenge-window" | "alt-da.resolve-window">): Omit<AltDaConfig, "challengeContract"> | undefined {
  const kind = flags["alt-da"];
  if (kind === "off") return undefined;
  return { commitmentKind: kind === "keccak" ? "keccak256" : "generic", challengeWindow: flags["alt-da.challenge-window"], resolveWindow: flags["alt-da.resolve-window"] };
}

/** The settings of the devnet's relayer. */
export function devnetRelayer(flags: DevnetFlags): RelayerOptions {
  return relayerOptions(flags, DEVNET_RELAYER_OPTIONS);
}

/**
 * The fork schedule of a devnet's chain whose genesis is at `genesisTime`; `place` is the chain's among `--chains`. Everything at genesis unless chosen otherwise, a fork not chosen with the one
 * before it. Throws `InvalidInputError` for a fork that would activate before an earlier one.
 */
export function devnetForks(flags: Pick<DevnetFlags, "fork" | "interop.activation">, genesisTime: number, place: number): ForkSchedule {
  const activations = flags["interop.activation"];
  const activation = activations[place] ?? activations[0];
  const chosen = new Map<string, number | undefined>(flags.fork.map(({ fork, offset }) => [fork, offset]));
  if (activation !== undefined) chosen.set("lagoon", activation === "never" ? undefined : activation);
  const schedule: Record<string, number> = {};
  let previous: { readonly fork: string; readonly offset: number | undefined } = { fork: "bedrock", offset: 0 };
  for (const fork of FORKS.slice(1)) {
    const offset = chosen.has(fork) ? chosen.get(fork) : previous.offset;
    if (offset !== undefined && (previous.offset === undefined || offset < previous.offset)) {
      throw new InvalidInputError(`--fork: ${fork} would activate before ${previous.fork}; give ${previous.fork} an earlier time or ${fork} a later one (or never)`);
    }
    if (offset !== undefined) schedule[fork] = offset === 0 ? 0 : genesisTime + offset;
    previous = { fork, offset };
  }
  return schedule;
}
