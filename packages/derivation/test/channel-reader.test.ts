import { brotliCompressSync, constants, deflateRawSync, deflateSync } from "node:zlib";
import { concatBytes, decodeSingularBatch, encodeSingularBatch, encodeSpanBatch, joinBytes, rlpEncode, type SingularBatch } from "@pangaea/primitives";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Batch, ChannelReader, openChannel } from "../src/index.ts";
import { bytes, configWith, HOLOCENE, l1Chain, l2Ref, singular } from "./support/blocks.ts";

const [origin, next] = l1Chain(100, 2) as [ReturnType<typeof l1Chain>[0], ReturnType<typeof l1Chain>[0]];
const config = configWith();
const batches: readonly SingularBatch[] = [1, 2, 3].map((n) => singular(l2Ref(n, origin), origin, { transactions: [bytes(1, n), bytes(2, n)] }));
const encoded = batches.map((batch) => rlpEncode(encodeSingularBatch(batch)));
const brotli = (data: Uint8Array) => concatBytes(bytes(1), brotliCompressSync(data));

async function read(data: Uint8Array, rules = config): Promise<Batch[]> {
  const reader = new ChannelReader(rules);
  await reader.open(data, origin);
  const out: Batch[] = [];
  for (let batch = reader.next(); batch !== undefined; batch = reader.next()) out.push(batch);
  return out;
}
/** Bytes that do not compress, the same each time. */
function noiseOf(length: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}
const singulars = (read: readonly Batch[]) => read.map((one) => (one.kind === "singular" ? one.batch : undefined));

describe("the channel reader", () => {
  it.each([["zlib", deflateSync], ["brotli", brotli]] as const)("reads every batch of a channel of %s, in order", async (_, compress) => {
    expect(singulars(await read(compress(joinBytes(encoded))))).toEqual(batches);
  });

  it("reads a span batch with its place worked out", async () => {
    const span = { relTimestamp: 2n, l1OriginNumber: 101n, parentCheck: new Uint8Array(20), l1OriginCheck: new Uint8Array(20), blocks: [{ startsEpoch: true, transactions: [] }, { startsEpoch: true, transactions: [] }, { startsEpoch: false, transactions: [] }] };
    expect(await read(deflateSync(rlpEncode(encodeSpanBatch(span, config.l2ChainId))))).toEqual([{ kind: "span", batch: { batch: span, startTime: 1_002, lastTime: 1_006, startEpoch: 100, lastEpoch: 101 } }]);
  });

  it.each<[string, Uint8Array]>([
    ["no data", bytes()],
    ["an unknown compression", bytes(2, 1, 2, 3)],
    ["raw deflate", concatBytes(bytes(2), deflateRawSync(encoded[0]!))],
    ["zlib with a reserved method", bytes(0x7f, 1, 2, 3)],
    ["a broken zlib header", bytes(0x78, 0, 1, 2)],
    ["brotli of nothing", bytes(1)],
    ["an empty stream", deflateSync(bytes())],
    ["an RLP list", deflateSync(rlpEncode([bytes(1)]))],
    ["RLP that says more than there is", deflateSync(bytes(0xb8, 100, 0))],
    ["RLP that is not canonical", deflateSync(bytes(0x81, 0x01))],
    ["an empty batch", deflateSync(rlpEncode(bytes()))],
    ["an unknown batch type", deflateSync(rlpEncode(bytes(2, 0xc0)))],
    ["a singular batch that is no list", deflateSync(rlpEncode(bytes(0, 0x80)))],
    ["a span batch that is cut", deflateSync(rlpEncode(bytes(1, 2, 3)))],
  ])("finds no batch in %s", async (_, data) => {
    expect(await read(data)).toEqual([]);
  });

  it("takes brotli from Fjord on, by the inclusion block's time", async () => {
    const before = configWith({}, { ...HOLOCENE, fjord: origin.timestamp + 1, granite: 10_000, holocene: 10_000 });
    expect(await read(brotli(joinBytes(encoded)), before)).toEqual([]);
    const reader = new ChannelReader(before);
    await reader.open(brotli(joinBytes(encoded)), next);
    expect(reader.next()).toBeDefined();
  });

  it("takes span batches from Delta on, by the inclusion block's time", async () => {
    const span = encodeSpanBatch({ relTimestamp: 2n, l1OriginNumber: 101n, parentCheck: new Uint8Array(20), l1OriginCheck: new Uint8Array(20), blocks: [{ startsEpoch: true, transactions: [] }] }, config.l2ChainId);
    expect(await read(deflateSync(rlpEncode(span)), configWith({}, { regolith: 0, canyon: 0, delta: origin.timestamp + 1 }))).toEqual([]);
  });

  it.each([["before Delta", { regolith: 0, canyon: 0 }, 2n], ["of impossible numbers", { ...HOLOCENE, holocene: 9_999 }, 2n ** 60n]] as const)("passes over a span batch %s and goes on with its channel, before Holocene", async (_, forks, relTimestamp) => {
    const span = encodeSpanBatch({ relTimestamp, l1OriginNumber: 101n, parentCheck: new Uint8Array(20), l1OriginCheck: new Uint8Array(20), blocks: [{ startsEpoch: true, transactions: [] }] }, config.l2ChainId);
    expect(singulars(await read(deflateSync(joinBytes([encoded[0]!, rlpEncode(span), encoded[1]!])), configWith({}, forks)))).toEqual(batches.slice(0, 2));
  });

  it("ends the channel at a span batch of impossible numbers, from Holocene on", async () => {
    const span = encodeSpanBatch({ relTimestamp: 2n ** 60n, l1OriginNumber: 101n, parentCheck: new Uint8Array(20), l1OriginCheck: new Uint8Array(20), blocks: [{ startsEpoch: true, transactions: [] }] }, config.l2ChainId);
    expect(singulars(await read(deflateSync(joinBytes([encoded[0]!, rlpEncode(span), encoded[1]!]))))).toEqual(batches.slice(0, 1));
  });

  it("ends the channel at a batch that does not decode: those before it hold, those after it fall", async () => {
    expect(singulars(await read(deflateSync(joinBytes([encoded[0]!, rlpEncode(bytes(9)), encoded[1]!]))))).toEqual([batches[0]]);
  });

  it("saves the batches before the point at which compressed data is cut or spoilt", async () => {
    for (const compress of [deflateSync, brotli]) {
      const noise = noiseOf(300_000);
      const big = rlpEncode(encodeSingularBatch({ ...batches[2]!, transactions: [noise] }));
      const whole = compress(joinBytes([encoded[0]!, encoded[1]!, big]));
      expect(singulars(await read(whole.subarray(0, -20_000)))).toEqual([batches[0], batches[1]]);
      expect(singulars(await read(whole))).toHaveLength(3);
    }
  });

  it("saves every byte before a cut, wherever it is", async () => {
    const plain = noiseOf(3_000);
    for (const compress of [deflateSync, brotli]) {
      const whole = compress(plain);
      let before = -1;
      for (let length = 3; length <= whole.length; length += 97) {
        const saved = await openChannel(config, whole.subarray(0, length), origin.timestamp);
        expect(saved).toEqual(plain.subarray(0, saved.length));
        expect(saved.length).toBeGreaterThanOrEqual(before);
        before = saved.length;
      }
      expect(await openChannel(config, whole, origin.timestamp)).toEqual(plain);
    }
  });

  it("saves what stands before a stored block that is spoilt", async () => {
    const plain = new Uint8Array(70_000).fill(7);
    const data = Uint8Array.from(deflateSync(plain, { level: 0 }));
    const secondBlock = 2 + 5 + 65_535;
    data[secondBlock + 1]! ^= 0xff;
    expect((await openChannel(config, data, origin.timestamp)).length).toBeGreaterThanOrEqual(60_000);
  });

  it("reads all of a zlib stream whose checksum is wrong", async () => {
    const data = Uint8Array.from(deflateSync(joinBytes(encoded)));
    data[data.length - 1]! ^= 1;
    expect(singulars(await read(data))).toEqual(batches);
  });

  it("passes over what follows the end of the compressed stream", async () => {
    expect(singulars(await read(concatBytes(deflateSync(joinBytes(encoded)), bytes(1, 2, 3))))).toEqual(batches);
  });

  it("has nothing left after a flush", async () => {
    const reader = new ChannelReader(config);
    await reader.open(deflateSync(joinBytes(encoded)), origin);
    reader.next();
    reader.flush();
    expect(reader.next()).toBeUndefined();
  });

  it("reads any batches back, by either compression", async () => {
    const transaction = fc.uint8Array({ minLength: 1, maxLength: 40 });
    await fc.assert(fc.asyncProperty(fc.array(fc.array(transaction, { maxLength: 4 }), { maxLength: 6 }), fc.constantFrom(deflateSync, brotli), async (blocks, compress) => {
      const list = blocks.map((transactions) => ({ ...batches[0]!, transactions }));
      expect(singulars(await read(compress(joinBytes(list.map((one) => rlpEncode(encodeSingularBatch(one)))))))).toEqual(list);
    }), { numRuns: 60 });
  });
});

describe("a bomb", () => {
  const LIMIT_BEDROCK = 10_000_000;
  const LIMIT_FJORD = 100_000_000;
  const before = configWith({}, { ...HOLOCENE, fjord: 10_000, granite: 10_000, holocene: 10_000 });

  it("of zlib is opened up to the limit and no further", async () => {
    const data = deflateSync(new Uint8Array(4 * LIMIT_BEDROCK), { level: 1 });
    expect(data.length).toBeLessThan(400_000);
    expect(await openChannel(before, data, origin.timestamp)).toHaveLength(LIMIT_BEDROCK);
  });

  it("of brotli is opened up to Fjord's limit and no further", async () => {
    const data = concatBytes(bytes(1), brotliCompressSync(new Uint8Array(LIMIT_FJORD + 1_000_000), { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }));
    expect(data.length).toBeLessThan(100_000);
    expect((await openChannel(config, data, origin.timestamp)).length).toBe(LIMIT_FJORD);
  });

  it("whose batch passes the limit loses that batch, not those before it", async () => {
    const data = deflateSync(joinBytes([encoded[0]!, rlpEncode(encodeSingularBatch({ ...batches[1]!, transactions: [new Uint8Array(LIMIT_BEDROCK)] }))]), { level: 1 });
    expect(singulars(await read(data, before))).toEqual([decodeSingularBatch(encodeSingularBatch(batches[0]!).subarray(1))]);
  });
});
