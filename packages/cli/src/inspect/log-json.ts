import { type Hex, InvalidInputError, type Log } from "@pangaea/primitives";
import { addressJson, bytesJson, hashJson, parseJson, quantityJson } from "@pangaea/rpc";
import { z } from "zod";

const logSchema = z.object({ address: addressJson.pipe(bytesJson).optional(), topics: z.array(hashJson.pipe(bytesJson)), data: bytesJson, blockHash: hashJson.nullish(), logIndex: quantityJson.nullish() });

/** A JSON-RPC batch of answers, each a list of receipts with their logs, is 5 deep. */
const MAX_DEPTH = 16;

/** A log as JSON-RPC gives it, with its place where that is told. */
export interface PlacedLog extends Log {
  readonly blockHash?: Hex;
  readonly logIndex?: number;
}

/** The logs in JSON: one, a list, those of a receipt or of several, or of a JSON-RPC response with any of these. Throws `InvalidInputError`. */
export function logsIn(json: unknown, where: string, depth = 0): readonly PlacedLog[] {
  if (depth > MAX_DEPTH) throw new InvalidInputError(`${where} holds no log: its lists and results lie deeper in one another than ${MAX_DEPTH}`);
  if (Array.isArray(json)) return json.flatMap((one) => logsIn(one, where, depth + 1));
  if (typeof json !== "object" || json === null) throw new InvalidInputError(`${where} holds no log: it wants an object with topics and data, a receipt, or a list of either`);
  if ("result" in json) return logsIn(json.result, where, depth + 1);
  if ("logs" in json) return logsIn(json.logs, where, depth + 1);
  const { address, blockHash, logIndex, ...log } = parseJson(logSchema, json, `log in ${where}`);
  return [{ ...log, address: address ?? new Uint8Array(20), ...(blockHash == null ? {} : { blockHash }), ...(logIndex == null ? {} : { logIndex }) }];
}
