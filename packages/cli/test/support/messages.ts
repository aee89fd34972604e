import { buildExecutingMessage } from "@eth-optimism/viem/actions/interop";
import { crossL2InboxAbi, l2ToL2CrossDomainMessengerAbi } from "@eth-optimism/viem/abis";
import { encodeAccessList } from "@eth-optimism/viem/utils/interop";
import { type AccessList, concat, encodeFunctionData, erc20Abi, type Hex, keccak256, pad, type TransactionReceipt, toEventSelector, toHex } from "viem";
import { account, type Devnet, publicClient, rpc, viemChain, walletClient } from "./devnet.ts";
import { until } from "./program.ts";

export const INBOX = "0x4200000000000000000000000000000000000022";
export const MESSENGER = "0x4200000000000000000000000000000000000023";

/** A log as other chains name it, and its payload. */
export interface SentLog {
  readonly id: { readonly origin: Hex; readonly blockNumber: bigint; readonly logIndex: bigint; readonly timestamp: bigint; readonly chainId: bigint };
  readonly payload: Hex;
  readonly transactionHash: Hex;
}

/** Who sends: an index into the devnet's accounts; each test has its own, so that nonces do not meet. */
export type Sender = number;

/** Emits a log on a chain: a message of the messenger, to no one in particular. */
export async function send(devnet: Devnet, index: number, sender: Sender, destination = 1): Promise<SentLog> {
  const { chainId, url } = devnet.chain(index);
  const to = devnet.ready.chains[destination]?.chainId === chainId ? 1 : (devnet.ready.chains[destination]?.chainId ?? 1);
  const wallet = walletClient(chainId, url, sender);
  const hash = await wallet.writeContract({ address: MESSENGER, abi: l2ToL2CrossDomainMessengerAbi, functionName: "sendMessage", args: [BigInt(to), `0x${"ab".repeat(20)}`, "0x1234"], chain: viemChain(chainId, url) });
  const receipt = await publicClient(chainId, url).waitForTransactionReceipt({ hash });
  return sentLog(devnet, index, receipt, 0);
}

/** The log at a place of a receipt as other chains name it. */
export async function sentLog(devnet: Devnet, index: number, receipt: TransactionReceipt, at: number): Promise<SentLog> {
  const { chainId, url } = devnet.chain(index);
  const { id, payload } = await buildExecutingMessage(publicClient(chainId, url), { log: receipt.logs[at]! });
  return { id: { ...id, origin: id.origin }, payload, transactionHash: receipt.transactionHash };
}

export interface Execution {
  readonly accessList?: AccessList;
  readonly nonce?: number;
}

/** The transaction that executes a message, unsent. */
export async function signExecution(devnet: Devnet, index: number, sender: Sender, { id, payload }: Pick<SentLog, "id" | "payload">, { accessList = encodeAccessList(id, payload), nonce }: Execution = {}): Promise<Hex> {
  const { chainId, url } = devnet.chain(index);
  const wallet = walletClient(chainId, url, sender);
  const request = await wallet.prepareTransactionRequest({
    to: INBOX, data: encodeFunctionData({ abi: crossL2InboxAbi, functionName: "validateMessage", args: [id, keccak256(payload)] }), accessList, gas: 200_000n, chain: viemChain(chainId, url),
    ...(nonce === undefined ? {} : { nonce }),
  });
  return wallet.signTransaction(request);
}

/** Executes a message on a chain, by the pool, and waits for its receipt. */
export async function execute(devnet: Devnet, index: number, sender: Sender, message: Pick<SentLog, "id" | "payload">, options: Execution = {}): Promise<TransactionReceipt> {
  const { chainId, url } = devnet.chain(index);
  const client = publicClient(chainId, url);
  const serializedTransaction = await signExecution(devnet, index, sender, message, options);
  const hash = await until(`chain ${chainId} takes the message`, () => client.sendRawTransaction({ serializedTransaction }).catch((error: Error) => {
    if (/not unsafe yet|future data/.test(error.message)) return undefined;
    throw error;
  }), 20);
  return client.waitForTransactionReceipt({ hash });
}

/** What the pool of a chain answers to a transaction: its code and words, or its hash. */
export async function offer(devnet: Devnet, index: number, raw: Hex): Promise<string> {
  return rpc<string>(devnet.chain(index).url, "eth_sendRawTransaction", [raw]).catch((error: Error) => error.message);
}

export interface Explanation {
  readonly chainId: number;
  readonly block: { readonly number: number; readonly hash: Hex; readonly timestamp: number };
  readonly status: string;
  readonly waitsFor?: string;
  readonly messages: readonly { readonly verdict: string; readonly reason: string }[];
  readonly denied: readonly { readonly hash: Hex; readonly reason: string }[];
}

export const explain = (devnet: Devnet, index: number, which: number | string): Promise<Explanation> => rpc<Explanation>(devnet.ready.supernode.url, "interop_explain", [devnet.chain(index).chainId, which]);

export interface SuperRoot {
  readonly data?: { readonly super_root: Hex; readonly super: { readonly chains: readonly { readonly ChainID: string; readonly Output: Hex }[] } };
  readonly optimistic_at_timestamp: Readonly<Record<string, { readonly output: { readonly blockHash: Hex }; readonly output_root: Hex; readonly required_l1: { readonly number: number } }>>;
  readonly safe_timestamp: number;
}

export const superRoot = (url: string, timestamp: number): Promise<SuperRoot> => rpc<SuperRoot>(url, "superroot_atTimestamp", [toHex(timestamp)]);

const WETH = "0x4200000000000000000000000000000000000006";
const ZERO = `0x${"00".repeat(32)}` as const;

/** A transaction that emits one log which is known before: a transfer of no WETH to itself; unsent, with the log's payload. */
export async function signKnownLog(devnet: Devnet, index: number, sender: Sender, nonce: number): Promise<{ readonly raw: Hex; readonly origin: Hex; readonly payload: Hex }> {
  const { chainId, url } = devnet.chain(index);
  const wallet = walletClient(chainId, url, sender);
  const own = pad(wallet.account.address).toLowerCase() as Hex;
  const request = await wallet.prepareTransactionRequest({ to: WETH, data: encodeFunctionData({ abi: erc20Abi, functionName: "transfer", args: [wallet.account.address, 0n] }), gas: 100_000n, nonce, chain: viemChain(chainId, url) });
  return { raw: await wallet.signTransaction(request), origin: WETH, payload: concat([toEventSelector("Transfer(address,address,uint256)"), own, own, ZERO]) };
}

/** A block that chains are still to make, with time enough to sign for it; all of them have begun at once and make a block each second. */
export async function upcoming(devnet: Devnet, indexes: readonly number[], ahead = 4): Promise<{ readonly number: number; readonly timestamp: number }> {
  const heads = await Promise.all(indexes.map(async (index) => (await devnet.status(index)).unsafe_l2));
  const { number, timestamp } = heads.reduce((highest, head) => (head.number > highest.number ? head : highest));
  return { number: number + ahead, timestamp: timestamp + ahead };
}

/** A log that is known before, at a place of a block that is still to come, as other chains may name it. */
export function announced(devnet: Devnet, index: number, { origin, payload }: Pick<Awaited<ReturnType<typeof signKnownLog>>, "origin" | "payload">, block: { readonly number: number; readonly timestamp: number }, logIndex: number): SentLog {
  return { id: { origin, blockNumber: BigInt(block.number), logIndex: BigInt(logIndex), timestamp: BigInt(block.timestamp), chainId: BigInt(devnet.chain(index).chainId) }, payload, transactionHash: "0x" };
}

export interface Forced {
  readonly blockNumber: number;
  readonly blockHash: Hex;
  readonly transactionHashes: readonly Hex[];
}

/** Puts transactions into a chain's block of a height past its pool. */
export const forceAt = (devnet: Devnet, index: number, blockNumber: number, ...raws: readonly Hex[]): Promise<Forced> => rpc<Forced>(devnet.ready.supernode.url, "devnet_forceTransaction", [devnet.chain(index).chainId, raws, blockNumber]);

/** Puts transactions into a chain's next block past its pool. */
export const force = (devnet: Devnet, index: number, ...raws: readonly Hex[]): Promise<Forced> => rpc<Forced>(devnet.ready.supernode.url, "devnet_forceTransaction", [devnet.chain(index).chainId, raws]);

export const nonceOf = (devnet: Devnet, index: number, sender: Sender): Promise<number> => publicClient(devnet.chain(index).chainId, devnet.chain(index).url).getTransactionCount({ address: account(sender).address, blockTag: "pending" });

export interface L2Block {
  readonly hash: Hex;
  readonly number: Hex;
  readonly timestamp: Hex;
  readonly transactions: readonly Hex[];
}

export const blockAt = (devnet: Devnet, index: number, number: number): Promise<L2Block | null> => rpc<L2Block | null>(devnet.chain(index).url, "eth_getBlockByNumber", [toHex(number), false]);

/** Waits until another block stands at the height of one that does not hold, and is safe; gives it. */
export async function untilReplaced(devnet: Devnet, index: number, { blockNumber, blockHash }: Pick<Forced, "blockNumber" | "blockHash">, seconds = 60): Promise<L2Block> {
  await until(`block ${blockNumber} of chain ${devnet.chain(index).chainId} is replaced`, async () => (await blockAt(devnet, index, blockNumber).catch(() => null))?.hash !== blockHash, seconds, () => devnet.program.stderr);
  await devnet.untilSafe(index, blockNumber);
  return (await blockAt(devnet, index, blockNumber))!;
}
