const HASH_SIZE = 8192;
const WINDOW = 0x1fff;
const MIN_TAIL = 13;
/** Where a hash was seen last; cleared by every call, so that none allocates. */
const table = new Uint32Array(HASH_SIZE);

const word = (data: Uint8Array, i: number) => data[i]! | (data[i + 1]! << 8) | (data[i + 2]! << 16);
const slot = (value: number) => (Math.imul(2654435769, value) >>> 19) & WINDOW;
const literals = (count: number) => 0x21 * Math.floor(count / 0x20) + (count % 0x20 === 0 ? 0 : (count % 0x20) + 1);

/**
 * Length in bytes of the FastLZ (level 1) compression of data, without making it.
 * Source: specs `protocol/fjord/exec-engine.md`; equal to solady's LibZip.
 */
export function fastLzLength(data: Uint8Array): number {
  table.fill(0);
  let total = 0;
  const limit = Math.max(data.length - MIN_TAIL, 0);
  let anchor = 0;
  for (let at = 2; at < limit; ) {
    let candidate = 0;
    for (;;) {
      const value = word(data, at);
      const h = slot(value);
      candidate = table[h]!;
      table[h] = at;
      const distance = at - candidate;
      if (at >= limit) break;
      at++;
      if (distance <= WINDOW && value === word(data, candidate)) break;
    }
    if (at >= limit) break;
    at--;
    if (at > anchor) total += literals(at - anchor);
    let length = 0;
    const most = limit + 9 - (at + 3);
    while (length < most && data[candidate + 3 + length] === data[at + 3 + length]) length++;
    if (length < most) length++;
    total += 3 * Math.floor((length - 1) / 262) + ((length - 1) % 262 >= 6 ? 3 : 2);
    at += length;
    for (const end = at + 2; at < end; at++) table[slot(word(data, at))] = at;
    anchor = at;
  }
  return total + literals(data.length - anchor);
}
