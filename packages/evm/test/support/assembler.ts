import { bigIntToBytes } from "@pangaea/primitives";

const PUSH1 = 0x60;
const LABEL_SIZE = 2;
export const JUMPDEST = 0x5b;

/** A place in a code, or a piece of data behind it; its address is known when the code is built. */
export interface Label {
  at: number;
}

/** Puts code together: opcodes, constants, labels, and data behind the code. Labels take two bytes. */
export class Assembler {
  readonly #bytes: number[] = [];
  readonly #references: { readonly at: number; readonly label: Label }[] = [];
  readonly #data: { readonly label: Label; readonly bytes: Uint8Array }[] = [];

  op(...opcodes: readonly number[]): this {
    this.#bytes.push(...opcodes);
    return this;
  }

  /** A constant in as few bytes as it takes, at least one. */
  push(word: bigint | number): this {
    const bytes = word === 0 || word === 0n ? [0] : [...bigIntToBytes(BigInt(word))];
    return this.op(PUSH1 + bytes.length - 1, ...bytes);
  }

  pushLabel(label: Label): this {
    this.op(PUSH1 + LABEL_SIZE - 1);
    this.#references.push({ at: this.#bytes.length, label });
    return this.op(0, 0);
  }

  /** A place that may be jumped to. */
  place(label: Label): this {
    label.at = this.#bytes.length;
    return this.op(JUMPDEST);
  }

  data(bytes: Uint8Array): Label {
    const label = { at: 0 };
    this.#data.push({ label, bytes });
    return label;
  }

  build(): Uint8Array {
    const code = [...this.#bytes];
    for (const { label, bytes } of this.#data) {
      label.at = code.length;
      for (const byte of bytes) code.push(byte);
    }
    for (const { at, label } of this.#references) {
      code[at] = label.at >> 8;
      code[at + 1] = label.at & 0xff;
    }
    return Uint8Array.from(code);
  }
}

/** Code out of opcodes and constants: a number is an opcode, a big integer is pushed. */
export function assemble(...parts: readonly (number | bigint)[]): Uint8Array {
  const assembler = new Assembler();
  for (const part of parts) typeof part === "bigint" ? assembler.push(part) : assembler.op(part);
  return assembler.build();
}
