import { flag, logOptions, type OptionTable, port, text, whole } from "@pangaea/config";
import { DaServer, InputFolder } from "@pangaea/da";
import { lockFolder } from "@pangaea/store";
import { COMMON_OPTIONS, readGiven, sourcesOf, unknownVariables, UsageError, valuesOf } from "../command-line.ts";
import { createLineLogger, LogThreshold } from "../logger.ts";
import { untilStopped } from "../until-stopped.ts";

export const DA_SERVER_TABLE = {
  addr: text("address the server listens on", "HOST", "127.0.0.1"),
  port: port("port of the server; 0 takes a free one", 3_100),
  "data-dir": text("where inputs are kept, a file each", "DIR"),
  "generic-commitment": flag("answer /put with generic commitments; otherwise with the keccak256 of the input"),
  "max-input-bytes": whole("bytes of one input", 1_000_000, 1, 64_000_000),
  "max-bytes": whole("bytes of all inputs; what goes beyond is refused", 10_000_000_000, 1),
  ...logOptions("info"),
  ...COMMON_OPTIONS,
} as const satisfies OptionTable;

/** `pangaea da-server`: keeps the data of chains whose rollup configuration has `alt_da`, until it is told to stop. */
export async function daServer(argv: readonly string[]): Promise<void> {
  const options = valuesOf("da-server", DA_SERVER_TABLE, readGiven(sourcesOf("da-server", argv, process.env), DA_SERVER_TABLE));
  const folder = options["data-dir"];
  if (folder === undefined) throw new UsageError("pangaea da-server: --data-dir is missing: give the folder that inputs are kept in");
  const log = createLineLogger(new LogThreshold(options["log.level"]), (line) => console.error(line), { format: options["log.format"] });
  for (const variable of unknownVariables(DA_SERVER_TABLE, process.env)) log.warn("an environment variable is none of ours", { variable });
  const lock = lockFolder(folder);
  try {
    const inputs = await InputFolder.open(`${folder}/inputs`, { maxBytes: options["max-bytes"] });
    const server = new DaServer({ inputs, log }, { host: options.addr ?? "127.0.0.1", port: options.port, isGeneric: options["generic-commitment"], maxInputBytes: options["max-input-bytes"] });
    const stopped = untilStopped();
    console.log(JSON.stringify(await server.listen()));
    await stopped;
    await server.close();
  } finally {
    lock.release();
  }
}
