import { INTEROP_PREDEPLOYS, MULTICALL3_ADDRESS } from "@pangaea/config";
import { bytesEqual, bytesToHex, concatBytes, type Hex, hexToBytes, keccak256, type Log, utf8ToBytes, writeU32, writeU64 } from "@pangaea/primitives";
import { expect } from "vitest";
import { type AbiWord, abiBytesAt, abiEncode, abiWord, abiWordAt, buildL2Genesis, encodeCall, selector } from "../../src/index.ts";
import { ALICE, ETHER, genesisInput, type Outcome, TestChain, TIMESTAMP } from "./chain.ts";

export const BOB: Hex = `0x${"b0".repeat(20)}`;
export const { crossL2Inbox: INBOX, l2ToL2CrossDomainMessenger: MESSENGER, superchainEthBridge: ETH_BRIDGE, ethLiquidity: LIQUIDITY, superchainTokenBridge: TOKEN_BRIDGE } = INTEROP_PREDEPLOYS;
export const SEND = "sendMessage(uint256,address,bytes)";
export const VALIDATE = "validateMessage((address,uint256,uint256,uint256,uint256),bytes32)";
export const RELAY = "relayMessage((address,uint256,uint256,uint256,uint256),bytes)";
export const topic = (signature: string): Uint8Array => keccak256(utf8ToBytes(signature));

export interface Identifier {
  readonly origin: Hex;
  readonly blockNumber: bigint;
  readonly logIndex: bigint;
  readonly timestamp: bigint;
  readonly chainId: bigint;
}

/** A log as another chain refers to it. */
export interface Message {
  readonly id: Identifier;
  readonly payload: Uint8Array;
}

const GENESES = [901, 902].map((chainId) => buildL2Genesis(genesisInput({ chainId, interop: true, faucetToken: true, funded: { [ALICE]: 10n * ETHER, [BOB]: ETHER } })));
/** Chain A, 901, and chain B, 902: fresh states on which interop is active. */
export const freshChains = (): readonly [TestChain, TestChain] => [TestChain.fromGenesis(GENESES[0]), TestChain.fromGenesis(GENESES[1])];

export const idWords = ({ origin, blockNumber, logIndex, timestamp, chainId }: Identifier): AbiWord[] => [origin, blockNumber, logIndex, timestamp, chainId];

/** The message's key in an access list, reckoned step by step as the specification words it. */
export function checksum({ id, payload }: Message): Hex {
  const logHash = keccak256(concatBytes(hexToBytes(id.origin), keccak256(payload)));
  const place = new Uint8Array(32);
  writeU64(place, 12, id.blockNumber);
  writeU64(place, 20, id.timestamp);
  writeU32(place, 28, Number(id.logIndex));
  const bare = keccak256(concatBytes(keccak256(concatBytes(logHash, place)), abiWord(id.chainId)));
  bare[0] = 3;
  return bytesToHex(bare);
}

/** A log of a call as other chains refer to it, as if the call were alone in its block. */
export function messageOf(chain: TestChain, logs: readonly Log[], logIndex: number): Message {
  const log = logs[logIndex];
  if (log === undefined) throw new Error(`the call has ${logs.length} logs, none at ${logIndex}`);
  return {
    id: { origin: bytesToHex(log.address), blockNumber: BigInt(chain.blockNumber), logIndex: BigInt(logIndex), timestamp: BigInt(TIMESTAMP), chainId: BigInt(chain.chainId) },
    payload: concatBytes(...log.topics, log.data),
  };
}

/** The one SentMessage among the logs of a call. */
export function sentMessage(chain: TestChain, { logs }: Outcome): Message {
  const isSent = ({ topics: [first] }: Log): boolean => first !== undefined && bytesEqual(first, topic("SentMessage(uint256,address,uint256,address,bytes)"));
  expect(logs.filter(isSent)).toHaveLength(1);
  return messageOf(chain, logs, logs.findIndex(isSent));
}

export interface RelayOptions {
  readonly value?: bigint;
  /** Keys of the inbox in the transaction's access list; unless given, the message's own. */
  readonly declared?: readonly Hex[];
}

export const relayCall = ({ id, payload }: Message): Uint8Array => encodeCall(RELAY, [...idWords(id), payload]);

export function relay(chain: TestChain, message: Message, { value = 0n, declared = [checksum(message)] }: RelayOptions = {}): Outcome {
  return chain.call({ from: BOB, to: MESSENGER, data: relayCall(message), value, accessList: { [INBOX]: declared } });
}

/** Relays and throws when it fails. */
export function relayed(chain: TestChain, message: Message, options: RelayOptions = {}): Outcome {
  const outcome = relay(chain, message, options);
  if (!outcome.success) throw new Error(`relay failed: ${outcome.error} ${bytesToHex(outcome.output)}`);
  return outcome;
}

/** A call failed with an error without arguments, and left no log. */
export function expectError(outcome: Outcome, name: string): void {
  expect([outcome.success, bytesToHex(outcome.output), outcome.logs]).toEqual([false, bytesToHex(selector(`${name}()`)), []]);
}

export const logText = ({ address, topics, data }: Log) => ({ address: bytesToHex(address), topics: topics.map(bytesToHex), data: bytesToHex(data) });

/** What a log must be: its event's signature, the indexed values, the others. */
export const eventText = (address: Hex, signature: string, indexed: readonly AbiWord[], values: readonly (AbiWord | Uint8Array)[]) => ({
  address, topics: [bytesToHex(topic(signature)), ...indexed.map((value) => bytesToHex(abiWord(value)))], data: bytesToHex(abiEncode(values)),
});

/** Makes calls in one transaction, the failing ones included: of each whether it succeeded, and what it gave back. */
export function together(chain: TestChain, calls: readonly (readonly [Hex, Uint8Array])[], declared: readonly Hex[]): readonly { readonly success: boolean; readonly output: Uint8Array }[] {
  const entries = calls.map(([to, data]) => abiEncode([to, true, data]));
  const offsets = entries.map((_, i) => 32 * calls.length + entries.slice(0, i).reduce((sum, { length }) => sum + length, 0));
  const { output } = chain.call({ from: BOB, to: MULTICALL3_ADDRESS, data: concatBytes(encodeCall("aggregate3((address,bool,bytes)[])", [32, calls.length, ...offsets]), ...entries), accessList: { [INBOX]: declared } });
  const results = output.subarray(64);
  return calls.map((_, i) => {
    const result = results.subarray(Number(abiWordAt(results, i)));
    return { success: abiWordAt(result, 0) === 1n, output: abiBytesAt(result, 1) };
  });
}

/** A contract that calls the address in the first 20 bytes it is given with the rest of them and all its ether, and ends as that call ends. */
export const FORWARDER: Hex = `0x${"f0".repeat(20)}`;
const FORWARDER_CODE = hexToBytes("0x60143603806014600037600060008260003460003560601c5af13d600060003e6027573d6000fd5b3d6000f3");
export function installForwarder(chain: TestChain): void {
  chain.state.setCode(FORWARDER, FORWARDER_CODE);
}
export const forward = (to: Hex, data: Uint8Array): Uint8Array => concatBytes(hexToBytes(to), data);
