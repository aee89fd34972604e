/** A precompiled contract: its cost for an input, and its work, which gives undefined when the input is refused. */
export type Precompile = (data: Uint8Array) => { readonly gas: number; run(): Uint8Array | undefined };

/** `length` bytes from `at`, zeros beyond the end. */
export function slice(data: Uint8Array, at: number, length: number): Uint8Array {
  const out = new Uint8Array(length);
  if (at < data.length) out.set(data.subarray(at, at + length));
  return out;
}

export const words = (length: number): number => Math.ceil(length / 32);

/** The precompile, refusing inputs longer than `most` bytes. */
export function limited(precompile: Precompile, most: number): Precompile {
  return (data) => (data.length > most ? { gas: 0, run: () => undefined } : precompile(data));
}
