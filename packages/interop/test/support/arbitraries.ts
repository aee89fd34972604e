import { type Hex, hexToBytes, type Log } from "@pangaea/primitives";
import fc from "fast-check";
import { EXECUTING_MESSAGE_TOPIC, encodeIdentifier, type Identifier } from "../../src/index.ts";

const INBOX = hexToBytes("0x4200000000000000000000000000000000000022");
export const bytes = (size: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: size, maxLength: size });
export const hex = (size: number): fc.Arbitrary<Hex> => bytes(size).map((value): Hex => `0x${Buffer.from(value).toString("hex")}`);
export const chainId: fc.Arbitrary<bigint> = fc.oneof(fc.bigInt(0n, 20n), fc.bigInt(0n, (1n << 256n) - 1n), fc.constantFrom((1n << 64n) - 1n, 1n << 64n, (1n << 256n) - 1n));
export const identifier: fc.Arbitrary<Identifier> = fc.record({
  origin: hex(20),
  blockNumber: fc.maxSafeNat(),
  logIndex: fc.nat({ max: 0xffff_ffff }),
  timestamp: fc.maxSafeNat(),
  chainId,
});
export const message = fc.record({ identifier, payloadHash: hex(32) });

/** Logs of any shape, many of them near to an ExecutingMessage event. */
export const anyLog: fc.Arbitrary<Log> = fc.record({
  address: fc.oneof(fc.constant(INBOX), bytes(20)),
  topics: fc.array(fc.oneof(fc.constant(hexToBytes(EXECUTING_MESSAGE_TOPIC)), bytes(32)), { maxLength: 4 }),
  data: fc.oneof(fc.uint8Array({ maxLength: 400 }), bytes(160), identifier.map(encodeIdentifier)),
});

/** The log by which CrossL2Inbox records that a message was executed. */
export const executingLog = (id: Parameters<typeof encodeIdentifier>[0], payloadHash: Hex): Log => ({ address: INBOX, topics: [hexToBytes(EXECUTING_MESSAGE_TOPIC), hexToBytes(payloadHash)], data: encodeIdentifier(id) });
/** A log that nobody executes. */
export const plainLog: Log = { address: new Uint8Array(20).fill(7), topics: [], data: new Uint8Array(3) };
