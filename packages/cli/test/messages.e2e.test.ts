import { crossL2InboxAbi, l2ToL2CrossDomainMessengerAbi } from "@eth-optimism/viem/abis";
import {
  buildExecutingMessage, estimateRelayCrossDomainMessageGas, estimateSendCrossDomainMessageGas, getCrossDomainMessages, getCrossDomainMessageStatus, relayCrossDomainMessage, sendCrossDomainMessage, simulateRelayCrossDomainMessage, simulateSendCrossDomainMessage,
} from "@eth-optimism/viem/actions/interop";
import { encodeAccessList } from "@eth-optimism/viem/utils/interop";
import { type AccessList, concat, encodeFunctionData, type Hex, keccak256, toHex } from "viem";
import { getL2TransactionHashes, walletActionsL1 } from "viem/op-stack";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { account, CALLDATA, Devnet, publicClient, rpc, walletClient } from "./support/devnet.ts";
import { execute, explain, INBOX, MESSENGER, nonceOf, offer, send, type SentLog, sentLog, signExecution, superRoot } from "./support/messages.ts";
import { until } from "./support/program.ts";

const A = 0;
const B = 1;
const SLOW = 2;
/** Messages that each of four senders executes at once. */
const LOAD = 15;

describe("messages between two chains of 1 s and one of 2 s", () => {
  let devnet: Devnet;

  beforeAll(async () => {
    devnet = await Devnet.start([CALLDATA, "--chains=901,902,903", "--l2.block-time=1,1,2", "--relay=none", "--interop.min-safety-of=903=safe"]);
  });
  afterAll(() => devnet.stop());

  const admin = (on: boolean) => rpc(devnet.ready.supernode.url, "admin_setFailsafeEnabled", [on]);

  it.each([
    ["from A to B", A, B, 0],
    ["from B to A", B, A, 1],
    ["from A to itself", A, A, 2],
    ["from a chain of 1 s to one of 2 s", A, SLOW, 3],
    ["from a chain of 2 s to one of 1 s, once their block is safe, as the policy for that chain demands", SLOW, B, 4],
  ])("%s are executed, and the block that executes becomes safe", async (_, from, to, sender) => {
    const message = await send(devnet, from, sender);
    if (from === SLOW) expect(await offer(devnet, to, await signExecution(devnet, to, sender, message))).toMatch(/-321401 future data: not safe yet: /);
    const receipt = await execute(devnet, to, sender, message);
    if (from === SLOW) expect((await devnet.status(from)).safe_l2.number).toBeGreaterThanOrEqual(Number(message.id.blockNumber));
    expect(receipt.status).toBe("success");
    await devnet.untilSafe(to, Number(receipt.blockNumber));
    const explained = await explain(devnet, to, receipt.transactionHash);
    expect([explained.status, explained.messages.map(({ verdict }) => verdict)]).toEqual(["safe", ["valid"]]);
    expect(await devnet.blockHash(to, Number(receipt.blockNumber)), "not replaced").toBe(receipt.blockHash);
  });

  it("may be executed many times, on several chains", async () => {
    const message = await send(devnet, A, 5);
    const receipts = [await execute(devnet, B, 5, message), await execute(devnet, B, 5, message), await execute(devnet, SLOW, 5, message)];
    expect(receipts.map(({ status }) => status)).toEqual(["success", "success", "success"]);
  });

  it("go through the interop actions of @eth-optimism/viem: send, access list, relay, status", async () => {
    const [a, b] = [devnet.chain(A), devnet.chain(B)];
    const [onA, onB] = [publicClient(a.chainId, a.url), publicClient(b.chainId, b.url)];
    const sending = { account: account(6), chain: null, destinationChainId: b.chainId, target: `0x${"cd".repeat(20)}`, message: "0xabcd" } as const;
    const told = await simulateSendCrossDomainMessage(onA, sending);
    const gas = await estimateSendCrossDomainMessageGas(onA, sending);
    const hash = await sendCrossDomainMessage(walletClient(a.chainId, a.url, 6), sending);
    const { logs, gasUsed } = await onA.waitForTransactionReceipt({ hash });
    expect(gas).toBeGreaterThanOrEqual(gasUsed);
    const [message] = await getCrossDomainMessages(onA, { logs });
    expect(await getCrossDomainMessageStatus(onB, { message: message! })).toBe("ready-to-relay");
    const executing = await buildExecutingMessage(onA, { log: message!.log });
    const relaying = { ...executing, account: account(6), chain: null };
    expect(await simulateRelayCrossDomainMessage(onB, relaying)).toBe("0x");
    expect(await estimateRelayCrossDomainMessageGas(onB, relaying)).toBeGreaterThan(21_000n);
    const relay = await until("B takes the relay", () => relayCrossDomainMessage(walletClient(b.chainId, b.url, 6), executing).catch((error: Error) => (/future data/.test(error.message) ? undefined : Promise.reject(error))), 20);
    const relayed = await onB.waitForTransactionReceipt({ hash: relay });
    expect(relayed.status).toBe("success");
    expect(relayed.logs.flatMap(({ topics }) => topics), "of the message whose hash was told before it was sent").toContain(told);
    expect(await getCrossDomainMessageStatus(onB, { message: message! })).toBe("relayed");
  });

  it("are all that is executed of many at once: one in two has something wrong, and no block has to be replaced", async () => {
    const messages = [await send(devnet, A, 2), await send(devnet, A, 3)];
    const wrong: readonly ((id: SentLog["id"]) => Partial<SentLog["id"]>)[] = [({ logIndex }) => ({ logIndex: logIndex + 1n }), ({ timestamp }) => ({ timestamp: timestamp + 1n }), () => ({ origin: `0x${"77".repeat(20)}` }), () => ({ chainId: 902n })];
    await execute(devnet, B, 9, messages[1]!);
    const from = (await devnet.status(B)).unsafe_l2.number;
    const loads = await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map(async (sender) => {
      const nonce = await nonceOf(devnet, B, sender);
      const change = wrong[sender - 4];
      return Promise.all(Array.from({ length: LOAD }, async (_, i) => {
        const { id, payload } = messages[i % 2]!;
        return { isValid: change === undefined, raw: await signExecution(devnet, B, sender, { id: { ...id, ...change?.(id) }, payload }, { nonce: nonce + i }) };
      }));
    }));
    const answers = await Promise.all(Array.from({ length: LOAD }, (_, i) => loads.map((load) => load[i]!)).flat().map(async ({ isValid, raw }) => [isValid, /^0x[0-9a-f]{64}$/.test(await offer(devnet, B, raw))] as const));
    expect(answers.filter(([isValid, taken]) => isValid !== taken)).toEqual([]);
    const { url, chainId } = devnet.chain(B);
    const executed = async () => publicClient(chainId, url).getLogs({ address: INBOX, fromBlock: BigInt(from + 1) });
    const logs = await until("all of them are in blocks", async () => {
      const found = await executed();
      return found.length >= 4 * LOAD && found;
    }, 30);
    expect(logs).toHaveLength(4 * LOAD);
    const last = Number(logs.at(-1)!.blockNumber);
    await devnet.untilSafe(B, last);
    expect(await devnet.blockHash(B, last)).toBe(logs.at(-1)!.blockHash);
    expect(await (await fetch(`${devnet.ready.supernode.url}/metrics`)).text()).not.toMatch(/^supernode_interop_invalidations_total\{.*\} [1-9]/m);
  });

  describe("with one field of the identifier wrong", () => {
    let message: SentLog;
    beforeAll(async () => {
      message = await send(devnet, A, 7);
      await execute(devnet, B, 7, message);
    });

    it.each<[string, (id: SentLog["id"]) => Partial<SentLog["id"]>, RegExp]>([
      ["origin", () => ({ origin: `0x${"99".repeat(20)}` }), /-320600 conflicting data/],
      ["block number", ({ blockNumber }) => ({ blockNumber: blockNumber - 1n }), /-320600 conflicting data: block \d+ of chain 901 is at \d+, not at \d+/],
      ["log index", ({ logIndex }) => ({ logIndex: logIndex + 1n }), /-320600 conflicting data/],
      ["timestamp", ({ timestamp }) => ({ timestamp: timestamp - 1n }), /-320600 conflicting data: block \d+ of chain 901 is at \d+, not at \d+/],
      ["chain, another of the cluster", () => ({ chainId: 902n }), /-320600 conflicting data/],
      ["chain, none of the cluster", () => ({ chainId: 904n }), /-320501 unknown chain/],
      ["block and time, both of the future", ({ blockNumber, timestamp }) => ({ blockNumber: blockNumber + 1_000n, timestamp: timestamp + 1_000n }), /-321401 future data: timestamp: /],
      ["time, older than the window", ({ timestamp }) => ({ timestamp: timestamp - 604_800n }), /-320600 conflicting data/],
    ])("%s: not taken, and told why", async (_, wrong, expected) => {
      const id = { ...message.id, ...wrong(message.id) };
      expect(await offer(devnet, B, await signExecution(devnet, B, 7, { id, payload: message.payload }))).toMatch(expected);
    });

    it("payload: not taken", async () => {
      expect(await offer(devnet, B, await signExecution(devnet, B, 7, { id: message.id, payload: `${message.payload}00` }))).toMatch(/-320600 conflicting data/);
    });
  });

  describe("by their access list", () => {
    let message: SentLog;
    let entries: readonly Hex[];
    const listOf = (...keys: readonly Hex[]): AccessList => [{ address: INBOX, storageKeys: keys }];
    beforeAll(async () => {
      message = await send(devnet, A, 8);
      entries = encodeAccessList(message.id, message.payload)[0]!.storageKeys;
      await execute(devnet, B, 8, message);
    });

    it("that is missing: the inbox reverts, the block holds", async () => {
      const receipt = await execute(devnet, B, 8, message, { accessList: [] });
      expect(receipt.status).toBe("reverted");
      await devnet.untilSafe(B, Number(receipt.blockNumber));
      expect(await devnet.blockHash(B, Number(receipt.blockNumber))).toBe(receipt.blockHash);
    });

    it("with another message's entries besides, an extension of the chain id that says nothing, and entries twice: taken", async () => {
      const other = await send(devnet, A, 8);
      const [lookup, checksum] = entries;
      const both = [lookup!, `0x02${"00".repeat(31)}` as const, checksum!, ...encodeAccessList(other.id, other.payload)[0]!.storageKeys, ...entries];
      expect((await execute(devnet, B, 8, message, { accessList: listOf(...both) })).status).toBe("success");
    });

    it.each<[string, (keys: readonly Hex[]) => readonly Hex[]]>([
      ["the checksum before the look-up", ([lookup, checksum]) => [checksum!, lookup!]],
      ["a look-up without checksum", ([lookup]) => [lookup!]],
      ["an extension of the chain id that stands alone", ([lookup, checksum]) => [lookup!, checksum!, `0x02${"00".repeat(31)}`]],
      ["an entry of an unknown type", ([, checksum]) => [`0x04${checksum!.slice(4)}`]],
      ["reserved bytes that are not zero", ([lookup, checksum]) => [`0x01ffffff${lookup!.slice(10)}`, checksum!]],
    ])("with %s: refused with the reason", async (_, spoil) => {
      expect(await offer(devnet, B, await signExecution(devnet, B, 8, message, { accessList: listOf(...spoil(entries)) }))).toMatch(/^eth_sendRawTransaction: -32602 /);
    });
  });

  it("cannot be executed by a deposit, which reverts; the log of a deposit is a message like any other", async () => {
    const message = await send(devnet, A, 9);
    const { contracts, url, chainId } = devnet.chain(B);
    const wallet = walletClient(900, devnet.ready.l1.url, 9).extend(walletActionsL1());
    const l1 = publicClient(900, devnet.ready.l1.url);
    const deposit = async (to: Hex, data: Hex) => {
      const hash = await wallet.depositTransaction({ portalAddress: contracts.optimismPortal, targetChain: undefined, chain: null, request: { to, data, value: 0n, gas: 500_000n }, gas: 600_000n } as never);
      const [l2Hash] = getL2TransactionHashes({ logs: (await l1.waitForTransactionReceipt({ hash })).logs });
      return publicClient(chainId, url).waitForTransactionReceipt({ hash: l2Hash! });
    };
    const executing = await deposit(INBOX, encodeFunctionData({ abi: crossL2InboxAbi, functionName: "validateMessage", args: [message.id, keccak256(message.payload)] }));
    expect(executing.status).toBe("reverted");
    await devnet.untilSafe(B, Number(executing.blockNumber));
    expect(await devnet.blockHash(B, Number(executing.blockNumber))).toBe(executing.blockHash);

    const initiating = await deposit(MESSENGER, encodeFunctionData({ abi: l2ToL2CrossDomainMessengerAbi, functionName: "sendMessage", args: [901n, `0x${"ab".repeat(20)}`, "0x"] }));
    expect(initiating.status).toBe("success");
    expect((await execute(devnet, A, 9, await sentLog(devnet, B, initiating, 0))).status).toBe("success");
  });

  it("are refused while the failsafe is on, by every way in", async () => {
    const message = await send(devnet, A, 0);
    const raw = await signExecution(devnet, B, 0, message);
    await admin(true);
    expect(await offer(devnet, B, raw)).toMatch(/-320602 failsafe is enabled/);
    const descriptor = { chainID: "902", timestamp: `0x${(message.id.timestamp + 10n).toString(16)}` };
    const entries = encodeAccessList(message.id, message.payload)[0]!.storageKeys;
    for (const method of ["interop_checkAccessList", "supervisor_checkAccessList"]) {
      await expect(rpc(devnet.ready.supernode.url, method, [entries, "unsafe", descriptor])).rejects.toThrow(/-320602/);
    }
    await admin(false);
    expect(await rpc(devnet.ready.supernode.url, "interop_checkAccessList", [entries, "unsafe", descriptor])).toBe(null);
    expect(await until("the pool takes it", async () => /^0x/.test(await offer(devnet, B, raw)), 10)).toBe(true);
  });

  it("are refused by interop_checkAccessList, and supervisor_checkAccessList by its older name, with the reference's codes", async () => {
    const message = await send(devnet, A, 1);
    const { id, payload } = message;
    await execute(devnet, B, 1, message);
    const keys = (change: Partial<SentLog["id"]> = {}) => encodeAccessList({ ...id, ...change }, payload)[0]!.storageKeys;
    const at = (seconds: bigint) => toHex(id.timestamp + seconds);
    const check = async (...params: readonly unknown[]) => {
      const answers = await Promise.all(["interop", "supervisor"].map((prefix) => rpc(devnet.ready.supernode.url, `${prefix}_checkAccessList`, params).catch((error: Error) => error.message.replace(`${prefix}_checkAccessList: `, ""))));
      expect(answers[1], "by the older name").toEqual(answers[0]);
      return answers[0];
    };
    const later = { chainID: "902", timestamp: at(10n) };
    for (const level of ["unsafe", "cross-unsafe"]) expect(await check(keys(), level, later)).toBe(null);
    expect(await check(keys(), "unsafe", { chainID: "902", timestamp: at(1n), timeout: toHex(604_799) }), "the last second of the window").toBe(null);
    const refusals: readonly (readonly [string, unknown])[] = [
      ["-320600 conflicting data: log 0 of block", check(keys({ origin: `0x${"99".repeat(20)}` }), "unsafe", later)],
      ["-320600 conflicting data: expiry: ", check(keys(), "unsafe", { chainID: "902", timestamp: at(1n), timeout: toHex(604_800) })],
      ["-320501 unknown chain: source chain 904", check(keys({ chainId: 904n }), "unsafe", later)],
      ["-320501 unknown chain: source chain 18446744073709552517", check(keys({ chainId: 2n ** 64n + 901n }), "unsafe", later)],
      ["-320501 unknown chain: executing chain 905", check(keys(), "unsafe", { ...later, chainID: "905" })],
      ["-320501 unknown chain: the executing descriptor has no chainID", check(keys(), "unsafe", { timestamp: later.timestamp })],
      ["-321401 future data: timestamp: ", check(keys(), "unsafe", { ...later, timestamp: at(0n) })],
      ["-321401 future data: not finalized yet: ", check(keys(), "finalized", later)],
      ["-32602 inbox access list: malformed entry 0", check(["0x01"], "unsafe", later)],
      ["-32602 inbox access list: timestamp of entry 0", check(keys({ timestamp: 2n ** 64n - 1n }), "unsafe", later)],
      ["-32602 safety level wants one of unsafe, cross-unsafe, ", check(keys(), "invalid", later)],
      ["-32602 executing descriptor: timestamp is not a hex quantity: 5", check(keys(), "unsafe", { ...later, timestamp: 5 })],
      ["-32602 the first parameter wants a list", check(keys()[0], "unsafe", later)],
    ];
    const words = await Promise.all(refusals.map(([, answer]) => answer));
    for (const [i, [expected]] of refusals.entries()) expect(words[i]).toContain(expected);
  });

  it("are told apart by interop_messageStatus: there with its safety, contradicted, not yet", async () => {
    const message = await send(devnet, A, 1);
    const status = (change: object = {}) => rpc<{ found: string; safety?: string }>(devnet.ready.supernode.url, "interop_messageStatus", [{ origin: message.id.origin, blockNumber: Number(message.id.blockNumber), logIndex: Number(message.id.logIndex), timestamp: Number(message.id.timestamp), chainId: 901, ...change }, keccak256(message.payload)]);
    await until("it is indexed", async () => (await status()).found === "yes", 10);
    await until("it is safe", async () => (await status()).safety === "safe", 30);
    expect((await status({ logIndex: 5 })).found).toBe("contradiction");
    expect((await status({ blockNumber: Number(message.id.blockNumber) + 500, timestamp: Number(message.id.timestamp) + 500 })).found).toBe("not-yet");
    const byTransaction = await rpc<{ chainId: number; sent: { found: string }[] }>(devnet.ready.supernode.url, "interop_messageStatus", [message.transactionHash]);
    expect([byTransaction.chainId, byTransaction.sent.map(({ found }) => found)]).toEqual([901, ["yes"]]);
  });

  it("are part of a super root for every verified second: over three chains, in order, and none for the future", async () => {
    const { safe_l2 } = await devnet.status(A);
    const { data, optimistic_at_timestamp } = await superRoot(devnet.ready.supernode.url, safe_l2.timestamp);
    expect(data?.super.chains.map(({ ChainID }) => ChainID)).toEqual(["901", "902", "903"]);
    expect(data?.super.chains.map(({ Output }) => Output), "nothing was replaced").toEqual(["901", "902", "903"].map((id) => optimistic_at_timestamp[id]!.output_root));
    expect(data!.super_root, "the hash of version, time, chains and outputs").toBe(keccak256(concat(["0x01", toHex(safe_l2.timestamp, { size: 8 }), ...data!.super.chains.flatMap(({ ChainID, Output }) => [toHex(Number(ChainID), { size: 32 }), Output])])));
    expect(await superRoot(devnet.ready.supernode.url, safe_l2.timestamp + 1_000)).toMatchObject({ optimistic_at_timestamp: {} });
    expect((await superRoot(devnet.ready.supernode.url, safe_l2.timestamp + 1_000)).data).toBeUndefined();
  });
});
