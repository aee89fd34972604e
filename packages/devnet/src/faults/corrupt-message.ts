import type { Identifier, Message } from "@pangaea/interop";
import { bytesToHex, type Hex, hexToBytes } from "@pangaea/primitives";

/** What can be wrong in a message. */
export const MESSAGE_FIELDS = ["origin", "blockNumber", "logIndex", "timestamp", "chainId", "payload"] as const;
export type MessageField = (typeof MESSAGE_FIELDS)[number];

/** Far from the chain ids of any devnet. */
const STRANGE_CHAINS = 1_000_000_000n;
/** More logs than a block has. */
const BEYOND_ALL_LOGS = 1_000_000;

function otherBytes(hex: Hex): Hex {
  const bytes = hexToBytes(hex);
  bytes[bytes.length - 1]! ^= 1;
  return bytesToHex(bytes);
}

function wrongIdentifier(identifier: Identifier, field: Exclude<MessageField, "payload">): Identifier {
  switch (field) {
    case "origin":
      return { ...identifier, origin: otherBytes(identifier.origin) };
    case "blockNumber":
      return { ...identifier, blockNumber: identifier.blockNumber + 1 };
    case "logIndex":
      return { ...identifier, logIndex: identifier.logIndex + BEYOND_ALL_LOGS };
    case "timestamp":
      return { ...identifier, timestamp: identifier.timestamp - 1 };
    case "chainId":
      return { ...identifier, chainId: identifier.chainId + STRANGE_CHAINS };
  }
}

/** The message with one field wrong and all others as they were. What comes of it can be encoded, and is true of no log. */
export function corruptMessage(message: Message & { readonly identifier: Identifier }, field: MessageField): Message & { readonly identifier: Identifier } {
  if (field === "payload") return { ...message, payloadHash: otherBytes(message.payloadHash) };
  return { ...message, identifier: wrongIdentifier(message.identifier, field) };
}
