import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as zlib from "node:zlib";
import { decompress } from "fzstd";

const VECTORS = process.env.PANGAEA_VECTORS ?? fileURLToPath(new URL("../../../../../shared/vectors", import.meta.url));
const ARCHIVE = `${VECTORS}/ethereum-tests-2024-10/tests.tar.zst`;
export const haveEthereumTests = existsSync(ARCHIVE);

const BLOCK = 512;
const decoder = new TextDecoder();
let files: Map<string, Uint8Array> | undefined;

/** Node has zstd from 22.15 on. */
const unpack = (packed: Uint8Array): Uint8Array => ("zstdDecompressSync" in zlib ? (zlib.zstdDecompressSync as (data: Uint8Array) => Uint8Array)(packed) : decompress(packed));

/** The official tests by path, unpacked in memory: a zstd-compressed tar of plain files. None where the archive is absent. */
export function ethereumTests(): ReadonlyMap<string, Uint8Array> {
  if (files !== undefined) return files;
  files = new Map();
  if (!haveEthereumTests) return files;
  const tar = unpack(readFileSync(ARCHIVE));
  const text = (at: number, length: number) => decoder.decode(tar.subarray(at, at + length)).replace(/\0.*$/s, "");
  for (let at = 0; at + BLOCK <= tar.length && tar[at] !== 0; ) {
    const size = Number.parseInt(text(at + 124, 12).trim(), 8);
    const prefix = text(at + 345, 155);
    const name = `${prefix === "" ? "" : `${prefix}/`}${text(at, 100)}`.replace(/^\.\//, "");
    const kind = text(at + 156, 1);
    if ((kind === "0" || kind === "") && name.endsWith(".json")) files.set(name, tar.subarray(at + BLOCK, at + BLOCK + size));
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}

/** Paths of the tests below a folder. */
export const testsBelow = (folder: string): string[] => [...ethereumTests().keys()].filter((path) => path.startsWith(folder)).sort();

/** One file of tests, parsed when asked for and not kept. */
export function readTest<T>(path: string): T {
  const bytes = ethereumTests().get(path);
  if (bytes === undefined) throw new Error(`the official tests have no ${path}`);
  return JSON.parse(decoder.decode(bytes)) as T;
}
