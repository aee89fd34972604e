import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { brotliCompressSync, constants } from "node:zlib";
import { ChannelAssembler, ChannelReader, FrameQueue, openChannel } from "@pangaea/derivation";
import { concatBytes, decodeTransaction, encodeSpanBatch, type L1BlockRef, rlpEncode, ZERO_HASH } from "@pangaea/primitives";
import { RegistryFolder } from "@pangaea/registry";
import { type Figure, median } from "./figure.ts";
import { keys, openChain, signed } from "./fixture.ts";

const BLOCKS = 400;
const TRANSACTIONS_PER_BLOCK = 40;
const ROUNDS = 5;
/** Conformance data: beside the project, or where PANGAEA_VECTORS points. */
const VECTORS = process.env.PANGAEA_VECTORS ?? fileURLToPath(new URL("../../../shared/vectors", import.meta.url));
/** A batcher transaction of OP Mainnet: one frame, which is a channel of one span batch. */
const BATCHER_TX = `${VECTORS}/monorepo-2026-06/kona-derive/raw_batcher_tx.bin`;
const L2_BLOCKS_A_DAY = 43_200;
const CHANNEL_ID_AT = 1;
/** Memory is looked at after an hour, when all is compiled and filled, and after the day. */
const HOURS = 24;

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

/** Bytes that are held, garbage collected; what is freed by a callback of its own too. */
async function held(): Promise<number> {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  for (let round = 0; round < 3; round++) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/**
 * A day of OP Mainnet, by a batcher transaction of it that comes again and again in channels of other ids: from calldata through frames and channels to
 * the transactions of each block, on one core. Nothing where the data is absent.
 */
export async function mainnetFigures(): Promise<readonly Figure[]> {
  if (!existsSync(BATCHER_TX)) return [];
  const { config } = new RegistryFolder(`${VECTORS}/superchain-registry-2026-08`).chain("op-mainnet");
  const timestamp = config.forks.holocene ?? 0;
  const calldata = decodeTransaction(new Uint8Array(readFileSync(BATCHER_TX))).data;
  const frames = new FrameQueue({ contiguous: true });
  const channels = new ChannelAssembler(config);
  const reader = new ChannelReader(config);

  async function derive(number: number): Promise<{ readonly blocks: number; readonly bytes: number }> {
    const origin: L1BlockRef = { hash: ZERO_HASH, number, parentHash: ZERO_HASH, timestamp };
    const item = calldata.slice();
    new DataView(item.buffer).setUint32(CHANNEL_ID_AT, number);
    frames.add([item]);
    const frame = frames.next();
    if (frame === undefined) throw new Error("the calldata of the bench holds no frame");
    channels.add(frame, origin);
    const channel = channels.next();
    if (channel === undefined) throw new Error("the frame of the bench is no whole channel");
    await reader.open(channel, origin);
    let blocks = 0;
    for (let batch = reader.next(); batch !== undefined; batch = reader.next()) if (batch.kind === "span") blocks += batch.batch.batch.blocks.length;
    return { blocks, bytes: number === 0 ? (await openChannel(config, channel, timestamp)).length : 0 };
  }

  const { blocks, bytes } = await derive(0);
  const channelsAnHour = Math.ceil(L2_BLOCKS_A_DAY / HOURS / blocks);
  const rates: number[] = [];
  let afterAnHour = 0;
  for (let hour = 0; hour < HOURS; hour++) {
    const started = performance.now();
    for (let i = 0; i < channelsAnHour; i++) await derive(1 + hour * channelsAnHour + i);
    rates.push((channelsAnHour * bytes) / 1_000 / (performance.now() - started));
    if (hour === 0) afterAnHour = await held();
  }
  return [
    { name: `derivation alone: a real span batch of OP Mainnet (${blocks} blocks, ${(bytes / 1_000).toFixed(0)} kB), calldata to batches`, value: median(rates), unit: "MB/s", reach: { atLeast: 40 } },
    { name: `memory held after a day of it (${((HOURS * channelsAnHour * bytes) / 1e6).toFixed(0)} MB), more than after an hour`, value: ((await held()) - afterAnHour) / 1e6, unit: "MB", reach: { atMost: 5 } },
  ];
}
