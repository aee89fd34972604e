import { bytesToHex, type Hex, hexToBytes } from "@pangaea/primitives";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { abiBytesAt, CrossL2Inbox, encodeCall, ETHLiquidity, L2ToL2CrossDomainMessenger, SuperchainERC20, SuperchainETHBridge, SuperchainTokenBridge, selector } from "../src/index.ts";
import { ALICE } from "./support/chain.ts";
import { checksum, freshChains, type Identifier, idWords, INBOX, logText, MESSENGER, topic } from "./support/interop.ts";
import { haveVectors, vectorJson } from "./support/vectors.ts";

const hex = z.string().regex(/^0x[0-9a-f]*$/).transform((text): Hex => `0x${text.slice(2)}`);
const identifier = z.object({ origin: hex, blockNumber: z.coerce.bigint(), logIndex: z.coerce.bigint(), timestamp: z.coerce.bigint(), chainId: z.coerce.bigint() });
const log = z.object({ address: hex, topics: z.array(hex), data: hex });
const schema = z.object({
  messages: z.array(z.object({ name: z.string(), identifier, msgHash: hex, checksum: hex })),
  messenger: z.array(z.object({
    name: z.string(), sender: hex, target: hex, messageNonce: z.coerce.bigint(), sendMessageCalldata: hex, sentMessageLog: log, messageHash: hex, identifier, payload: hex, checksum: hex, relayMessageCalldata: hex, relayLogs: z.array(log),
  })),
  reverts: z.object({ cases: z.record(z.string(), z.string()) }),
  selectors: z.object({ functions: z.record(z.string(), hex), events: z.record(z.string(), hex), errors: z.record(z.string(), hex) }),
});

interface AbiParameter {
  readonly type: string;
  readonly components?: readonly AbiParameter[];
}
const typeText = ({ type, components }: AbiParameter): string => (components === undefined ? type : `(${components.map(typeText).join(",")})${type.slice("tuple".length)}`);
const CONTRACTS = { CrossL2Inbox, L2ToL2CrossDomainMessenger, SuperchainETHBridge, ETHLiquidity, SuperchainTokenBridge, SuperchainERC20 };
const entries = Object.values(CONTRACTS).flatMap(({ abi }) => abi.map((item) => ({ kind: item.type, signature: `${item.name}(${item.inputs.map(typeText).join(",")})` })));
const signatures = (kind: "function" | "event" | "error"): ReadonlySet<string> => new Set(entries.filter((entry) => entry.kind === kind).map(({ signature }) => signature));

/** Signatures of the vectors that belong to contracts or releases that this project does not have. */
const ABSENT = {
  functions: ["fund()", "deploy(address,string,string,uint8)", "deployments(address)", "convert(address,address,uint256)", "implementation()", "lockETH()", "unlockETH(uint256)", "authorizePortal(address)", "authorizeLockbox(address)",
    "migrateLiquidity(address)", "receiveLiquidity()", "migrateLiquidity()", "upgradeTo(address)", "setFeature(bytes32)", "l2SequenceNumber()"],
  events: ["SentERC20(address,address,address,uint256,uint256)", "RelayedERC20(address,address,address,uint256,uint256)", "OptimismSuperchainERC20Created(address,address,address)", "OptimismMintableERC20Created(address,address,address)",
    "StandardL2TokenCreated(address,address)", "Converted(address,address,address,uint256)", "ETHLocked(address,uint256)", "ETHUnlocked(address,uint256)", "PortalAuthorized(address)", "LockboxAuthorized(address)",
    "LiquidityMigrated(address,uint256)", "LiquidityReceived(address,uint256)", "ETHMigrated(uint256)"],
  errors: ["NonDeclaredExecutingMessage()", "ETHLockbox_Paused()", "ETHLockbox_Unauthorized()", "ETHLockbox_InsufficientBalance()", "ETHLockbox_NoWithdrawalTransactions()", "ETHLockbox_DifferentSuperchainConfig()"],
} as const;

describe.skipIf(!haveVectors)("interop contracts answer as the bytecode that the specification pins (interop-computed.json)", () => {
  const vectors = haveVectors ? schema.parse(vectorJson("interop-computed.json")) : { messages: [], messenger: [], reverts: { cases: {} }, selectors: { functions: {}, events: {}, errors: {} } };
  const numberOf = ({ messages }: typeof vectors): number => messages.length;
  test("the vectors hold messages", () => expect(numberOf(vectors)).toBeGreaterThan(5));

  test.each(vectors.messages.map((message) => [message.name, message] as const))("checksum of %s", (_, { identifier: id, msgHash, checksum: expected }) => {
    const [, chain] = freshChains();
    expect(chain.word(INBOX, "calculateChecksum((address,uint256,uint256,uint256,uint256),bytes32)", [...idWords(id), msgHash])).toBe(BigInt(expected));
  });

  test("every message of the messenger is sent and relayed with the same hashes, calls and logs", () => {
    const [a, b] = freshChains();
    expect(vectors.messenger.length).toBeGreaterThan(1);
    for (const vector of vectors.messenger) {
      const sent = a.call({ from: vector.sender, to: MESSENGER, data: hexToBytes(vector.sendMessageCalldata) });
      expect([bytesToHex(sent.output), sent.logs.map(logText)]).toEqual([vector.messageHash, [vector.sentMessageLog]]);
      const id: Identifier = vector.identifier;
      const payload = hexToBytes(vector.payload);
      expect(checksum({ id, payload })).toBe(vector.checksum);
      expect(bytesToHex(encodeCall("relayMessage((address,uint256,uint256,uint256,uint256),bytes)", [...idWords(id), payload]))).toBe(vector.relayMessageCalldata);
      // The vectors were recorded on states without code at any target.
      b.state.setCode(vector.target, new Uint8Array(0));
      const relayed = b.call({ to: MESSENGER, data: hexToBytes(vector.relayMessageCalldata), accessList: { [INBOX]: [vector.checksum] } });
      expect([vector.name, relayed.logs.map(logText)]).toEqual([vector.name, vector.relayLogs]);
    }
  });

  test.each(["function", "event", "error"] as const)("each %s of the vectors is in an ABI with its selector", (kind) => {
    const group = `${kind}s` as const;
    const absent: readonly string[] = ABSENT[group];
    const expected = Object.entries(vectors.selectors[group]).filter(([signature]) => !absent.includes(signature));
    expect(expected.length).toBeGreaterThan(10);
    for (const [signature, value] of expected) {
      expect([signature, signatures(kind).has(signature)]).toEqual([signature, true]);
      expect([signature, bytesToHex(kind === "event" ? topic(signature) : selector(signature))]).toEqual([signature, value]);
    }
  });

  test.each([
    [INBOX, "1.0.1"],
    [MESSENGER, "1.2.0"],
  ] as const)("%s tells the version of the pinned bytecode: %s", (address, version) => {
    const [, chain] = freshChains();
    expect(new TextDecoder().decode(abiBytesAt(chain.run(ALICE, address, "version()").output, 0))).toBe(version);
  });

  test("each error that the pinned bytecode was seen to give is an error of these contracts", () => {
    for (const [name, value] of Object.entries(vectors.reverts.cases)) expect([name, [...signatures("error")].some((signature) => bytesToHex(selector(signature)) === value)]).toEqual([name, true]);
  });
});
