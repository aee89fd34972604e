import { type BlockId, bytesToHex, concatBytes, CriticalError, errorMessage, utf8ToBytes, writeU32, writeU64 } from "@pangaea/primitives";
import { addressJson, bytesJson, hashJson, parseJson } from "@pangaea/rpc";
import type { Store, Write } from "@pangaea/store";
import { z } from "zod";
import type { SentMessageLog } from "./relay-chain.ts";
import { type RelayMessage, relayMessageOf } from "./relay-message.ts";
import type { RelayPair } from "./relay-policy.ts";

const CURSOR = 0;
const MESSAGE = 1;
const number = z.number().int().nonnegative();
const cursorSchema = z.array(z.object({ number, hash: hashJson })).min(1);
const messageSchema = z.object({
  blockNumber: number, blockHash: hashJson, logIndex: number, timestamp: number, transactionHash: hashJson, log: z.object({ address: addressJson.pipe(bytesJson), topics: z.array(hashJson.pipe(bytesJson)), data: bytesJson }),
});

function pairKey(kind: number, { source, destination }: RelayPair): Uint8Array {
  const key = new Uint8Array(17);
  key[0] = kind;
  writeU64(key, 1, source);
  writeU64(key, 9, destination);
  return key;
}

function messageKey(message: RelayMessage): Uint8Array {
  const place = new Uint8Array(12);
  writeU64(place, 0, message.identifier.blockNumber);
  writeU32(place, 8, message.identifier.logIndex);
  return concatBytes(pairKey(MESSAGE, message), place);
}

function messageValue({ sent: { log, ...place } }: RelayMessage): Uint8Array {
  return utf8ToBytes(JSON.stringify({ ...place, log: { address: bytesToHex(log.address), topics: log.topics.map(bytesToHex), data: bytesToHex(log.data) } }));
}

/** How far each pair of chains has been read, and its messages that are not known to be relayed for good. Durable when a method returns. Throws `CriticalError` for a damaged record. */
export class RelayStore {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** The blocks of the source that were read, ascending, the last is the newest; undefined when the pair is new. */
  points(pair: RelayPair): readonly BlockId[] | undefined {
    const stored = this.#store.get(pairKey(CURSOR, pair));
    return stored === undefined ? undefined : read(cursorSchema, stored, "cursor", pair);
  }

  messages(pair: RelayPair): readonly RelayMessage[] {
    const from = pairKey(MESSAGE, pair);
    const to = concatBytes(from, new Uint8Array(13).fill(0xff));
    return [...this.#store.entries({ from, to })].flatMap(([, value]) => {
      const sent: SentMessageLog = read(messageSchema, value, "message", pair);
      return relayMessageOf(pair.source, pair.destination, sent) ?? [];
    });
  }

  /** Takes down how far a pair has been read, with what was found and what vanished. */
  advance(pair: RelayPair, points: readonly BlockId[], found: readonly RelayMessage[], vanished: readonly RelayMessage[] = []): void {
    const gone: Write[] = vanished.map((message) => [messageKey(message), undefined]);
    const added: Write[] = found.map((message) => [messageKey(message), messageValue(message)]);
    this.#store.write([...gone, ...added, [pairKey(CURSOR, pair), utf8ToBytes(JSON.stringify(points))]]);
  }

  forget(messages: readonly RelayMessage[]): void {
    if (messages.length > 0) this.#store.write(messages.map((message) => [messageKey(message), undefined]));
  }
}

function read<T>(schema: z.ZodType<T>, stored: Uint8Array, what: string, { source, destination }: RelayPair): T {
  try {
    return parseJson(schema, JSON.parse(new TextDecoder().decode(stored)), what);
  } catch (error) {
    throw new CriticalError(`relayer: the stored ${what} of ${source}:${destination} is damaged (${errorMessage(error)}): delete the relayer's folder, it reads the chains again from --relayer.lookback`);
  }
}
