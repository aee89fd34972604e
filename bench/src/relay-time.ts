import { encodeCall } from "@pangaea/contracts";
import { INTEROP_PREDEPLOYS } from "@pangaea/config";
import { TEST_ACCOUNTS } from "@pangaea/devnet";
import { RELAYED_MESSAGE_TOPIC, SENT_MESSAGE_TOPIC } from "@pangaea/interop";
import { bytesToHex, encodeTransaction, hexToBytes, signTransaction, TX_FEE_MARKET } from "@pangaea/primitives";
import { RpcClient } from "@pangaea/rpc";
import { z } from "zod";
import { pause, type Ready } from "./cluster.ts";
import { type Figure, median, percentile } from "./figure.ts";

const MESSAGES = 24;
/** Longer than a block and no multiple of it, so that messages are sent at all moments of a block. */
const SEND_EVERY_MS = 1_130;
const POLL_MS = 250;
const LIMIT_MS = 60_000;
/** Seconds, the devnet's default. */
const L2_BLOCK_TIME = 1;
const MESSENGER = INTEROP_PREDEPLOYS.l2ToL2CrossDomainMessenger;
/** Nobody's: a message to it does nothing. */
const TARGET = `0x${"5e".repeat(20)}` as const;
const SEND_GAS = 200_000;

const quantity = z.string().transform(Number);
const logsSchema = z.array(z.object({ topics: z.array(z.string()), blockNumber: z.string() }));
const blockSchema = z.object({ timestamp: quantity });

/** The times, Unix seconds, of the blocks in which a chain's messenger emitted an event, by the message's nonce. */
async function timesOf(chain: RpcClient, topic: string, nonceAt: number): Promise<ReadonlyMap<string, number>> {
  const logs = logsSchema.parse(await chain.call("eth_getLogs", [{ address: MESSENGER, fromBlock: "0x0", toBlock: "latest", topics: [topic] }]));
  const times = new Map<string, number>();
  for (const { topics, blockNumber } of logs) times.set(topics[nonceAt] ?? "", blockSchema.parse(await chain.call("eth_getBlockByNumber", [blockNumber, false])).timestamp);
  return times;
}

async function send(chain: RpcClient, chainId: number, destination: number, nonce: number): Promise<void> {
  const data = encodeCall("sendMessage(uint256,address,bytes)", [destination, TARGET, new Uint8Array(4)]);
  const transaction = signTransaction({ type: TX_FEE_MARKET, chainId, nonce, maxPriorityFeePerGas: 1_000n, maxFeePerGas: 10n ** 10n, gas: SEND_GAS, to: MESSENGER, value: 0n, data, accessList: [] }, hexToBytes(TEST_ACCOUNTS.at(-1)!.privateKey));
  await chain.call("eth_sendRawTransaction", [bytesToHex(encodeTransaction(transaction))]);
}

/**
 * Messages sent on the first chain of a devnet, which its relayer carries to the second: from the block that sends to the block that executes.
 * Messages are executed as soon as their block is there, the devnet's policy.
 */
export async function relayTimeFigures({ chains }: Ready): Promise<readonly Figure[]> {
  const [from, to] = chains as [Ready["chains"][number], Ready["chains"][number]];
  const [source, destination] = [new RpcClient(from.url), new RpcClient(to.url)];
  try {
    const first = quantity.parse(await source.call("eth_getTransactionCount", [TEST_ACCOUNTS.at(-1)!.address, "pending"]));
    for (let i = 0; i < MESSAGES; i++, await pause(SEND_EVERY_MS)) await send(source, from.chainId, to.chainId, first + i);
    let executed = await timesOf(destination, RELAYED_MESSAGE_TOPIC, 2);
    for (const until = performance.now() + LIMIT_MS; executed.size < MESSAGES; executed = await timesOf(destination, RELAYED_MESSAGE_TOPIC, 2)) {
      if (performance.now() > until) throw new Error(`${executed.size} of ${MESSAGES} messages were executed within ${LIMIT_MS / 1_000} s`);
      await pause(POLL_MS);
    }
    const blocks = [...(await timesOf(source, SENT_MESSAGE_TOPIC, 3))].map(([nonce, sent]) => ((executed.get(nonce) ?? Number.NaN) - sent) / L2_BLOCK_TIME);
    const name = `message from chain to chain, relayed, sent to executed, ${blocks.length} messages`;
    return [
      { name: `${name}: median`, value: median(blocks), unit: "L2 blocks", reach: { atMost: 2 } },
      { name: `${name}: 90 of 100 within`, value: percentile(blocks, 0.9), unit: "L2 blocks" },
    ];
  } finally {
    source.close();
    destination.close();
  }
}
