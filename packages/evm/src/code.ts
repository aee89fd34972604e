/** What is worked out of a code once: where it may be jumped to, and the constants that it pushes. */
export interface CodeAnalysis {
  readonly jumpDestinations: Uint8Array;
  /** By program counter of the PUSH. */
  readonly constants: (bigint | undefined)[];
}

const JUMPDEST = 0x5b;
const PUSH1 = 0x60;
const PUSH32 = 0x7f;
const analyses = new WeakMap<Uint8Array, CodeAnalysis>();

/** The analysis of a code, kept as long as the code itself lives. */
export function analyze(code: Uint8Array): CodeAnalysis {
  let analysis = analyses.get(code);
  if (analysis === undefined) {
    const jumpDestinations = new Uint8Array(code.length);
    for (let pc = 0; pc < code.length; pc++) {
      const opcode = code[pc]!;
      if (opcode === JUMPDEST) jumpDestinations[pc] = 1;
      else if (opcode >= PUSH1 && opcode <= PUSH32) pc += opcode - PUSH1 + 1;
    }
    analysis = { jumpDestinations, constants: [] };
    analyses.set(code, analysis);
  }
  return analysis;
}
