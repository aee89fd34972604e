import { INTEROP_PREDEPLOYS, PREDEPLOYS } from "@pangaea/config";
import { encodeCall } from "@pangaea/contracts";
import { accessListOf, type Identifier, type Message, payloadHashOf } from "@pangaea/interop";
import { bytesToHex, type Hex, InvalidInputError, type L2BlockRef, TemporaryError } from "@pangaea/primitives";
import type { ChainContainer } from "@pangaea/supernode";
import { corruptMessage, type MessageField } from "./corrupt-message.ts";
import { forceFaultCall, logsOfBlock } from "./fault-account.ts";
import { chainOf, type FaultModules } from "./fault-modules.ts";

const VALIDATE = "validateMessage((address,uint256,uint256,uint256,uint256),bytes32)";
/** How many of a chain's newest blocks are searched for a log. */
const SEARCHED_BLOCKS = 64;
const SOURCE_POLL_MS = 50;
const SOURCE_WAIT_MS = 20_000;

type PlacedMessage = Message & { readonly identifier: Identifier };

/** What was posted. The identifier as `interop_explain` gives it: the chain id in decimal. */
export interface InvalidMessage {
  readonly chainId: number;
  readonly transactionHash: Hex;
  readonly blockNumber: number;
  readonly blockHash: Hex;
  readonly identifier: Omit<Identifier, "chainId"> & { readonly chainId: string };
  readonly payloadHash: Hex;
  /** What is wrong in identifier and payload hash. */
  readonly field: MessageField;
}

export interface InvalidMessageInput {
  readonly chainId: number;
  readonly field: MessageField;
  /** The chain whose log is the basis; the first other one unless given. */
  readonly source: number | undefined;
}

/**
 * Puts a transaction that executes a message with one wrong field into the chain's next block, past the check of the pool. It succeeds there: only
 * who knows the other chain can tell. Throws `InvalidInputError` where interop is not active, `TemporaryError` when the chain does not come so far.
 */
export async function sendInvalidMessage(modules: FaultModules, { chainId, field, source }: InvalidMessageInput): Promise<InvalidMessage> {
  const executing = chainOf(modules, chainId);
  const initiating = sourceOf(modules, chainId, source);
  for (const chain of [executing, initiating]) requireInterop(chain);
  const basis = (await newestMessage(modules, initiating)) ?? (await sendMessage(modules, initiating));
  await untilPast(modules, executing, basis.identifier.timestamp);
  const message = corruptMessage(basis, field);
  const { origin, blockNumber, logIndex, timestamp, chainId: from } = message.identifier;
  const data = encodeCall(VALIDATE, [origin, blockNumber, logIndex, timestamp, from, message.payloadHash]);
  const { transactionHash, block } = await forceFaultCall(modules, chainId, { to: INTEROP_PREDEPLOYS.crossL2Inbox, data, accessList: accessListOf([message]) });
  return { chainId, transactionHash, blockNumber: block.number, blockHash: block.hash, identifier: { ...message.identifier, chainId: from.toString() }, payloadHash: message.payloadHash, field };
}

function sourceOf(modules: FaultModules, chainId: number, source: number | undefined): ChainContainer {
  const id = source ?? [...modules.chains().keys()].find((other) => other !== chainId);
  if (id === undefined) throw new InvalidInputError(`chain ${chainId} is alone on this devnet, and a message comes from another chain: start it with --chains 901,902`);
  if (id === chainId) throw new InvalidInputError(`source wants another chain than ${chainId}: ${[...modules.chains().keys()].filter((other) => other !== chainId).join(", ")}`);
  return chainOf(modules, id);
}

/** The contracts are there once a block after the activation's stands. */
function requireInterop({ chainId, config, node }: ChainContainer): void {
  const { lagoon } = config.forks;
  const now = node.syncStatus().unsafe_l2.timestamp;
  if (lagoon === undefined || now < lagoon + config.blockTime) throw new InvalidInputError(`interop is not active on chain ${chainId}${lagoon === undefined ? "" : `: it activates at ${lagoon}, the chain is at ${now}`} (--interop.activation)`);
}

/** The newest log of the chain as a message. */
async function newestMessage(modules: FaultModules, { chainId, config, execution, node }: ChainContainer): Promise<PlacedMessage | undefined> {
  const head = node.syncStatus().unsafe_l2.number;
  for (let number = head; number > Math.max(head - SEARCHED_BLOCKS, config.genesis.l2.number); number--) {
    const { payload } = await execution.payloadByNumber(number);
    if (payload.timestamp < (config.forks.lagoon ?? 0) + config.blockTime) return undefined;
    const message = await lastMessageOf(modules, chainId, { number, hash: payload.blockHash, timestamp: payload.timestamp });
    if (message !== undefined) return message;
  }
  return undefined;
}

/** Has the chain emit a log: the message passer's, which any call with empty data makes. */
async function sendMessage(modules: FaultModules, { chainId }: ChainContainer): Promise<PlacedMessage> {
  const { block } = await forceFaultCall(modules, chainId, { to: PREDEPLOYS.l2ToL1MessagePasser });
  const message = await lastMessageOf(modules, chainId, block);
  if (message === undefined) throw new TemporaryError(`block ${block.number} of chain ${chainId} has no log, though one was made: try again`);
  return message;
}

async function lastMessageOf(modules: FaultModules, chainId: number, { number, hash, timestamp }: Pick<L2BlockRef, "number" | "hash" | "timestamp">): Promise<PlacedMessage | undefined> {
  const last = (await logsOfBlock(modules, chainId, hash)).at(-1);
  if (last === undefined) return undefined;
  return { identifier: { origin: bytesToHex(last.log.address), blockNumber: number, logIndex: last.logIndex, timestamp, chainId: BigInt(chainId) }, payloadHash: payloadHashOf(last.log) };
}

/** Waits until the chain's next block is younger than the message, so that its time breaks no rule. */
async function untilPast({ clock }: FaultModules, { chainId, node }: ChainContainer, timestamp: number): Promise<void> {
  for (const deadline = clock.now() + SOURCE_WAIT_MS; node.syncStatus().unsafe_l2.timestamp < timestamp; ) {
    if (clock.now() > deadline) throw new TemporaryError(`chain ${chainId} is at ${node.syncStatus().unsafe_l2.timestamp} and does not reach the message's time ${timestamp}: does its sequencer run?`);
    await clock.sleep(SOURCE_POLL_MS);
  }
}
