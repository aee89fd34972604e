import {
  bytesToHex, concatBytes, encodeTransaction, type Hex, hexToBytes, keccak256Hex, type Log, outputRootV0, rlpEncode, TX_DEPOSIT, transactionHash, upgradeSourceHash, utf8ToBytes,
} from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import {
  accessListOf, chainIdExtensionEntry, chainsInCycles, checkMessage, checksumOfLog, type ContainsAnswer, decodeExecutingMessage, decodeExecutingMessageEvent, decodeRelayedMessage, decodeSentMessage, decodeSuperRoot,
  decodeTransitionState, decodeWideIdentifier, encodeIdentifier, encodeRelayMessage, encodeSuperRoot, encodeTransitionState, EXECUTING_MESSAGE_TOPIC, executingDescriptorToJson, inboxEntriesOf, INVALID_TRANSITION_HASH,
  logHashFrom, logHashOf, lookupEntry, meshOf, messageChecksum, messagePayload, parseExecutingDescriptor, parseInboxEntries, payloadHashOf, readInboxClaim, RELAYED_MESSAGE_TOPIC, SENT_MESSAGE_TOPIC, sentMessageHash, transitionStateHash,
} from "../src/index.ts";
import { haveVectors, vectorJson } from "./support/vectors.ts";

/** Of `inline-curated/roots.json`. */
interface PublishedRoots {
  readonly super_root: readonly { readonly timestamp: number; readonly chains: readonly { readonly chainId: number; readonly outputRoot: Hex }[]; readonly expected_hash: Hex }[];
}

interface JsonLog {
  readonly address: string;
  readonly topics: readonly string[];
  readonly data: string;
}
interface JsonIdentifier {
  readonly origin: Hex;
  readonly blockNumber: string;
  readonly logIndex: string;
  readonly timestamp: string;
  readonly chainId: string;
}
interface MessageVector {
  readonly name: string;
  readonly identifier: JsonIdentifier;
  readonly payload?: string;
  readonly executingLog?: JsonLog;
  readonly msgHash: Hex;
  readonly logHash: Hex;
  readonly idPacked: Hex;
  readonly idLogHash: Hex;
  readonly bareChecksum: Hex;
  readonly checksum: Hex;
  readonly accessListStorageKeys: readonly Hex[];
}
interface MessengerVector extends Omit<MessageVector, "idPacked" | "idLogHash" | "bareChecksum" | "payload"> {
  readonly sourceChainId: string;
  readonly destinationChainId: string;
  readonly sender: Hex;
  readonly target: Hex;
  readonly message: Hex;
  readonly messageNonce: string;
  readonly sendMessageCalldata: Hex;
  readonly sentMessageLog: JsonLog;
  readonly messageHash: Hex;
  readonly payload: Hex;
  readonly relayMessageCalldata: Hex;
  readonly relayLogs: readonly [JsonLog, JsonLog];
}
interface UpgradeVector {
  readonly intent: string;
  readonly sourceHash: Hex;
  readonly from: Hex;
  readonly to: Hex | null;
  readonly gasLimit: string;
  readonly txHash: Hex;
  readonly data?: Hex;
  readonly dataKeccak: Hex;
  readonly dataLength: number;
  readonly encoded?: Hex;
  readonly encodedLength: number;
  readonly createdAddress?: Hex;
}
interface Computed {
  readonly messages: readonly MessageVector[];
  readonly logHashes: readonly (JsonLog & { readonly name: string; readonly payload: Hex; readonly payloadHash: Hex; readonly logHash: Hex })[];
  readonly accessListParse: { readonly valid: readonly { readonly name: string; readonly keys: readonly string[] }[]; readonly invalid: readonly { readonly name: string; readonly keys: readonly string[]; readonly error: string }[] };
  readonly messenger: readonly MessengerVector[];
  readonly reverts: { readonly cases: Readonly<Record<string, Hex>> };
  readonly outputV0: { readonly stateRoot: Hex; readonly messagePasserStorageRoot: Hex; readonly blockHash: Hex; readonly preimage: Hex; readonly outputRoot: Hex };
  readonly superRoots: readonly { readonly name: string; readonly timestamp: string; readonly outputRoots: readonly { readonly chainId: string; readonly root: Hex }[]; readonly encoded: Hex; readonly superRoot: Hex }[];
  readonly transitionStates: readonly {
    readonly name: string; readonly superEncoded: Hex; readonly pendingProgress: readonly { readonly blockHash: Hex; readonly outputRoot: Hex }[]; readonly step: string; readonly encoded: Hex; readonly hash: Hex;
    readonly specLiteralHashWithoutVersionByte: Hex;
  }[];
  readonly invalidTransition: { readonly preimage: Hex; readonly hash: Hex };
  readonly upgradeDeposits: { readonly txs: readonly UpgradeVector[] };
  readonly removedOptimisticBlockDeposit: { readonly outputPreimage: Hex; readonly outputRoot: Hex; readonly sourceHash: Hex; readonly encoded: Hex; readonly txHash: Hex };
  readonly timing: { readonly activation: string; readonly blockTime: string; readonly expiry: string; readonly rows: readonly { readonly execTimestamp: string; readonly initTimestamp: string; readonly verdict: string }[] };
  readonly cycles: {
    readonly timestamp: number;
    readonly cases: readonly { readonly name: string; readonly executingMessages: Readonly<Record<string, readonly { readonly at: number; readonly chain: string; readonly log: number; readonly initTs: number }[]>>; readonly flaggedChains: readonly string[] }[];
  };
  readonly json: { readonly executingDescriptor: { readonly json: string } };
  readonly selectors: Readonly<Record<"functions" | "events" | "errors", Readonly<Record<string, Hex>>>>;
}
interface Curated {
  readonly reference: { readonly origin: Hex; readonly blockNumber: Hex; readonly logIndex: Hex; readonly timestamp: Hex; readonly chainId: Hex; readonly payload_utf8: string; readonly msgHash: Hex; readonly logHash: Hex; readonly checksum: Hex; readonly accessListLookupEntry: Hex };
  readonly executing_message_log: { readonly log: JsonLog; readonly expect: { readonly origin: Hex; readonly blockNumber: number; readonly logIndex: number; readonly timestamp: number; readonly chainId: number; readonly payloadHash: Hex } };
  readonly event_decode_rejects: readonly { readonly case: string; readonly error: string }[];
  readonly log_hash: JsonLog & { readonly logHash: Hex };
}

const NO_COMPUTED: Computed = {
  messages: [], logHashes: [], accessListParse: { valid: [], invalid: [] }, messenger: [], reverts: { cases: {} }, outputV0: { stateRoot: "0x", messagePasserStorageRoot: "0x", blockHash: "0x", preimage: "0x", outputRoot: "0x" },
  superRoots: [], transitionStates: [], invalidTransition: { preimage: "0x", hash: "0x" }, upgradeDeposits: { txs: [] }, removedOptimisticBlockDeposit: { outputPreimage: "0x", outputRoot: "0x", sourceHash: "0x", encoded: "0x", txHash: "0x" },
  timing: { activation: "0", blockTime: "1", expiry: "1", rows: [] }, cycles: { timestamp: 0, cases: [] }, json: { executingDescriptor: { json: "{}" } }, selectors: { functions: {}, events: {}, errors: {} },
};
const NO_LOG: JsonLog = { address: "0x", topics: [], data: "0x" };
const NO_CURATED: Curated = {
  reference: { origin: "0x", blockNumber: "0x", logIndex: "0x", timestamp: "0x", chainId: "0x", payload_utf8: "", msgHash: "0x", logHash: "0x", checksum: "0x", accessListLookupEntry: "0x" },
  executing_message_log: { log: NO_LOG, expect: { origin: "0x", blockNumber: 0, logIndex: 0, timestamp: 0, chainId: 0, payloadHash: "0x" } }, event_decode_rejects: [], log_hash: { ...NO_LOG, logHash: "0x" },
};
const computed = vectorJson<Computed>("interop-computed.json", NO_COMPUTED);
const curated = vectorJson<Curated>("inline-curated/interop-messages.json", NO_CURATED);

const logOf = ({ address, topics, data }: JsonLog): Log => ({ address: hexToBytes(address), topics: topics.map((topic) => hexToBytes(topic)), data: hexToBytes(data) });
const identifierOf = ({ origin, blockNumber, logIndex, timestamp, chainId }: JsonIdentifier) => ({ origin, blockNumber: BigInt(blockNumber), logIndex: Number(logIndex), timestamp: BigInt(timestamp), chainId: BigInt(chainId) });
const fitsNumbers = ({ blockNumber, timestamp }: JsonIdentifier): boolean => BigInt(blockNumber) < 1n << 53n && BigInt(timestamp) < 1n << 53n;
const selectorOf = (signature: string): Hex => bytesToHex(hexToBytes(keccak256Hex(utf8ToBytes(signature))).subarray(0, 4));
const named = <T extends object>(items: readonly T[], name: (item: T) => string): (T & { readonly title: string })[] => items.map((item) => ({ ...item, title: name(item) }));

describe.skipIf(!haveVectors)("interop: computed vectors", () => {
  it("holds no section beside those that are tested here", () => {
    expect(Object.keys(computed).filter((key) => key !== "_about").sort()).toEqual(Object.keys(NO_COMPUTED).sort());
    expect(Object.keys(curated).sort()).toEqual(Object.keys(NO_CURATED).sort());
  });

  describe.each(computed.messages)("message $name", ({ identifier, payload, executingLog, msgHash, logHash, idPacked, idLogHash, bareChecksum, checksum, accessListStorageKeys }) => {
    const id = identifierOf(identifier);

    it("has the log hash, the steps and the checksum", () => {
      const log = logHashFrom(id.origin, msgHash);
      expect(bytesToHex(log)).toBe(logHash);
      expect(keccak256Hex(concatBytes(log, hexToBytes(idPacked)))).toBe(idLogHash);
      expect(checksumOfLog(log, id)).toBe(checksum);
      expect(messageChecksum(id, msgHash)).toBe(checksum);
      expect(checksum.slice(4)).toBe(bareChecksum.slice(4));
    });

    it("has the access-list entries, which read back where numbers can hold them and are refused where not", () => {
      expect(inboxEntriesOf({ identifier: id, payloadHash: msgHash })).toEqual(accessListStorageKeys);
      expect(accessListOf([{ identifier: id, payloadHash: msgHash }])).toEqual([{ address: "0x4200000000000000000000000000000000000022", storageKeys: accessListStorageKeys }]);
      if (!fitsNumbers(identifier)) return expect(() => parseInboxEntries(accessListStorageKeys)).toThrow(/block number of entry 0 \d+ is outside/);
      expect(parseInboxEntries(accessListStorageKeys)).toEqual([{ identifier: { blockNumber: Number(id.blockNumber), logIndex: id.logIndex, timestamp: Number(id.timestamp), chainId: id.chainId }, checksum }]);
    });

    it("has an identifier that encodes and decodes", () => {
      expect(decodeWideIdentifier(encodeIdentifier(id))).toEqual(id);
      if (executingLog !== undefined) expect(bytesToHex(encodeIdentifier(id))).toBe(executingLog.data);
    });

    it("has the payload hash, or the executing log, that is given with it", () => {
      if (payload !== undefined) expect(payloadHashOf({ topics: [], data: hexToBytes(payload) })).toBe(msgHash);
      const log = executingLog === undefined ? { address: hexToBytes("0x4200000000000000000000000000000000000022"), topics: [hexToBytes(EXECUTING_MESSAGE_TOPIC), hexToBytes(msgHash)], data: encodeIdentifier(id) } : logOf(executingLog);
      expect(decodeExecutingMessage(log, 9)).toMatchObject({ payloadHash: msgHash, checksum, logIndex: 9, identifier: { origin: id.origin, logIndex: id.logIndex, chainId: id.chainId } });
    });
  });

  it.each(computed.logHashes)("log $name has the payload and the hashes", ({ payload, payloadHash, logHash, address, topics, data }) => {
    const log = logOf({ address, topics, data });
    expect(bytesToHex(messagePayload(log))).toBe(payload);
    expect(payloadHashOf(log)).toBe(payloadHash);
    expect(bytesToHex(logHashOf(log))).toBe(logHash);
  });

  it.each(computed.accessListParse.valid)("access list is read: $name", ({ keys }) => {
    expect(parseInboxEntries(keys)).toHaveLength(1);
  });

  it.each(computed.accessListParse.invalid)("access list is refused: $name", ({ keys, error }) => {
    expect(() => readInboxClaim(keys, 0)).toThrow(error);
  });

  describe.each(computed.messenger)("messenger: $name", (vector) => {
    const sent = { destination: BigInt(vector.destinationChainId), target: vector.target, nonce: BigInt(vector.messageNonce), sender: vector.sender, message: hexToBytes(vector.message) };
    const log = logOf(vector.sentMessageLog);
    const identifier = identifierOf(vector.identifier);

    it("SentMessage decodes and has the message hash", () => {
      expect(decodeSentMessage(log)).toEqual(sent);
      expect(sentMessageHash(BigInt(vector.sourceChainId), sent)).toBe(vector.messageHash);
    });

    it("its log has the payload, the hashes, the checksum and the access list", () => {
      expect(bytesToHex(messagePayload(log))).toBe(vector.payload);
      expect(payloadHashOf(log)).toBe(vector.msgHash);
      expect(bytesToHex(logHashOf(log))).toBe(vector.logHash);
      expect(checksumOfLog(logHashOf(log), identifier)).toBe(vector.checksum);
      expect(inboxEntriesOf({ identifier, payloadHash: vector.msgHash })).toEqual(vector.accessListStorageKeys);
    });

    it("relayMessage has the calldata and its logs decode", () => {
      expect(bytesToHex(encodeRelayMessage(identifier, hexToBytes(vector.payload)))).toBe(vector.relayMessageCalldata);
      expect(decodeExecutingMessage(logOf(vector.relayLogs[0]), 0)).toMatchObject({ payloadHash: vector.msgHash, checksum: vector.checksum });
      expect(decodeRelayedMessage(logOf(vector.relayLogs[1]))).toEqual({ source: BigInt(vector.sourceChainId), nonce: sent.nonce, messageHash: vector.messageHash, returnDataHash: keccak256Hex(new Uint8Array(0)) });
      expect(vector.sendMessageCalldata.slice(0, 10)).toBe(computed.selectors.functions["sendMessage(uint256,address,bytes)"]);
    });
  });

  it.each(Object.entries(computed.reverts.cases))("revert %s", (name, selector) => {
    expect(selectorOf(name.split(" -> ")[1]!)).toBe(selector);
  });

  it("output root of version 0", () => {
    const { preimage, outputRoot, ...output } = computed.outputV0;
    expect(outputRootV0(output)).toBe(outputRoot);
    expect(keccak256Hex(hexToBytes(preimage))).toBe(outputRoot);
  });

  it.each(computed.superRoots)("super root $name", ({ timestamp, outputRoots, encoded, superRoot }) => {
    const value = { timestamp: Number(timestamp), chains: outputRoots.map(({ chainId, root }) => ({ chainId: BigInt(chainId), outputRoot: root })) };
    expect(bytesToHex(encodeSuperRoot(value))).toBe(encoded);
    expect(decodeSuperRoot(hexToBytes(encoded))).toEqual(value);
    expect(keccak256Hex(encodeSuperRoot(value))).toBe(superRoot);
  });

  it("super roots of the public clients' tests", () => {
    const { super_root } = vectorJson<PublishedRoots>("inline-curated/roots.json", { super_root: [] });
    for (const { timestamp, chains, expected_hash } of super_root) {
      const wide = chains.map(({ chainId, outputRoot }) => ({ chainId: BigInt(chainId), outputRoot }));
      expect(keccak256Hex(encodeSuperRoot({ timestamp, chains: wide }))).toBe(expected_hash);
    }
  });

  it.each(computed.transitionStates)("transition state $name", ({ superEncoded, pendingProgress, step, encoded, hash, specLiteralHashWithoutVersionByte }) => {
    const state = { superRoot: decodeSuperRoot(hexToBytes(superEncoded)), pendingProgress, step: Number(step) };
    expect(bytesToHex(encodeTransitionState(state))).toBe(encoded);
    expect(decodeTransitionState(hexToBytes(encoded))).toEqual(state);
    expect(transitionStateHash(state)).toBe(hash);
    expect(keccak256Hex(hexToBytes(encoded).subarray(1))).toBe(specLiteralHashWithoutVersionByte);
  });

  it("the claim of an invalid transition", () => {
    expect(INVALID_TRANSITION_HASH).toBe(computed.invalidTransition.hash);
    expect(keccak256Hex(hexToBytes(computed.invalidTransition.preimage))).toBe(INVALID_TRANSITION_HASH);
  });

  it.each(computed.upgradeDeposits.txs)("upgrade deposit $intent", ({ intent, sourceHash, from, to, gasLimit, data, dataKeccak, dataLength, encoded, encodedLength, createdAddress, txHash }) => {
    expect(upgradeSourceHash(intent)).toBe(sourceHash);
    const content = data === undefined ? new Uint8Array(dataLength) : hexToBytes(data);
    const bytes = encodeTransaction({ type: TX_DEPOSIT, sourceHash, from, ...(to === null ? {} : { to }), mint: 0n, value: 0n, gas: Number(gasLimit), isSystemTx: false, data: content });
    expect([content.length, bytes.length]).toEqual([dataLength, encodedLength]);
    if (createdAddress !== undefined) {
      expect(`0x${keccak256Hex(rlpEncode([hexToBytes(from), new Uint8Array(0)])).slice(-40)}`).toBe(createdAddress);
      expect(computed.upgradeDeposits.txs.map((update) => update.data)).toContain(`${selectorOf("upgradeTo(address)")}${createdAddress.slice(2).padStart(64, "0")}`);
    }
    // The code of the two deployments is not among the vectors.
    if (data === undefined || encoded === undefined) return;
    expect(keccak256Hex(hexToBytes(data))).toBe(dataKeccak);
    expect(bytesToHex(bytes)).toBe(encoded);
    expect(transactionHash(bytes)).toBe(txHash);
  });

  it("the removed deposit of a replaced block still encodes as older networks have it", () => {
    const { outputPreimage, outputRoot, sourceHash, encoded, txHash } = computed.removedOptimisticBlockDeposit;
    expect(keccak256Hex(hexToBytes(outputPreimage))).toBe(outputRoot);
    expect(keccak256Hex(hexToBytes(`0x${"04".padStart(64, "0")}${outputRoot.slice(2)}`))).toBe(sourceHash);
    const bytes = encodeTransaction({
      type: TX_DEPOSIT, sourceHash, from: "0xdeaddeaddeaddeaddeaddeaddeaddeaddead0002", to: "0x0000000000000000000000000000000000000000", mint: 0n, value: 0n, gas: 36_000, isSystemTx: false, data: hexToBytes(outputPreimage),
    });
    expect(bytesToHex(bytes)).toBe(encoded);
    expect(transactionHash(bytes)).toBe(txHash);
  });

  it.each(computed.timing.rows)("timing: sent at $initTimestamp, executed at $execTimestamp: $verdict", ({ execTimestamp, initTimestamp, verdict }) => {
    const rules: Readonly<Record<string, string>> = { future: "timestamp", expired: "expiry", "exec-activation": "execution-activation", "init-activation": "initiation-activation" };
    const identifier = { blockNumber: 1, logIndex: 0, timestamp: Number(initTimestamp), chainId: 2n };
    const yes: ContainsAnswer = { kind: "yes" };
    const result = checkMessage({ identifier, checksum: `0x03${"00".repeat(31)}` }, {
      executingChainId: 1n, executingTimestamp: Number(execTimestamp), sameTimestamp: "allowed", dependencySet: meshOf([1, 2], Number(computed.timing.expiry)),
      activationOf: () => ({ activationTime: Number(computed.timing.activation), blockTime: Number(computed.timing.blockTime) }), contains: () => yes,
    });
    expect(result.kind === "valid" ? "ok" : result.rule).toBe(verdict === "ok" ? "ok" : rules[verdict]);
  });

  it.each(computed.cycles.cases)("cycle: $name", ({ executingMessages, flaggedChains }) => {
    const ids = new Map([..."ABCDE"].map((name, i) => [name, BigInt(i + 1)]));
    const idOf = (name: string): bigint => ids.get(name)!;
    const byChain = new Map(Object.entries(executingMessages).map(([name, messages]) => [idOf(name), messages.map(({ at, chain, log, initTs }) => ({ logIndex: at, identifier: { chainId: idOf(chain), logIndex: log, timestamp: initTs } }))]));
    expect(chainsInCycles(computed.cycles.timestamp, byChain)).toEqual(flaggedChains.map(idOf));
  });

  it("executing descriptor reads and writes the published JSON", () => {
    const { json } = computed.json.executingDescriptor;
    const descriptor = parseExecutingDescriptor(JSON.parse(json));
    expect(descriptor).toEqual({ timestamp: 1_234_567_890, timeout: 3_600, chainId: 1_000n });
    expect(JSON.stringify(executingDescriptorToJson(descriptor))).toBe(json);
  });

  it.each([...Object.entries(computed.selectors.functions), ...Object.entries(computed.selectors.errors)])("selector of %s", (signature, selector) => {
    expect(selectorOf(signature)).toBe(selector);
  });

  it.each(Object.entries(computed.selectors.events))("topic of %s", (signature, topic) => {
    expect(keccak256Hex(utf8ToBytes(signature))).toBe(topic);
  });

  it("the topics in use here are the published ones", () => {
    expect(EXECUTING_MESSAGE_TOPIC).toBe(computed.selectors.events["ExecutingMessage(bytes32,(address,uint256,uint256,uint256,uint256))"]);
    expect(SENT_MESSAGE_TOPIC).toBe(computed.selectors.events["SentMessage(uint256,address,uint256,address,bytes)"]);
    expect(RELAYED_MESSAGE_TOPIC).toBe(computed.selectors.events["RelayedMessage(uint256,uint256,bytes32,bytes32)"]);
  });
});

describe.skipIf(!haveVectors)("interop: curated vectors", () => {
  it("the reference message has the hashes, the checksum and the lookup entry", () => {
    const { origin, blockNumber, logIndex, timestamp, chainId, payload_utf8, msgHash, logHash, checksum, accessListLookupEntry } = curated.reference;
    const id = { origin, blockNumber: BigInt(blockNumber), logIndex: Number(logIndex), timestamp: BigInt(timestamp), chainId: BigInt(chainId) };
    expect(payloadHashOf({ topics: [], data: utf8ToBytes(payload_utf8) })).toBe(msgHash);
    expect(bytesToHex(logHashFrom(origin, msgHash))).toBe(logHash);
    expect(messageChecksum(id, msgHash)).toBe(checksum);
    expect(lookupEntry(id)).toBe(accessListLookupEntry);
    expect(chainIdExtensionEntry(id.chainId)).toBeUndefined();
  });

  it("the reference executing message decodes", () => {
    const { log, expect: wanted } = curated.executing_message_log;
    const { payloadHash, chainId, ...id } = wanted;
    const decoded = decodeExecutingMessage(logOf(log), 3);
    expect(decoded).toMatchObject({ identifier: { ...id, chainId: BigInt(chainId) }, payloadHash, logIndex: 3 });
    expect(decoded?.checksum).toBe(computed.messages.find(({ name }) => name === "executing-log-decode")?.checksum);
  });

  const damage: Readonly<Record<string, (log: Log) => Pick<Log, "topics" | "data">>> = {
    "0 topics": ({ data }) => ({ topics: [], data }),
    "wrong topic0": ({ topics, data }) => ({ topics: [new Uint8Array(32), topics[1]!], data }),
    "1 topic": ({ topics, data }) => ({ topics: topics.slice(0, 1), data }),
    "3 topics": ({ topics, data }) => ({ topics: [...topics, new Uint8Array(32)], data }),
    "data 128 bytes": ({ topics, data }) => ({ topics, data: data.subarray(0, 128) }),
    "data 192 bytes": ({ topics, data }) => ({ topics, data: concatBytes(data, new Uint8Array(32)) }),
    "data[0]=1": ({ topics, data }) => ({ topics, data: data.with(0, 1) }),
    "data[32+23]=1": ({ topics, data }) => ({ topics, data: data.with(32 + 23, 1) }),
  };
  it.each(named(curated.event_decode_rejects, (item) => item.case))("the executing message is refused: $title", ({ title, error }) => {
    expect(() => decodeExecutingMessageEvent(damage[title]!(logOf(curated.executing_message_log.log)), 0)).toThrow(error);
  });

  it("the reference log has the log hash", () => {
    expect(bytesToHex(logHashOf(logOf(curated.log_hash)))).toBe(curated.log_hash.logHash);
  });
});
