import { INTEROP_PREDEPLOYS } from "@pangaea/config";
import { type AccessList, bytesToBigInt, bytesToHex, type Hex, hexBytesOf, InvalidInputError, readU32, readU64, shorten, shortJson, toSafeNumber } from "@pangaea/primitives";
import { chainIdWord, type LogPlace, type WideIdentifier, type WideLogPlace, writeCheckedU64, writeLogIndex } from "./identifier.ts";
import { CHECKSUM_TYPE, messageChecksum } from "./payload.ts";

const LOOKUP_TYPE = 1;
const CHAIN_ID_EXTENSION_TYPE = 2;
const ENTRY_BYTES = 32;
const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** A claim that a log with this checksum lies at this place. An executing message makes one, and so does an inbox access list. */
export interface MessageClaim {
  readonly identifier: LogPlace;
  /** 32 bytes, the first is 3. */
  readonly checksum: Hex;
}

/** A message to be executed: where its log lies, and keccak of what it says. */
export interface Message {
  readonly identifier: WideIdentifier;
  readonly payloadHash: Hex;
}

/** The lookup entry: type 1, chain id's low 64 bits, block number, timestamp, log index. Throws `InvalidInputError` for a field out of range. */
export function lookupEntry({ blockNumber, logIndex, timestamp, chainId }: WideLogPlace): Hex {
  const entry = new Uint8Array(ENTRY_BYTES);
  entry[0] = LOOKUP_TYPE;
  entry.set(chainIdWord(chainId).subarray(24), 4);
  writeCheckedU64(entry, 12, blockNumber, "block number");
  writeCheckedU64(entry, 20, timestamp, "timestamp");
  writeLogIndex(entry, 28, logIndex);
  return bytesToHex(entry);
}

/** The chain id extension entry: type 2, chain id's upper 192 bits; `undefined` when they are zero and the entry is left out. */
export function chainIdExtensionEntry(chainId: bigint): Hex | undefined {
  if (chainId >> 64n === 0n) return undefined;
  const entry = new Uint8Array(ENTRY_BYTES);
  entry[0] = CHAIN_ID_EXTENSION_TYPE;
  entry.set(chainIdWord(chainId).subarray(0, 24), 8);
  return bytesToHex(entry);
}

/** The storage keys of CrossL2Inbox that a transaction must list to execute a message: lookup, extension where needed, checksum. Throws `InvalidInputError` for a field out of range. */
export function inboxEntriesOf({ identifier, payloadHash }: Message): readonly Hex[] {
  const extension = chainIdExtensionEntry(identifier.chainId);
  return [lookupEntry(identifier), ...(extension === undefined ? [] : [extension]), messageChecksum(identifier, payloadHash)];
}

/** The access list of a transaction that executes these messages; a message given twice is listed once, and no messages make an empty list. */
export function accessListOf(messages: readonly Message[]): AccessList {
  const byChecksum = new Map<Hex | undefined, readonly Hex[]>();
  for (const message of messages) {
    const entries = inboxEntriesOf(message);
    byChecksum.set(entries.at(-1), entries);
  }
  return byChecksum.size === 0 ? [] : [{ address: INTEROP_PREDEPLOYS.crossL2Inbox, storageKeys: [...byChecksum.values()].flat() }];
}

function entryAt(entries: readonly string[], at: number, wanted: string): Uint8Array {
  const entry = entries[at];
  if (entry === undefined) throw new InvalidInputError(`inbox access list: expected entry ${at}, ${wanted}, but the list ends there`);
  const bytes = hexBytesOf(entry, ENTRY_BYTES);
  if (bytes === undefined) throw new InvalidInputError(`inbox access list: malformed entry ${at}: it must be 32 bytes of hex (is ${typeof entry === "string" ? shorten(entry) : shortJson(entry)})`);
  return bytes;
}

function checkReserved(entry: Uint8Array, end: number, at: number, kind: string): void {
  for (let i = 1; i < end; i++) {
    if (entry[i] !== 0) throw new InvalidInputError(`inbox access list: malformed entry ${at}: reserved byte ${i} of a ${kind} is ${entry[i]}, it must be 0 (${bytesToHex(entry)})`);
  }
}

/** A field of an entry. The words of its error are put together for the error alone: every transaction that enters a pool passes here. */
function safeU64(entry: Uint8Array, from: number, what: string, at: number): number {
  const value = readU64(entry, from);
  return value <= MAX_SAFE ? Number(value) : toSafeNumber(value, `inbox access list: ${what} of entry ${at}`);
}

function unexpectedType(entry: Uint8Array, at: number, wanted: string): InvalidInputError {
  return new InvalidInputError(`inbox access list: unexpected entry type ${entry[0]} at entry ${at}, wanted ${wanted} (${bytesToHex(entry)})`);
}

/** A checksum as almost all come: it need not be taken apart. */
const isPlainChecksum = (entry: unknown): entry is Hex => typeof entry === "string" && /^0x03[0-9a-f]{62}$/.test(entry);

/** Reads what follows a lookup: the chain id's upper bits, in their place, and the checksum. */
function readAfterLookup(entries: readonly string[], at: number): { readonly upper: bigint; readonly checksum: Hex; readonly next: number } {
  const first = entries[at];
  if (isPlainChecksum(first)) return { upper: 0n, checksum: first, next: at + 1 };
  const entry = entryAt(entries, at, "a chain id extension (type 2) or a checksum (type 3)");
  if (entry[0] === CHECKSUM_TYPE) return { upper: 0n, checksum: bytesToHex(entry), next: at + 1 };
  if (entry[0] !== CHAIN_ID_EXTENSION_TYPE) throw unexpectedType(entry, at, "a chain id extension (2) or a checksum (3)");
  checkReserved(entry, 8, at, "chain id extension");
  const checksum = entryAt(entries, at + 1, "a checksum (type 3)");
  if (checksum[0] !== CHECKSUM_TYPE) throw unexpectedType(checksum, at + 1, "a checksum (3)");
  return { upper: bytesToBigInt(entry.subarray(8)) << 64n, checksum: bytesToHex(checksum), next: at + 2 };
}

/**
 * Reads one message's entries from `at` on: a lookup, a chain id extension or none, a checksum. `next` is the place after them.
 * Throws `InvalidInputError` with the entry's place: the list ends too early ("expected entry"), another type ("unexpected entry type"),
 * reserved bytes that are not zero or not 32 bytes ("malformed entry"), a block number or time above 2^53-1.
 * Source: op-stack `ParseAccess`; the three kinds of entry are in specs `interop/predeploys.md#access-list`.
 */
export function readInboxClaim(entries: readonly string[], at: number): { readonly claim: MessageClaim; readonly next: number } {
  const lookup = entryAt(entries, at, "a lookup (type 1)");
  if (lookup[0] !== LOOKUP_TYPE) throw unexpectedType(lookup, at, "a lookup (1)");
  checkReserved(lookup, 4, at, "lookup");
  const { upper, checksum, next } = readAfterLookup(entries, at + 1);
  const chainId = readU64(lookup, 4) | upper;
  const identifier: LogPlace = { blockNumber: safeU64(lookup, 12, "block number", at), logIndex: readU32(lookup, 28), timestamp: safeU64(lookup, 20, "timestamp", at), chainId };
  return { claim: { identifier, checksum }, next };
}

/** Reads all of an inbox access list's entries; an empty list claims nothing. Throws `InvalidInputError` as `readInboxClaim` does. */
export function parseInboxEntries(entries: readonly string[]): readonly MessageClaim[] {
  const claims: MessageClaim[] = [];
  for (let at = 0; at < entries.length; ) {
    const { claim, next } = readInboxClaim(entries, at);
    claims.push(claim);
    at = next;
  }
  return claims;
}

/** The storage keys under CrossL2Inbox of a transaction's access list, those of several tuples joined in order. */
export function inboxEntriesIn(accessList: AccessList): readonly Hex[] {
  return accessList.flatMap(({ address, storageKeys }) => (address.toLowerCase() === INTEROP_PREDEPLOYS.crossL2Inbox ? storageKeys : []));
}

/** What a transaction's access list claims about messages; other contracts' tuples are passed over. Throws `InvalidInputError` as `readInboxClaim` does. */
export function messagesOfAccessList(accessList: AccessList): readonly MessageClaim[] {
  return parseInboxEntries(inboxEntriesIn(accessList));
}
