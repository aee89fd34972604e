import { type Identifier, inboxEntriesOf, messageChecksum } from "@pangaea/interop";
import { type BlockId, type Hex, InvalidInputError, isHex, NotFoundError, quantityToBigInt, quantityToNumber, shorten } from "@pangaea/primitives";
import type { RpcMethods } from "@pangaea/rpc";
import { type BlockExplanation, type BlockStatus, explainBlock, explainDenied } from "../explain.ts";
import type { Interop } from "../interop.ts";
import { containsClaim } from "../rules.ts";

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
 * `interop_explain(chainId, block)`: why a block is as certain as it is; the block by number, by hash, or as "unsafe", "safe" or "finalized".
 * `interop_messageStatus(identifier, payloadHash)`: what can be said of a message.
 */
export function explainMethods(interop: Interop): RpcMethods {
  return {
    interop_explain: async ([chain, block]) => explanationToJson(await explain(interop, chainIdOf(chain), block)),
    interop_messageStatus: ([identifier, payloadHash]) => messageStatus(interop, identifier, payloadHash),
  };
}

const chainIdOf = (value: unknown): number => (typeof value === "number" && Number.isSafeInteger(value) ? value : typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : quantityToNumber(value, "chain id"));

async function explain(interop: Interop, chainId: number, block: unknown): Promise<BlockExplanation> {
  const { chain } = interop.watched(chainId);
  const labels: Readonly<Record<string, number | undefined>> = { unsafe: chain.heads()?.unsafe.number, latest: chain.heads()?.unsafe.number, safe: chain.heads()?.safe.number, finalized: chain.heads()?.finalized.number };
  if (typeof block === "string" && block in labels) {
    const number = labels[block];
    if (number === undefined) throw new NotFoundError(`chain ${chainId} has no ${block} block yet`);
    return explainBlock(interop, chainId, number);
  }
  if (!isHex(block, 32)) return explainBlock(interop, chainId, typeof block === "number" ? block : quantityToNumber(block, "block"));
  const denied = explainDenied(interop, chainId, block);
  if (denied !== undefined) return denied;
  return explainBlock(interop, chainId, await numberOf(chain, block));
}

/** The number of the block with a hash, or of the block that holds the transaction with that hash. */
async function numberOf({ chainId, execution }: Interop["chains"][number]["chain"], hash: Hex): Promise<number> {
  try {
    return (await execution.payloadByHash(hash)).payload.blockNumber;
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    throw new NotFoundError(`chain ${chainId} has no block ${hash}`);
  }
}

function messageStatus(interop: Interop, identifierJson: unknown, payloadHash: unknown): MessageStatus {
  const identifier = parseIdentifier(identifierJson);
  if (!isHex(payloadHash, 32)) throw new InvalidInputError(`the second parameter wants the message's payload hash, 32 bytes of hex (is ${shorten(JSON.stringify(payloadHash) ?? "missing")})`);
  const checksum = messageChecksum(identifier, payloadHash);
  const source = interop.chains.find(({ chain }) => BigInt(chain.chainId) === identifier.chainId);
  const answer = containsClaim({ identifier, checksum }, source && { config: source.chain.config, index: source.index, upTo: Number.MAX_SAFE_INTEGER });
  const common = { found: answer.kind, checksum, expiresAt: identifier.timestamp + interop.rules.dependencySet.messageExpiryWindow };
  if (answer.kind !== "yes") return { ...common, reason: answer.reason };
  const { number, hash, timestamp } = answer.block;
  return { ...common, block: { number, hash, timestamp }, safety: explainBlock(interop, Number(identifier.chainId), number).status, inboxEntries: inboxEntriesOf({ identifier, payloadHash }) };
}

/** Reads an identifier as clients send it: numbers or quantities. Throws `InvalidInputError` naming the field. */
function parseIdentifier(json: unknown): Identifier {
  if (typeof json !== "object" || json === null) throw new InvalidInputError(`identifier: wanted an object with origin, blockNumber, logIndex, timestamp and chainId (is ${shorten(JSON.stringify(json) ?? "missing")})`);
  const fields: { origin?: unknown; blockNumber?: unknown; logIndex?: unknown; timestamp?: unknown; chainId?: unknown; chainID?: unknown } = json;
  const whole = (name: "blockNumber" | "logIndex" | "timestamp") => {
    const value = fields[name];
    return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : quantityToNumber(value, `identifier: ${name}`);
  };
  if (!isHex(fields.origin, 20)) throw new InvalidInputError(`identifier: origin wants 20 bytes of hex (is ${shorten(JSON.stringify(fields.origin) ?? "missing")})`);
  const chain = fields.chainId ?? fields.chainID;
  const chainId = typeof chain === "number" || (typeof chain === "string" && /^\d+$/.test(chain)) ? BigInt(chain) : quantityToBigInt(chain, "identifier: chainId");
  return { origin: fields.origin.toLowerCase() as Hex, blockNumber: whole("blockNumber"), logIndex: whole("logIndex"), timestamp: whole("timestamp"), chainId };
}

/** As JSON: chain ids of messages in decimal. */
function explanationToJson({ messages, ...rest }: BlockExplanation): unknown {
  return { ...rest, messages: messages.map(({ message, ...verdict }) => ({ ...verdict, ...message, identifier: { ...message.identifier, chainId: message.identifier.chainId.toString() } })) };
}

