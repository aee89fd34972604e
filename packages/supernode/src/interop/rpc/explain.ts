import { type BlockId, type Hex, InvalidInputError, isHex, NotFoundError, quantityToNumber, shortJson } from "@pangaea/primitives";
import type { RpcMethods } from "@pangaea/rpc";
import { type BlockExplanation, type ExplainedMessage, explainBlock, explainDenied } from "../explain.ts";
import type { Interop } from "../interop.ts";
import { findTransaction } from "../find-transaction.ts";

/**
 * `interop_explain(chainId, block or transaction)`: why a block is as certain as it is, and what it waits for. The block by number, by hash,
 * or as "latest", "unsafe", "safe" or "finalized"; with a transaction's hash its block, and of the messages only the transaction's own.
 */
export function explainMethods(interop: Interop): RpcMethods {
  return { interop_explain: async ([chain, which]) => explanationToJson(await explain(interop, parseChainId(chain), which)) };
}

function parseChainId(value: unknown): number {
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  return typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : quantityToNumber(value, "chain id");
}

async function explain(interop: Interop, chainId: number, which: unknown): Promise<BlockExplanation & { readonly transactionHash?: Hex }> {
  const { chain } = interop.watched(chainId);
  if (typeof which === "string" && !which.startsWith("0x")) {
    const heads = chain.heads();
    const labels: Readonly<Record<string, BlockId | undefined>> = { unsafe: heads?.unsafe, latest: heads?.unsafe, safe: heads?.safe, finalized: heads?.finalized };
    if (!(which in labels)) throw new InvalidInputError(`the second parameter wants a block number, a hash of a block or a transaction, latest, unsafe, safe or finalized (is ${shortJson(which)})`);
    const block = labels[which];
    if (block === undefined) throw new NotFoundError(`chain ${chainId} has no ${which} block yet`);
    return explainBlock(interop, chainId, block.number);
  }
  if (!isHex(which, 32)) return explainBlock(interop, chainId, typeof which === "number" ? which : quantityToNumber(which, "block"));
  return explainDenied(interop, chainId, which) ?? (await explainByHash(interop, chainId, which));
}

async function explainByHash(interop: Interop, chainId: number, hash: Hex): Promise<BlockExplanation & { readonly transactionHash?: Hex }> {
  const { chain } = interop.watched(chainId);
  const found = await findTransaction(chain, hash);
  if (found === undefined) return explainBlock(interop, chainId, await heightOf(chain, hash));
  const { block, firstLog, logs } = found;
  const explanation = explainBlock(interop, chainId, block.number);
  return { ...explanation, transactionHash: hash, messages: explanation.messages.filter(({ message }) => message.logIndex >= firstLog && message.logIndex < firstLog + logs.length) };
}

async function heightOf({ chainId, execution }: Interop["chains"][number]["chain"], hash: Hex): Promise<number> {
  try {
    return (await execution.payloadByHash(hash)).payload.blockNumber;
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    throw new NotFoundError(`chain ${chainId} has neither a block nor a transaction ${hash}`);
  }
}

/** As JSON: chain ids of messages in decimal. */
export function explainedMessageToJson({ message, ...verdict }: ExplainedMessage): unknown {
  return { ...verdict, ...message, identifier: { ...message.identifier, chainId: message.identifier.chainId.toString() } };
}

function explanationToJson({ messages, ...rest }: BlockExplanation): unknown {
  return { ...rest, messages: messages.map(explainedMessageToJson) };
}
