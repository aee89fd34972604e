import { INTEROP_PREDEPLOYS } from "@pangaea/config";
import { accessListOf, checkExpiry, decodeSentMessage, type Identifier, messagePayload, sentMessageHash } from "@pangaea/interop";
import { type AccessList, bytesEqual, bytesToHex, decodeTransaction, type Hex, hexToBytes, keccak256Hex, type Log, recoverSender, TemporaryError, transactionHash, TX_FEE_MARKET, utf8ToBytes } from "@pangaea/primitives";
import { RpcError } from "@pangaea/rpc";
import type { BlockHead, RelayCall, RelayChain, RelayReceipt, SentMessageLog } from "../../src/relay-chain.ts";
import type { SteppedClock } from "../../../node/test/support/stepped-clock.ts";
import { parseRelayCall, type Sending, sentLog } from "./messages.ts";

/** A transaction as the chain took it; `relayed` is the hash of the message that it executes, if that is what it does. */
export interface Taken {
  readonly hash: Hex;
  readonly from: Hex;
  readonly nonce: number;
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint;
  readonly gas: number;
  readonly to: Hex | undefined;
  readonly data: Uint8Array;
  readonly accessList: AccessList;
}

interface Included extends Taken {
  readonly status: 0 | 1;
}

interface MemoryBlock extends BlockHead {
  readonly logs: readonly Log[];
  readonly transactions: readonly Included[];
  /** Messages executed in it. */
  readonly relayed: readonly Hex[];
}

export interface MemoryRelayChainOptions {
  readonly clock: SteppedClock;
  /** Blocks that are there from the start, a second apart, up to the second before. */
  readonly length?: number;
  readonly expiryWindow?: number;
}

const CODE = { reverted: 3, server: -32_000, conflict: -320_600, future: -321_401 } as const;
const PREMIUM_PERCENT = 110n;
const ALREADY_RELAYED = "0x9ca9480b";
const FAILED = "0x08c379a0";

/**
 * A chain in memory with the messenger's rules: logs in blocks, relays that execute a message once and only with its access list, a pool that
 * asks whether the message is there on its source, nonces, replacement by price, and reorgs. The rest of the fields make it fail.
 */
export class MemoryRelayChain implements RelayChain {
  readonly chainId: number;
  readonly peers = new Map<number, MemoryRelayChain>();
  readonly #options: Required<MemoryRelayChainOptions>;
  blocks: MemoryBlock[] = [];
  pool: Taken[] = [];
  /** Everything that the pool ever took, in order. */
  taken: Taken[] = [];
  /** Ranges of blocks that were asked for logs. */
  ranges: (readonly [from: number, to: number, destination: number])[] = [];
  safe: number | undefined;
  market = { baseFee: 1_000n, priorityFee: 100n };
  /** Whether nothing can be reached. */
  isDown = false;
  /** Whether blocks leave the pool where it is. */
  isStuck = false;
  /** Whether the source's newest blocks are not known here yet. */
  isBehind = false;
  /** Transactions a block takes at most. */
  blockCapacity = 1_000;
  /** Blocks that an answer with logs covers at most. */
  maxRange = 100_000;
  /** Whose execution reverts, by the message's hash. */
  readonly failing = new Set<Hex>();
  /** Whose execution reverts until another was executed. */
  readonly requires = new Map<Hex, Hex>();
  /** What a message's execution sends in its turn. */
  readonly replies = new Map<Hex, Sending>();
  /** Called before anything is taken or estimated; what it gives is thrown. */
  refuseSend: (taken: Taken) => Error | undefined = () => undefined;
  refuseEstimate: (messageHash: Hex) => Error | undefined = () => undefined;
  /** What a message takes. */
  gasOf: (messageHash: Hex) => number = () => 100_000;
  refuseReceipt: (hash: Hex) => Error | undefined = () => undefined;
  /** Called when a transaction is in the pool; what it gives is thrown all the same. */
  afterSend: (taken: Taken) => Error | undefined = () => undefined;
  /** Called when logs are asked for, before they are given. */
  beforeLogs: () => void = () => {};
  estimates: Hex[] = [];
  #branch = 0;
  #logs: Log[] = [];
  #foreign: Hex[] = [];
  #nextMessage = 0;

  constructor(chainId: number, { clock, length = 1, expiryWindow = 604_800 }: MemoryRelayChainOptions) {
    this.chainId = chainId;
    this.#options = { clock, length, expiryWindow };
    const now = Math.floor(clock.now() / 1_000);
    for (let i = 0; i < length; i++) this.#append(now - length + i, []);
  }

  get newest(): MemoryBlock {
    return this.blocks.at(-1)!;
  }

  /** Messages in the order of their execution on the chain as it is now. */
  get relayed(): readonly Hex[] {
    return this.blocks.flatMap(({ relayed }) => relayed);
  }

  /** Transactions in the chain's blocks as it is now. */
  get included(): readonly Included[] {
    return this.blocks.flatMap(({ transactions }) => transactions);
  }

  /** Has the messenger send something in the next block; gives the message's hash. */
  post(sending: Omit<Sending, "nonce"> & { readonly nonce?: number }): Hex {
    const log = sentLog({ nonce: this.#nextMessage++, ...sending });
    this.#logs.push(log);
    return sentMessageHash(BigInt(this.chainId), decodeSentMessage(log)!);
  }

  /** Puts any log into the next block. */
  postLog(log: Log): void {
    this.#logs.push(log);
  }

  /** Has somebody else execute a message in the next block. */
  relayByOther(messageHash: Hex): void {
    this.#foreign.push(messageHash);
  }

  /** Makes a block with what is posted and what the pool has with the next nonces. */
  mine(): MemoryBlock {
    const logs = this.#logs.splice(0);
    const relayed = this.#foreign.splice(0);
    const transactions: Included[] = [];
    const nonces = new Map<Hex, number>();
    for (const tx of this.isStuck ? [] : [...this.pool].sort((a, b) => a.nonce - b.nonce)) {
      const next = nonces.get(tx.from) ?? this.#nonce(tx.from);
      if (tx.nonce !== next || transactions.length >= this.blockCapacity || tx.maxFeePerGas < this.market.baseFee) continue;
      nonces.set(tx.from, next + 1);
      const message = this.#messageOf(tx);
      const problem = message === undefined ? undefined : this.#problemOf(message.hash, tx.accessList, message.expected, relayed);
      transactions.push({ ...tx, status: problem === undefined ? 1 : 0 });
      if (message === undefined || problem !== undefined) continue;
      relayed.push(message.hash);
      const reply = this.replies.get(message.hash);
      if (reply !== undefined) logs.push(sentLog(reply));
    }
    this.pool = this.pool.filter((tx) => !transactions.some(({ hash }) => hash === tx.hash) && tx.nonce >= (nonces.get(tx.from) ?? 0));
    return this.#append(Math.max(Math.floor(this.#options.clock.now() / 1_000), this.newest.timestamp + 1), logs, transactions, relayed);
  }

  /** Takes the newest blocks out and puts empty ones in their place, or such with a message each; the pool takes their transactions back, unless it lost them. */
  reorg(depth: number, { keepTransactions = true, keepLogs = false, sendings = [] }: { readonly keepTransactions?: boolean; readonly keepLogs?: boolean; readonly sendings?: readonly Sending[] } = {}): void {
    const removed = this.blocks.splice(-depth, depth);
    this.#branch++;
    if (keepTransactions) this.pool.push(...removed.flatMap(({ transactions }) => transactions));
    for (const [i, { timestamp, logs }] of removed.entries()) {
      const sending = sendings[i];
      this.#append(timestamp, sending !== undefined ? [sentLog(sending)] : keepLogs ? logs : []);
    }
  }

  async head(): Promise<BlockHead> {
    this.#reach();
    return this.newest;
  }

  async safeNumber(): Promise<number | undefined> {
    this.#reach();
    return this.safe;
  }

  async block(number: number): Promise<BlockHead | undefined> {
    this.#reach();
    return this.blocks[number];
  }

  async logs(fromBlock: number, toBlock: number, destination: number): Promise<readonly SentMessageLog[]> {
    this.#reach();
    this.ranges.push([fromBlock, toBlock, destination]);
    this.beforeLogs();
    if (toBlock - fromBlock >= this.maxRange) throw new RpcError(-32_005, `query exceeds max block range ${this.maxRange}`);
    return this.blocks.slice(fromBlock, toBlock + 1).flatMap((block) => block.logs.map((log, logIndex) => ({ log, logIndex, blockNumber: block.number, blockHash: block.hash, timestamp: block.timestamp, transactionHash: block.hash })));
  }

  async isRelayed(messageHash: Hex): Promise<boolean> {
    this.#reach();
    return this.relayed.includes(messageHash);
  }

  async estimateGas(call: RelayCall): Promise<number> {
    this.#reach();
    const message = this.#messageOf(call)!;
    this.estimates.push(message.hash);
    const refusal = this.refuseEstimate(message.hash);
    if (refusal !== undefined) throw refusal;
    const problem = this.#problemOf(message.hash, call.accessList, message.expected, []);
    if (problem !== undefined) throw new RpcError(CODE.reverted, "execution reverted", problem);
    return this.gasOf(message.hash);
  }

  async fees(): Promise<{ readonly baseFee: bigint; readonly priorityFee: bigint }> {
    this.#reach();
    return this.market;
  }

  async nonce(address: Hex, at: "latest" | "pending"): Promise<number> {
    this.#reach();
    let next = this.#nonce(address);
    while (at === "pending" && this.pool.some(({ from, nonce }) => from === address && nonce === next)) next++;
    return next;
  }

  async send(raw: Uint8Array): Promise<void> {
    this.#reach();
    const tx = decodeTransaction(raw);
    if (tx.type !== TX_FEE_MARKET) throw new RpcError(CODE.server, `transaction type ${tx.type} is not expected here`);
    const { nonce, maxFeePerGas, maxPriorityFeePerGas, gas, to, data, accessList } = tx;
    const taken: Taken = { hash: transactionHash(raw), from: recoverSender(tx), nonce, maxFeePerGas, maxPriorityFeePerGas, gas, to, data, accessList };
    if (this.pool.some(({ hash }) => hash === taken.hash)) throw new RpcError(CODE.server, "already known");
    if (taken.nonce < this.#nonce(taken.from)) throw new RpcError(CODE.server, "nonce too low");
    const refusal = this.refuseSend(taken) ?? this.#filter(taken);
    if (refusal !== undefined) throw refusal;
    const old = this.pool.find((other) => other.from === taken.from && other.nonce === taken.nonce);
    if (old !== undefined && (taken.maxFeePerGas * 100n < old.maxFeePerGas * PREMIUM_PERCENT || taken.maxPriorityFeePerGas * 100n < old.maxPriorityFeePerGas * PREMIUM_PERCENT)) throw new RpcError(CODE.server, "replacement transaction underpriced");
    this.pool = [...this.pool.filter((other) => other !== old), taken];
    this.taken.push(taken);
    const failure = this.afterSend(taken);
    if (failure !== undefined) throw failure;
  }

  async receipt(hash: Hex): Promise<RelayReceipt | undefined> {
    this.#reach();
    const refusal = this.refuseReceipt(hash);
    if (refusal !== undefined) throw refusal;
    for (const { number, transactions } of this.blocks) {
      const found = transactions.find((transaction) => transaction.hash === hash);
      if (found !== undefined) return { blockNumber: number, status: found.status };
    }
    return undefined;
  }

  /** Puts a transaction of an account into the pool as if somebody else with its key had sent it. */
  strangersTransaction(from: Hex, nonce: number, maxFeePerGas = 1_000_000n): void {
    const hash = keccak256Hex(utf8ToBytes(`stranger ${from} ${nonce} ${maxFeePerGas}`));
    this.pool.push({ hash, from, nonce, maxFeePerGas, maxPriorityFeePerGas: maxFeePerGas, gas: 21_000, to: from, data: new Uint8Array(0), accessList: [] });
  }

  #reach(): void {
    if (this.isDown) throw new TemporaryError(`chain ${this.chainId} cannot be reached`);
  }

  #nonce(address: Hex): number {
    return this.included.filter(({ from }) => from === address).length;
  }

  #append(timestamp: number, logs: readonly Log[], transactions: readonly Included[] = [], relayed: readonly Hex[] = []): MemoryBlock {
    const number = this.blocks.length;
    const block: MemoryBlock = { number, hash: keccak256Hex(utf8ToBytes(`${this.chainId} ${number} ${this.#branch}`)), parentHash: this.blocks.at(-1)?.hash ?? `0x${"00".repeat(32)}`, timestamp, logs, transactions, relayed };
    this.blocks.push(block);
    return block;
  }

  /** The message that a call to the messenger executes, and the access list that it needs. */
  #messageOf({ to, data }: { readonly to: Hex | undefined; readonly data: Uint8Array }): { readonly hash: Hex; readonly identifier: Identifier; readonly log: Log; readonly expected: AccessList } | undefined {
    if (to !== INTEROP_PREDEPLOYS.l2ToL2CrossDomainMessenger) return undefined;
    const { identifier, payload, log } = parseRelayCall(data);
    return { hash: sentMessageHash(identifier.chainId, decodeSentMessage(log)!), identifier, log, expected: accessListOf([{ identifier, payloadHash: keccak256Hex(payload) }]) };
  }

  /** Revert data of an execution that fails. */
  #problemOf(hash: Hex, accessList: AccessList, expected: AccessList, earlier: readonly Hex[]): Hex | undefined {
    const isDone = (message: Hex): boolean => this.relayed.includes(message) || earlier.includes(message);
    if (JSON.stringify(accessList) !== JSON.stringify(expected)) return "0xe3c00816";
    if (isDone(hash)) return ALREADY_RELAYED;
    const needed = this.requires.get(hash);
    return this.failing.has(hash) || (needed !== undefined && !isDone(needed)) ? FAILED : undefined;
  }

  /** The pool's check of a message against its source. */
  #filter(taken: Taken): Error | undefined {
    const message = this.#messageOf(taken);
    if (message === undefined) return undefined;
    const { identifier, log } = message;
    const source = this.peers.get(Number(identifier.chainId));
    const block = source?.blocks[identifier.blockNumber];
    if (this.isBehind || (source !== undefined && identifier.blockNumber > source.newest.number)) return new RpcError(CODE.future, `future data: block ${identifier.blockNumber} of chain ${identifier.chainId} is not known`);
    const found = block?.logs[identifier.logIndex];
    if (found === undefined || block?.timestamp !== identifier.timestamp || !bytesEqual(messagePayload(found), messagePayload(log))) return new RpcError(CODE.conflict, "conflicting data: no such log");
    const expired = checkExpiry(identifier.timestamp, this.newest.timestamp + 1, this.#options.expiryWindow);
    return expired === undefined ? undefined : new RpcError(CODE.conflict, `conflicting data: ${expired.message}`);
  }
}

/** Has every chain know the others, as their pools' checks do. */
export function introduce(chains: readonly MemoryRelayChain[]): void {
  for (const chain of chains) for (const other of chains) if (other !== chain) chain.peers.set(other.chainId, other);
}

/** Storage keys of a transaction's access list, as they are on the wire. */
export const storageKeys = ({ accessList }: Taken): readonly Hex[] => accessList.flatMap((entry) => entry.storageKeys.map((key) => bytesToHex(hexToBytes(key))));
