import { type Identifier, inboxEntriesOf, messageChecksum, payloadHashOf } from "@pangaea/interop";
import { type BlockId, type Hex, InvalidInputError, isHex, NotFoundError, quantityToBigInt, quantityToNumber, shortJson, TemporaryError } from "@pangaea/primitives";
import type { RpcMethods } from "@pangaea/rpc";
import { type BlockStatus, explainBlock } from "../explain.ts";
import type { Interop } from "../interop.ts";
import { containsClaim } from "../rules.ts";
import { explainedMessageToJson } from "./explain.ts";
import { findTransaction } from "../find-transaction.ts";

/** What can be said of a message: whether its log is where the identifier says, how certain that is, and until when it can be executed. */
interface MessageStatus {
  readonly found: "yes" | "contradiction" | "not-yet" | "pruned";
  readonly reason?: string;
  readonly block?: BlockId & { readonly timestamp: number };
  readonly safety?: BlockStatus;
  /** Last second at which it can be executed, Unix seconds. */
  readonly expiresAt: number;
  readonly checksum: Hex;
  /** The storage keys that a transaction lists to execute it. */
  readonly inboxEntries?: readonly Hex[];
}

/**
 * `interop_messageStatus(identifier, payloadHash)`: what can be said of a message. `interop_messageStatus(transactionHash)`: of every log
 * that a transaction emitted, each of which is a message, and of those that it executed.
 */
export function messageStatusMethods(interop: Interop): RpcMethods {
  return {
    interop_messageStatus: ([identifierOrHash, payloadHash]) => (isHex(identifierOrHash, 32) ? transactionStatus(interop, identifierOrHash.toLowerCase() as Hex) : messageStatus(interop, parseIdentifier(identifierOrHash), parsePayloadHash(payloadHash))),
  };
}

async function transactionStatus(interop: Interop, hash: Hex): Promise<unknown> {
  for (const { chain } of interop.chains) {
    const found = await findTransaction(chain, hash);
    if (found === undefined) continue;
    const { block, timestamp, firstLog, logs } = found;
    const explanation = explainBlock(interop, chain.chainId, block.number);
    const sent = logs.map((log, i) => {
      const identifier: Identifier = { origin: log.origin, blockNumber: block.number, logIndex: firstLog + i, timestamp, chainId: BigInt(chain.chainId) };
      const payloadHash = payloadHashOf(log);
      return { identifier: { ...identifier, chainId: String(chain.chainId) }, payloadHash, ...messageStatus(interop, identifier, payloadHash) };
    });
    const executed = explanation.messages.filter(({ message }) => message.logIndex >= firstLog && message.logIndex < firstLog + logs.length).map(explainedMessageToJson);
    return { chainId: chain.chainId, transactionHash: hash, block: { ...block, timestamp }, safety: explanation.status, sent, executed };
  }
  throw new NotFoundError(`transaction ${hash} is in no block of the chains ${interop.chains.map(({ chain }) => chain.chainId).join(", ")}`);
}

function messageStatus(interop: Interop, identifier: Identifier, payloadHash: Hex): MessageStatus {
  const checksum = messageChecksum(identifier, payloadHash);
  const source = interop.chains.find(({ chain }) => BigInt(chain.chainId) === identifier.chainId);
  const answer = containsClaim({ identifier, checksum }, source && { config: source.chain.config, index: source.index, upTo: Number.MAX_SAFE_INTEGER });
  const common = { found: answer.kind, checksum, expiresAt: identifier.timestamp + interop.rules.dependencySet.messageExpiryWindow };
  if (answer.kind !== "yes") return { ...common, reason: answer.reason };
  const { blockNumber: number, timestamp } = identifier;
  const hash = source?.index.hashAt(number);
  if (hash === undefined) throw new TemporaryError(`block ${number} of chain ${identifier.chainId} has just left the index: ask again`);
  return { ...common, block: { number, hash, timestamp }, safety: explainBlock(interop, Number(identifier.chainId), number).status, inboxEntries: inboxEntriesOf({ identifier, payloadHash }) };
}

function parsePayloadHash(value: unknown): Hex {
  if (!isHex(value, 32)) throw new InvalidInputError(`the second parameter wants the message's payload hash, 32 bytes of hex (is ${shortJson(value)})`);
  return value;
}

/** Reads an identifier as clients send it: numbers or quantities. Throws `InvalidInputError` naming the field. */
function parseIdentifier(json: unknown): Identifier {
  if (typeof json !== "object" || json === null) throw new InvalidInputError(`wanted a transaction hash, or an identifier: an object with origin, blockNumber, logIndex, timestamp and chainId (is ${shortJson(json)})`);
  const fields: { origin?: unknown; blockNumber?: unknown; logIndex?: unknown; timestamp?: unknown; chainId?: unknown; chainID?: unknown } = json;
  const whole = (name: "blockNumber" | "logIndex" | "timestamp") => {
    const value = fields[name];
    return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : quantityToNumber(value, `identifier: ${name}`);
  };
  if (!isHex(fields.origin, 20)) throw new InvalidInputError(`identifier: origin wants 20 bytes of hex (is ${shortJson(fields.origin)})`);
  const chain = fields.chainId ?? fields.chainID;
  const isDecimal = (typeof chain === "number" && Number.isSafeInteger(chain) && chain >= 0) || (typeof chain === "string" && /^\d{1,78}$/.test(chain));
  const chainId = isDecimal ? BigInt(chain) : quantityToBigInt(chain, "identifier: chainId");
  return { origin: fields.origin.toLowerCase() as Hex, blockNumber: whole("blockNumber"), logIndex: whole("logIndex"), timestamp: whole("timestamp"), chainId };
}
