/** A command block of a document and the output that the document promises for it. */
export interface Example {
  readonly file: string;
  /** Of the block's first line of commands. */
  readonly line: number;
  /** once: runs to its end. devnet: takes the place of the devnet before it and stays. beside: stays beside the devnet. */
  readonly kind: "once" | "devnet" | "beside";
  readonly commands: string;
  readonly output: readonly string[];
}

const FENCE = /^```(.*)$/;

/** The blocks fenced "sh test", "sh test devnet" and "sh test beside"; a block fenced "text" that follows before the next heading is what the commands print. */
export function examples(file: string, markdown: string): readonly Example[] {
  const found: Example[] = [];
  let block: { readonly info: string; readonly line: number; readonly lines: string[] } | undefined;
  let isAwaitingOutput = false;
  for (const [i, text] of markdown.split("\n").entries()) {
    const fence = FENCE.exec(text);
    if (block === undefined) {
      if (fence !== null) block = { info: fence[1]!.trim(), line: i + 2, lines: [] };
      else if (text.startsWith("#")) isAwaitingOutput = false;
      continue;
    }
    if (fence === null) {
      block.lines.push(text);
      continue;
    }
    const kind = /^sh test(?: (devnet|beside))?$/.exec(block.info);
    if (kind !== null) {
      found.push({ file, line: block.line, kind: kind[1] === "devnet" || kind[1] === "beside" ? kind[1] : "once", commands: block.lines.join("\n"), output: [] });
      isAwaitingOutput = true;
    } else if (block.info === "text" && isAwaitingOutput) {
      found.push({ ...found.pop()!, output: block.lines.filter((line) => line.trim() !== "") });
      isAwaitingOutput = false;
    }
    block = undefined;
  }
  return found;
}

/** What a promised line of output stands for: numbers, hex and runs of blanks may be others, … may be anything, what follows the line too. */
export function promised(line: string): RegExp {
  const source = line.trim().replaceAll(/0x[0-9a-f]+|\d[\d,.]*| +|…|[^\s\w]/g, (token) => {
    if (token.startsWith("0x")) return "0x[0-9a-f]+";
    if (/^\d/.test(token)) return "\\d[\\d,.]*";
    if (token.startsWith(" ")) return " +";
    return token === "…" ? ".*" : `\\${token}`;
  });
  return new RegExp(source);
}

/** The promised lines that an output lacks; they must come in order. */
export function missing(output: readonly string[], printed: readonly string[]): readonly string[] {
  let from = 0;
  return output.filter((line) => {
    const at = printed.findIndex((one, i) => i >= from && promised(line).test(one));
    if (at >= 0) from = at + 1;
    return at < 0;
  });
}
