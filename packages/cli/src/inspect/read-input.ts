import { readFileSync, statSync } from "node:fs";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { errorMessage, InvalidInputError, joinBytes } from "@pangaea/primitives";
import { decompressZstd, isZstd, MAX_DECOMPRESSED } from "@pangaea/registry";

/** Compressions that lie in one another. */
const MAX_LAYERS = 3;
const HEX = /^(?:0x)?(?:[0-9a-fA-F]{2})+$/;

/** What was given to be looked at, decompressed. */
export interface Input {
  /** For messages. */
  readonly name: string;
  /** The data; of hex, what it stands for. Several lines of hex, or a JSON list of it, are joined. */
  readonly bytes: Uint8Array;
  /** Each line of hex by itself, or all of it as one. */
  readonly items: readonly Uint8Array[];
  /** The data as JSON. Throws `InvalidInputError`. */
  json(): unknown;
  readonly isJson: boolean;
}

/** The same bytes, as what they are: a Buffer would be written to JSON as an object. */
const plain = (data: Uint8Array): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

async function decompress(raw: Uint8Array, name: string): Promise<Uint8Array> {
  let data = plain(raw);
  for (let layer = 0; layer < MAX_LAYERS; layer++) {
    try {
      if (data[0] === 0x1f && data[1] === 0x8b) data = plain(gunzipSync(data, { maxOutputLength: MAX_DECOMPRESSED }));
      else if (isZstd(data)) data = await decompressZstd(data);
      else return data;
    } catch (error) {
      throw new InvalidInputError(`${name} cannot be decompressed: ${errorMessage(error)}`);
    }
  }
  return data;
}

/** The hex in a text: of one string or several, with or without 0x, bare or as JSON; undefined when it is no hex. */
function hexItems(data: Uint8Array): readonly Uint8Array[] | undefined {
  const sample = data.subarray(0, 64);
  if (sample.some((byte) => byte > 0x7e || (byte < 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09))) return undefined;
  const words = Buffer.from(data.buffer, data.byteOffset, data.length).toString("latin1").split(/[\s",[\]]+/).filter((word) => word !== "");
  if (words.length === 0 || !words.every((word) => HEX.test(word))) return undefined;
  return words.map((word) => new Uint8Array(Buffer.from(word.replace(/^0x/, ""), "hex")));
}

/** Reads data in whatever form it comes: hex, binary or JSON, bare or under gzip or zstd. Throws `InvalidInputError`. */
export async function inputOf(raw: Uint8Array, name: string): Promise<Input> {
  const data = await decompress(raw, name);
  if (data.length === 0) throw new InvalidInputError(`${name} is empty`);
  const items = hexItems(data) ?? [data];
  const text = () => new TextDecoder().decode(data);
  const first = data.find((byte) => byte > 0x20);
  return {
    name,
    items,
    bytes: items.length === 1 ? items[0]! : joinBytes(items),
    isJson: items[0] === data && (first === 0x7b || first === 0x5b),
    json: () => {
      try {
        return JSON.parse(text());
      } catch (error) {
        throw new InvalidInputError(`${name} is not JSON: ${errorMessage(error)}`);
      }
    },
  };
}

/** Reads a file, or standard input for `-` and where none is named. Throws `InvalidInputError` naming it. */
export async function readInput(path: string | undefined): Promise<Input> {
  if (path === undefined || path === "-") return inputOf(await buffer(process.stdin), "standard input");
  let raw: Uint8Array;
  try {
    const { size } = statSync(path);
    if (size > MAX_DECOMPRESSED) throw new InvalidInputError(`it has ${size} bytes; at most ${MAX_DECOMPRESSED} are read`);
    raw = readFileSync(path);
  } catch (error) {
    throw new InvalidInputError(`${path} cannot be read: ${errorMessage(error)}`);
  }
  return inputOf(raw, path);
}
