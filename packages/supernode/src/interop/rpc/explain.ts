import { type BlockId, formatBlock, type Hex, InvalidInputError, isHex, NotFoundError, quantityToNumber, shortJson } from "@pangaea/primitives";
import type { RpcMethods } from "@pangaea/rpc";
import { type BlockExplanation, type ExplainedMessage, explainBlock, explainDenied } from "../explain.ts";
import type { Interop } from "../interop.ts";
import { findTransaction } from "../find-transaction.ts";

type Chain = Interop["chains"][number]["chain"];
type HeadName = keyof NonNullable<ReturnType<Chain["heads"]>>;

/** Which of a chain's heads a word means. */
const LABELS: ReadonlyMap<unknown, HeadName> = new Map<unknown, HeadName>([["unsafe", "unsafe"], ["latest", "unsafe"], ["cross-unsafe", "crossUnsafe"], ["local-safe", "localSafe"], ["safe", "safe"], ["finalized", "finalized"]]);
const WANTED = `a block number, a hash of a block or a transaction, or one of ${[...LABELS.keys()].join(", ")}`;

/**
 * `interop_explain(chainId, block or transaction)`: why a block is as certain as it is, and what it waits for. The block by number, by hash,
 * or as the head of a label; with a transaction's hash its block, and of the messages only the transaction's own.
 */
export function explainMethods(interop: Interop): RpcMethods {
  return { interop_explain: async ([chain, which]) => explanationToJson(await explain(interop, parseWhole(chain, "chain id"), which)) };
}

/** A number, a quantity, or decimal text. Throws `InvalidInputError`. */
function parseWhole(value: unknown, what: string): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  return typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : quantityToNumber(value, what);
}

async function explain(interop: Interop, chainId: number, which: unknown): Promise<BlockExplanation & { readonly transactionHash?: Hex }> {
  const { chain } = interop.watched(chainId);
  const head = LABELS.get(which);
  if (head !== undefined) {
    const block = headOf(interop, chain, head);
    if (block === undefined) throw new NotFoundError(`chain ${chainId} has no ${which} block yet`);
    return explainBlock(interop, chainId, block.number);
  }
  if (isHex(which, 32)) {
    const hash = which.toLowerCase() as Hex;
    return explainDenied(interop, chainId, hash) ?? (await explainByHash(interop, chainId, hash));
  }
  if (typeof which !== "number" && (typeof which !== "string" || !/^(?:\d+|0x.*)$/i.test(which))) throw new InvalidInputError(`the second parameter wants ${WANTED} (is ${shortJson(which)})`);
  return explainBlock(interop, chainId, parseWhole(which, "block"));
}

/** The cross-unsafe head is the activity's own; a node takes it up later. */
function headOf({ crossUnsafe }: Interop, chain: Chain, head: HeadName): BlockId | undefined {
  return (head === "crossUnsafe" ? crossUnsafe.head(chain.chainId) : undefined) ?? chain.heads()?.[head];
}

async function explainByHash(interop: Interop, chainId: number, hash: Hex): Promise<BlockExplanation & { readonly transactionHash?: Hex }> {
  const { chain } = interop.watched(chainId);
  const found = await findTransaction(chain, hash);
  if (found === undefined) return explainByBlockHash(interop, chain, hash);
  const { block, firstLog, logs } = found;
  const explanation = explainBlock(interop, chainId, block.number);
  return { ...explanation, transactionHash: hash, messages: explanation.messages.filter(({ message }) => message.logIndex >= firstLog && message.logIndex < firstLog + logs.length) };
}

async function explainByBlockHash(interop: Interop, { chainId, execution }: Chain, hash: Hex): Promise<BlockExplanation> {
  const number = await execution.payloadByHash(hash).then(
    ({ payload }) => payload.blockNumber,
    (error: unknown) => {
      if (!(error instanceof NotFoundError)) throw error;
      throw new NotFoundError(`chain ${chainId} has neither a block nor a transaction ${hash}: what a block that left the chain held is in none, until it comes in another`);
    },
  );
  const explanation = explainBlock(interop, chainId, number);
  if (explanation.block.hash !== hash) throw new NotFoundError(`chain ${chainId}: block ${formatBlock({ number, hash })} is not of the chain, ${explanation.block.hash} stands at its height: ask for block ${number}`);
  return explanation;
}

/** As JSON: chain ids of messages in decimal. */
export function explainedMessageToJson({ message, ...verdict }: ExplainedMessage): unknown {
  return { ...verdict, ...message, identifier: { ...message.identifier, chainId: message.identifier.chainId.toString() } };
}

function explanationToJson({ messages, ...rest }: BlockExplanation): unknown {
  return { ...rest, messages: messages.map(explainedMessageToJson) };
}
