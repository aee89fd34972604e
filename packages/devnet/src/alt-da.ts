import { join } from "node:path";
import type { RollupConfig } from "@pangaea/config";
import { DaClient, DaServer, InputFolder } from "@pangaea/da";
import type { Logger } from "@pangaea/primitives";

const MAX_BYTES = 4_000_000_000;
const MAX_INPUT_BYTES = 1_000_000;
const TIMEOUT_MS = 10_000;

/** The devnet's DA server, and what its chains reach it by. */
export interface DevnetAltDa {
  readonly url: string;
  readonly client: DaClient;
  close(): Promise<void>;
}

/** Starts the DA server of chains that want one; undefined when none does. All of a devnet's chains have commitments of one kind. Throws `CriticalError` when its port is taken. */
export async function startAltDa(chains: readonly { readonly config: RollupConfig }[], { folder, port, log }: { readonly folder: string; readonly port: number; readonly log: Logger }): Promise<DevnetAltDa | undefined> {
  const altDa = chains.find(({ config }) => config.altDa !== undefined)?.config.altDa;
  if (altDa === undefined) return undefined;
  const isGeneric = altDa.commitmentKind === "generic";
  const inputs = await InputFolder.open(join(folder, "da"), { maxBytes: MAX_BYTES });
  const server = new DaServer({ inputs, log }, { port, isGeneric, maxInputBytes: MAX_INPUT_BYTES });
  const { url } = await server.listen();
  return { url, client: new DaClient({ url, isService: isGeneric, verifyOnRead: true, getTimeoutMs: TIMEOUT_MS, putTimeoutMs: TIMEOUT_MS }), close: () => server.close() };
}
