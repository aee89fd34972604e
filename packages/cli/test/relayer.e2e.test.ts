import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEVNET_FAUCET_TOKEN_ADDRESS } from "@pangaea/contracts";
import { TEST_ACCOUNTS } from "@pangaea/devnet";
import { l2ToL2CrossDomainMessengerAbi, superchainERC20Abi } from "@eth-optimism/viem/abis";
import { buildExecutingMessage, estimateSendETHGas, estimateSendSuperchainERC20Gas, relayCrossDomainMessage, sendETH, sendSuperchainERC20 } from "@eth-optimism/viem/actions/interop";
import { type Address, encodeFunctionData, type Hex, parseAbi, parseEther, parseEventLogs, type TransactionReceipt } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CALLDATA, account, Devnet, publicClient, viemChain, walletClient } from "./support/devnet.ts";
import { MESSENGER } from "./support/messages.ts";
import { Program, until } from "./support/program.ts";

const A = 0;
const B = 1;
const ETH_LIQUIDITY = "0x4200000000000000000000000000000000000025";
const TOKEN = DEVNET_FAUCET_TOKEN_ADDRESS;
/** Creates a contract that reverts, until it has been called with one byte. */
const CREATE_RELUCTANT = "0x601b600c600039601b6000f33660011460145760005460125760006000fd5b005b600160005500";
/** Where a chain's fees go: the sequencer's, the base fee, the L1 fee, the operator's. */
const VAULTS: readonly Address[] = ["0x4200000000000000000000000000000000000011", "0x4200000000000000000000000000000000000019", "0x420000000000000000000000000000000000001A", "0x420000000000000000000000000000000000001B"];
const FAUCET = parseAbi(["function faucetMint(address to, uint256 amount)"]);
const RELAYED = parseAbi(["event RelayedMessage(uint256 indexed source, uint256 indexed messageNonce, bytes32 indexed messageHash, bytes32 returnDataHash)"]);
const SENT = parseAbi(["event SentMessage(uint256 indexed destination, address indexed target, uint256 indexed messageNonce, address sender, bytes message)"]);

const dataDir = mkdtempSync(join(tmpdir(), "pangaea-relayer-"));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

/** An address of nobody's, the same in each run. */
const nobody = (number: number): Address => `0x${(0xe0e0_0000 + number).toString(16).padStart(40, "0")}`;

class Messages {
  readonly devnet: Devnet;

  constructor(devnet: Devnet) {
    this.devnet = devnet;
  }

  client(index: number) {
    const { chainId, url } = this.devnet.chain(index);
    return publicClient(chainId, url);
  }

  private async receiptOf(index: number, hash: Hex): Promise<TransactionReceipt> {
    const receipt = await this.client(index).waitForTransactionReceipt({ hash });
    expect(receipt.status).toBe("success");
    return receipt;
  }

  /** Sends ether or, with a token, as many of it, from an account of one chain to somebody on the other, by the actions of `@eth-optimism/viem`. */
  async send(index: number, sender: number, to: Address, amount: bigint, token?: Address): Promise<TransactionReceipt> {
    const { chainId, url } = this.devnet.chain(index);
    const wallet = walletClient(chainId, url, sender);
    const there = { to, chainId: this.devnet.chain(1 - index).chainId };
    const tokens = { ...there, tokenAddress: token ?? TOKEN, amount };
    const gas = await (token === undefined ? estimateSendETHGas(this.client(index), { ...there, value: amount, account: wallet.account, chain: null }) : estimateSendSuperchainERC20Gas(this.client(index), { ...tokens, account: wallet.account, chain: null }));
    expect(gas).toBeGreaterThan(21_000n);
    const hash = await (token === undefined ? sendETH(wallet, { ...there, value: amount }) : sendSuperchainERC20(wallet, tokens));
    return this.receiptOf(index, hash);
  }

  /** Sends a plain transaction on a chain. */
  async transact(index: number, sender: number, request: { readonly to?: Address; readonly data: Hex }): Promise<TransactionReceipt> {
    const { chainId, url } = this.devnet.chain(index);
    return this.receiptOf(index, await walletClient(chainId, url, sender).sendTransaction({ ...request, gas: 300_000n, chain: viemChain(chainId, url) }));
  }

  /** Executes a message as anybody may. */
  async executeByHand(source: number, sender: number, { logs }: TransactionReceipt): Promise<TransactionReceipt> {
    const { chainId, url } = this.devnet.chain(1 - source);
    const executing = await buildExecutingMessage(this.client(source), { log: logs.find(({ address }) => address === MESSENGER)! });
    const hash = await until(`chain ${chainId} takes it`, () => relayCrossDomainMessage(walletClient(chainId, url, sender), executing).catch((error: Error) => (/future data/.test(error.message) ? undefined : Promise.reject(error))), 20);
    return this.receiptOf(1 - source, hash);
  }

  async metric(name: string, source: string, destination: string): Promise<number> {
    const page = await (await fetch(`${this.devnet.ready.supernode.url}/metrics`)).text();
    return Number(new RegExp(`^${name}\\{source="${source}",destination="${destination}"\\} (\\d+)$`, "m").exec(page)?.[1]);
  }

  async mintTokens(index: number, sender: number, amount: bigint): Promise<void> {
    const { chainId, url } = this.devnet.chain(index);
    await this.receiptOf(index, await walletClient(chainId, url, sender).writeContract({ address: TOKEN, abi: FAUCET, functionName: "faucetMint", args: [account(sender).address, amount], chain: viemChain(chainId, url) }));
  }

  balance(index: number, address: Address, blockNumber?: bigint): Promise<bigint> {
    return this.client(index).getBalance({ address, ...(blockNumber === undefined ? {} : { blockNumber }) });
  }

  tokens(index: number, address: Address): Promise<bigint> {
    return this.client(index).readContract({ address: TOKEN, abi: superchainERC20Abi, functionName: "balanceOf", args: [address] });
  }

  async tokenSupply(): Promise<bigint> {
    const supplies = await Promise.all([A, B].map((index) => this.client(index).readContract({ address: TOKEN, abi: superchainERC20Abi, functionName: "totalSupply" })));
    return supplies.reduce((sum, supply) => sum + supply, 0n);
  }

  /** The log by which a message was executed, and the transaction that did it. */
  async execution(source: number, sent: TransactionReceipt) {
    const [message] = parseEventLogs({ abi: SENT, logs: sent.logs });
    const nonce = message!.args.messageNonce;
    const client = this.client(1 - source);
    const [log] = await until(`message ${nonce} of chain ${this.devnet.chain(source).chainId} is executed`, async () => {
      const logs = await client.getLogs({ address: MESSENGER, event: RELAYED[0], args: { source: BigInt(this.devnet.chain(source).chainId), messageNonce: nonce }, fromBlock: 0n });
      return logs.length > 0 && logs;
    }, 60, () => this.devnet.program.stderr);
    return client.getTransactionReceipt({ hash: log!.transactionHash });
  }
}

/** What a transaction cost, with all that L2 charges for. */
function feeOf(receipt: TransactionReceipt): bigint {
  const l1Fee = (receipt as { readonly l1Fee?: Hex | bigint | null }).l1Fee;
  return receipt.gasUsed * receipt.effectiveGasPrice + BigInt(l1Fee ?? 0n);
}

describe("a devnet's relayer", () => {
  let messages: Messages;
  let relayer: Address;

  beforeAll(async () => {
    messages = new Messages(await Devnet.start([CALLDATA, `--data-dir=${dataDir}`]));
  });
  afterAll(() => messages.devnet.stop());

  it("carries messages to their destination by itself, within two blocks as a rule", async () => {
    const blocks: number[] = [];
    for (let i = 0; i < 10; i++) {
      const sent = await messages.send(A, 3, nobody(i), 1n);
      const executed = await messages.execution(A, sent);
      const [sentAt, executedAt] = await Promise.all([messages.client(A).getBlock({ blockNumber: sent.blockNumber }), messages.client(B).getBlock({ blockNumber: executed.blockNumber })]);
      blocks.push(Number(executedAt.timestamp - sentAt.timestamp));
      relayer = executed.from;
    }
    expect(blocks.sort((a, b) => a - b)[5], `blocks of one second from sending to execution: ${blocks.join(", ")}`).toBeLessThanOrEqual(2);
  });

  it("brings ether both ways: not a wei more or less of it is there, and the relayer alone pays on the destination", async () => {
    const holders = [account(1).address, account(2).address, nobody(101), nobody(102), relayer, ETH_LIQUIDITY, ...VAULTS] as const;
    const total = async () => {
      const heads = await Promise.all([A, B].map((index) => messages.client(index).getBlockNumber()));
      const balances = await Promise.all(heads.flatMap((head, index) => holders.map((holder) => messages.balance(index, holder, head))));
      return balances.reduce((sum, balance) => sum + balance, 0n);
    };
    const pay = () => Promise.all([A, B].map((index) => messages.balance(index, relayer)));
    const idle = () => Promise.all([messages.balance(B, account(1).address), messages.balance(A, account(2).address)]);
    const [totalBefore, paidBefore, idleBefore, senderBefore] = [await total(), await pay(), await idle(), await messages.balance(A, account(1).address)];
    const [there, back] = [parseEther("3") + 7n, parseEther("2") + 1n];
    const sent = await Promise.all([messages.send(A, 1, nobody(101), there), messages.send(B, 2, nobody(102), back)]);
    const executed = await Promise.all([messages.execution(A, sent[0]!), messages.execution(B, sent[1]!)]);
    expect([await messages.balance(B, nobody(101)), await messages.balance(A, nobody(102))]).toEqual([there, back]);
    expect(await total()).toBe(totalBefore);
    expect(await idle()).toEqual(idleBefore);
    expect(senderBefore - (await messages.balance(A, account(1).address))).toBe(there + feeOf(sent[0]!));
    expect(executed.map(({ from }) => from)).toEqual([relayer, relayer]);
    const paid = await pay();
    expect([paidBefore[B]! - paid[B]!, paidBefore[A]! - paid[A]!]).toEqual(executed.map(feeOf));
  });

  it("brings tokens both ways, at one address on both chains: their supply stays what was minted", async () => {
    const minted = 1_000_003n;
    await messages.mintTokens(A, 4, minted);
    const supply = await messages.tokenSupply();
    await messages.execution(A, await messages.send(A, 4, account(4).address, 400_001n, TOKEN));
    expect([await messages.tokens(A, account(4).address), await messages.tokens(B, account(4).address), await messages.tokenSupply()]).toEqual([minted - 400_001n, 400_001n, supply]);
    await messages.execution(B, await messages.send(B, 4, nobody(104), 100_000n, TOKEN));
    expect([await messages.tokens(B, account(4).address), await messages.tokens(A, nobody(104)), await messages.tokenSupply()]).toEqual([300_001n, 100_000n, supply]);
  });

  it("executes each of many messages that come at once, once", async () => {
    const { chainId, url } = messages.devnet.chain(A);
    const wallet = walletClient(chainId, url, 5);
    const first = await messages.client(A).getTransactionCount({ address: wallet.account.address });
    const hashes = await Promise.all(Array.from({ length: 40 }, (_, i) => sendETH(wallet, { to: nobody(200 + i), chainId: messages.devnet.chain(B).chainId, value: 5n + BigInt(i), nonce: first + i, gas: 300_000n })));
    await Promise.all(hashes.map((hash) => messages.client(A).waitForTransactionReceipt({ hash })));
    await until("all have arrived", async () => (await Promise.all(hashes.map((_, i) => messages.balance(B, nobody(200 + i))))).every((balance) => balance > 0n));
    expect(await Promise.all(hashes.map((_, i) => messages.balance(B, nobody(200 + i))))).toEqual(hashes.map((_, i) => 5n + BigInt(i)));
  });

  it("shows what it does among the supernode's metrics", async () => {
    await until("the relayer has seen its last transactions in blocks", async () => (await messages.metric("relayer_messages_pending", "901", "902")) === 0);
    const values = ["relayer_messages_seen_total", "relayer_messages_relayed_total", "relayer_failed_attempts_total"].map((name) => Promise.all([messages.metric(name, "901", "902"), messages.metric(name, "902", "901")]));
    expect(await Promise.all(values)).toEqual([[52, 2], [52, 2], [0, 0]]);
  });

  it("leaves messages alone by --relay=none, and after a restart without it goes on where it was: with what came meanwhile, and with a message whose target would not have it; nothing is done again that somebody else did", async () => {
    const { contractAddress: reluctant } = await messages.transact(B, 7, { data: CREATE_RELUCTANT });
    const refused = await messages.transact(A, 7, { to: MESSENGER, data: encodeFunctionData({ abi: l2ToL2CrossDomainMessengerAbi, functionName: "sendMessage", args: [BigInt(messages.devnet.chain(B).chainId), reluctant!, "0xabcd"] }) });
    await until("the target has refused it", async () => (await messages.metric("relayer_failed_attempts_total", "901", "902")) > 0);
    await messages.devnet.stop();
    messages = new Messages(await Devnet.start([CALLDATA, `--data-dir=${dataDir}`, "--relay=none"]));
    const sent = await messages.send(A, 6, nobody(300), 12n);
    const byHand = await messages.executeByHand(A, 8, await messages.send(A, 8, nobody(302), 14n));
    const head = await messages.client(B).getBlockNumber();
    await until("blocks come and go", async () => (await messages.client(B).getBlockNumber()) >= head + 5n);
    expect(await messages.balance(B, nobody(300))).toBe(0n);
    expect(await (await fetch(`${messages.devnet.ready.supernode.url}/metrics`)).text()).not.toContain('relayer_messages_seen_total{');
    await messages.devnet.stop();

    messages = new Messages(await Devnet.start([CALLDATA, `--data-dir=${dataDir}`, "--relayer.max-attempts=1", "--relayer.long-wait=300ms"]));
    expect((await messages.execution(A, sent)).from).toBe(relayer);
    expect(await messages.balance(B, nobody(300))).toBe(12n);
    await messages.transact(B, 7, { to: reluctant!, data: "0x01" });
    expect((await messages.execution(A, refused)).from).toBe(relayer);
    await until("nothing is left to do", async () => (await messages.metric("relayer_messages_pending", "901", "902")) === 0);
    expect([await messages.metric("relayer_messages_relayed_total", "901", "902"), await messages.balance(B, nobody(302)), byHand.from]).toEqual([2, 14n, account(8).address.toLowerCase()]);
    expect(await Promise.all([messages.balance(B, nobody(101)), messages.balance(B, nobody(239))])).toEqual([parseEther("3") + 7n, 44n]);
    await messages.execution(B, await messages.send(B, 6, nobody(301), 13n));
    expect(await messages.balance(A, nobody(301))).toBe(13n);
  });
});

describe("a supernode that relays", () => {
  it("carries the messages of chains that others sequence, at the cost of the account that it was given", async () => {
    const messages = new Messages(await Devnet.start([CALLDATA, "--relay=none"]));
    const { l1, chains } = messages.devnet.ready;
    const key = join(dataDir, "relayer.key");
    writeFileSync(key, TEST_ACCOUNTS[6]!.privateKey);
    const flags = chains.flatMap(({ chainId, rollupConfig, genesis, url }) => [`--vn.${chainId}.rollup.config=${rollupConfig}`, `--vn.${chainId}.l2.genesis=${genesis}`, `--vn.${chainId}.l2.rpc-url=${url}`]);
    const supernode = new Program(["supernode", "--chains=901,902", `--l1=${l1.url}`, `--l1.beacon=${l1.beacon}`, "--rpc.port=0", "--relay=901:902", `--relayer.private-key-file=${key}`, "--relayer.poll-interval=100ms", ...flags]);
    try {
      const { url } = JSON.parse(await supernode.line((line) => line.startsWith("{"))) as { readonly url: string };
      const other = await messages.send(B, 1, nobody(401), 1n);
      const executed = await messages.execution(A, await messages.send(A, 1, nobody(400), 5n));
      expect([executed.from, await messages.balance(B, nobody(400))]).toEqual([account(6).address.toLowerCase(), 5n]);
      expect([other.status, await messages.balance(A, nobody(401))]).toEqual(["success", 0n]);
      expect(await (await fetch(`${url}/metrics`)).text()).toMatch(/^relayer_messages_seen_total\{source="901",destination="902"\} 1$/m);
      expect((await supernode.stop()).code).toBe(0);
    } finally {
      await supernode.stop("SIGKILL");
      await messages.devnet.stop();
    }
  });
});
