import { readFileSync } from "node:fs";
import { constants, createBrotliCompress, createDeflate } from "node:zlib";
import { ChannelReader } from "@pangaea/derivation";
import { concatBytes, encodeUvarint, rlpEncode } from "@pangaea/primitives";
import { CONFIG, CONFIG_BEFORE_HOLOCENE, L1_REF } from "../../src/targets/samples.ts";

/** Opens a channel that expands to far more than it is, and prints by how many megabytes the process grew at its peak, and what came out. */
const MEGABYTE = 1_000_000;
const PIECE = new Uint8Array(MEGABYTE);
const ZEROS = Array.from({ length: 300 }, () => PIECE);
const BLOCKS = 10_000_000;
const BEDROCK = { ...CONFIG_BEFORE_HOLOCENE, forks: { regolith: 0, canyon: 0, delta: 0, ecotone: 0 } };

/** A span batch of as many blocks as one may have, all of them empty: 1 bit and 1 byte for each. */
const span = concatBytes(Uint8Array.of(1), encodeUvarint(2), encodeUvarint(101), new Uint8Array(40), encodeUvarint(BLOCKS), new Uint8Array(BLOCKS / 8), new Uint8Array(BLOCKS));

async function compressed(stream: ReturnType<typeof createDeflate | typeof createBrotliCompress>, pieces: readonly Uint8Array[]): Promise<Uint8Array> {
  const out: Uint8Array[] = [];
  stream.on("data", (chunk: Uint8Array) => out.push(chunk));
  for (const piece of pieces) await new Promise((resolve) => stream.write(piece, resolve));
  await new Promise((resolve) => stream.once("end", resolve).end());
  return concatBytes(...out);
}
const zlib = (pieces: readonly Uint8Array[]) => compressed(createDeflate({ level: 1 }), pieces);
const damaged = (data: Uint8Array): Uint8Array => data.with(Math.floor(data.length * 0.3), data[Math.floor(data.length * 0.3)]! ^ 0xff);

const BOMBS = {
  "zlib-before-fjord": async () => ({ config: BEDROCK, data: await zlib(ZEROS) }),
  "zlib": async () => ({ config: CONFIG, data: await zlib(ZEROS) }),
  "brotli": async () => ({ config: CONFIG, data: concatBytes(Uint8Array.of(1), await compressed(createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }), ZEROS)) }),
  "zlib-damaged": async () => ({ config: CONFIG, data: damaged(await zlib(ZEROS)) }),
  "span-batches": async () => ({ config: CONFIG, data: await zlib(Array.from({ length: 12 }, () => rlpEncode(span))) }),
};
/** The most memory that this program has had, bytes. The system's count of it by process begins with what the parent had. */
function peak(): number {
  const kilobytes = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
  if (kilobytes === undefined) throw new Error("/proc/self/status does not tell the most memory that was used");
  return Number(kilobytes) * 1024;
}

const wanted = process.argv[2] as keyof typeof BOMBS;
const { config, data } = await BOMBS[wanted]();
const before = peak();
const reader = new ChannelReader(config);
await reader.open(data, L1_REF);
let batches = 0;
while (reader.next() !== undefined) batches++;
console.log(JSON.stringify({ compressed: data.length, batches, grewBy: Math.round((peak() - before) / MEGABYTE) }));
