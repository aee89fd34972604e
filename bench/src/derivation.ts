import { brotliCompressSync, constants } from "node:zlib";
import { ChannelReader } from "@pangaea/derivation";
import { concatBytes, encodeSpanBatch, rlpEncode, ZERO_HASH } from "@pangaea/primitives";
import { type Figure, median } from "./figure.ts";
import { keys, openChain, signed } from "./fixture.ts";

const BLOCKS = 400;
const TRANSACTIONS_PER_BLOCK = 40;
const ROUNDS = 5;

/** A channel of one span batch, brotli: from compressed bytes to the transactions of each block. */
export async function derivationSpeed(): Promise<Figure> {
  const senders = keys(TRANSACTIONS_PER_BLOCK);
  const { chain } = openChain(senders);
  const blocks = Array.from({ length: BLOCKS }, (_, nonce) => ({
    startsEpoch: nonce % 2 === 0,
    transactions: senders.map((key, i) => signed(key, nonce, `0x${(i + 1).toString(16).padStart(40, "0")}`, 60_000, 1n, new Uint8Array(68).fill(i + nonce))),
  }));
  const batch = encodeSpanBatch({ relTimestamp: 1n, l1OriginNumber: BigInt(BLOCKS), parentCheck: new Uint8Array(20), l1OriginCheck: new Uint8Array(20), blocks }, chain.config.l2ChainId);
  const plain = rlpEncode(batch);
  const channel = concatBytes(Uint8Array.of(1), brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }));
  const origin = { hash: ZERO_HASH, number: 1, parentHash: ZERO_HASH, timestamp: 2_000 } as const;
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const reader = new ChannelReader(chain.config);
    const started = performance.now();
    await reader.open(channel, origin);
    if (reader.next()?.kind !== "span") throw new Error("the bench channel did not decode");
    rates.push(plain.length / 1e6 / ((performance.now() - started) / 1_000));
  }
  return { name: "derivation alone: channel to batches, span batch and brotli", value: median(rates), unit: "MB/s", reach: { atLeast: 20 } };
}
