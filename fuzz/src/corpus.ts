import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { InputKind, Target } from "./target.ts";

/** Inputs that a run has found to lead somewhere new: a file a target, a line an input, text as a JSON string and bytes as hex. */
const CORPUS = fileURLToPath(new URL("../corpus", import.meta.url));
/** Inputs that once broke a parser: a file each, `<target>--<what happened>`. */
const FINDS = fileURLToPath(new URL("../finds", import.meta.url));
const SEPARATOR = "--";

const lineOf = (kind: InputKind, input: Uint8Array): string => (kind === "bytes" || !isText(input) ? `0x${Buffer.from(input).toString("hex")}` : JSON.stringify(Buffer.from(input).toString()));
const inputOf = (line: string): Uint8Array => new Uint8Array(line.startsWith("0x") ? Buffer.from(line.slice(2), "hex") : Buffer.from(JSON.parse(line) as string));

/** Whether bytes are whole characters that are the same when they are read and written. */
const isText = (input: Uint8Array): boolean => Buffer.from(Buffer.from(input).toString()).equals(input);

/** The kept inputs of a target. */
export function keptInputs({ name }: Pick<Target, "name">): readonly Uint8Array[] {
  const file = join(CORPUS, `${name}.txt`);
  return existsSync(file) ? readFileSync(file, "utf8").split("\n").filter((line) => line !== "").map(inputOf) : [];
}

export function keepInputs({ name, kind }: Pick<Target, "name" | "kind">, inputs: readonly Uint8Array[]): void {
  writeFileSync(join(CORPUS, `${name}.txt`), inputs.map((input) => `${lineOf(kind, input)}\n`).join(""));
}

/** What once broke a parser, by the file's name. */
export function finds(): readonly { readonly name: string; readonly target: string; readonly input: Uint8Array }[] {
  return readdirSync(FINDS).sort().map((name) => ({ name, target: name.split(SEPARATOR)[0]!, input: inputOf(readFileSync(join(FINDS, name), "utf8").trim()) }));
}

/** Keeps an input that broke a parser; gives its file. */
export function keepFind({ name, kind }: Pick<Target, "name" | "kind">, what: string, input: Uint8Array): string {
  const slug = what.toLowerCase().replaceAll(/0x[0-9a-f]+|[^a-z]+/g, "-").replaceAll(/^-+|-+$/g, "").slice(0, 60);
  let file = join(FINDS, `${name}${SEPARATOR}${slug}.txt`);
  for (let more = 2; existsSync(file); more++) file = join(FINDS, `${name}${SEPARATOR}${slug}-${more}.txt`);
  writeFileSync(file, `${lineOf(kind, input)}\n`);
  return file;
}
