import { text } from "@pangaea/config";
import { accessListOf, inboxEntriesOf, logHashFrom, messageChecksum, type WideIdentifier } from "@pangaea/interop";
import { bytesToHex, type Hex, hexToBytes, InvalidInputError, isHex, keccak256Hex } from "@pangaea/primitives";
import { inspection, needed } from "./inspection.ts";

/** A whole number, decimal or with 0x. */
function integer(value: string | undefined, flag: string): bigint {
  const given = needed(value, flag);
  if (!/^(?:\d+|0x[0-9a-fA-F]+)$/.test(given)) throw new InvalidInputError(`--${flag} wants a whole number, not "${given}"`);
  return BigInt(given);
}

/** What executes a message between chains, from where it lies and what it says. */
export const message = inspection({
  summary: "hashes, checksum and access list of a message between chains",
  takesFile: false,
  flags: {
    origin: text("contract that emitted the log", "ADDRESS"),
    block: text("number of its block", "N"),
    index: text("its place among the block's logs", "N"),
    timestamp: text("its block's time", "SECONDS"),
    chain: text("chain id of its block", "ID"),
    payload: text("its topics and data, joined", "HEX"),
    "payload-hash": text("keccak of the payload, where that alone is known", "HASH"),
  },
  run: async (_, { origin: givenOrigin, block, index, timestamp, chain, payload, "payload-hash": givenHash }) => {
    const origin = needed(givenOrigin, "origin");
    if (!isHex(origin, 20)) throw new InvalidInputError(`--origin ${origin} is not an address`);
    const identifier: WideIdentifier = { origin: origin.toLowerCase() as Hex, blockNumber: integer(block, "block"), logIndex: Number(integer(index, "index")), timestamp: integer(timestamp, "timestamp"), chainId: integer(chain, "chain") };
    const payloadHash = payload === undefined && givenHash !== undefined ? bytesToHex(hexToBytes(givenHash, 32)) : keccak256Hex(hexToBytes(needed(payload, "payload")));
    const one = { identifier, payloadHash };
    return { found: { identifier, payloadHash, logHash: logHashFrom(identifier.origin, payloadHash), checksum: messageChecksum(identifier, payloadHash), entries: inboxEntriesOf(one), accessList: accessListOf([one]) } };
  },
});
