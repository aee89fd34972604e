import { PREDEPLOYS } from "@pangaea/config";
import { bytesToHex, type Hex, hexToBytes } from "@pangaea/primitives";
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { abiBytesAt, abiEncode, abiWord, DEVNET_FAUCET_TOKEN_ADDRESS as TOKEN, encodeCall, selector, TestToken } from "../src/index.ts";
import { ALICE, type TestChain } from "./support/chain.ts";
import { BOB, eventText, expectError, freshChains, logText, type Message, MESSENGER, relay, relayed, SEND, sentMessage, TOKEN_BRIDGE } from "./support/interop.ts";

const SEND_ERC20 = "sendERC20(address,address,uint256,uint256)";
const RELAY_ERC20 = "relayERC20(address,address,address,uint256)";
const TRANSFER = "Transfer(address,address,uint256)";
const NOBODY: Hex = `0x${"00".repeat(20)}`;

let a: TestChain;
let b: TestChain;
beforeEach(() => {
  [a, b] = freshChains();
  a.run(BOB, TOKEN, "faucetMint(address,uint256)", [ALICE, 1_000]);
});
const send = (from: TestChain, to: TestChain, sender: Hex, recipient: Hex, amount: bigint): Message => sentMessage(from, from.run(sender, TOKEN_BRIDGE, SEND_ERC20, [TOKEN, recipient, amount, to.chainId]));
const balance = (chain: TestChain, holder: Hex) => chain.word(TOKEN, "balanceOf(address)", [holder]);
const supply = (chain: TestChain) => chain.word(TOKEN, "totalSupply()");

describe("SuperchainTokenBridge", () => {
  test("burns a token on one chain and mints it on the other, with their events", () => {
    const sent = a.run(ALICE, TOKEN_BRIDGE, SEND_ERC20, [TOKEN, BOB, 400, 902]);
    expect(sent.logs.map(logText)).toEqual([
      eventText(TOKEN, TRANSFER, [ALICE, NOBODY], [400]),
      eventText(TOKEN, "CrosschainBurn(address,uint256,address)", [ALICE, TOKEN_BRIDGE], [400]),
      eventText(MESSENGER, "SentMessage(uint256,address,uint256,address,bytes)", [902, TOKEN_BRIDGE, 0], [TOKEN_BRIDGE, encodeCall(RELAY_ERC20, [TOKEN, ALICE, BOB, 400])]),
      eventText(TOKEN_BRIDGE, "SendERC20(address,address,address,uint256,uint256)", [TOKEN, ALICE, BOB], [400, 902]),
    ]);
    expect([balance(a, ALICE), supply(a), supply(b)]).toEqual([600n, 600n, 0n]);

    const { logs } = relayed(b, sentMessage(a, sent));
    expect(logs.slice(1, -1).map(logText)).toEqual([
      eventText(TOKEN, TRANSFER, [NOBODY, BOB], [400]),
      eventText(TOKEN, "CrosschainMint(address,uint256,address)", [BOB, TOKEN_BRIDGE], [400]),
      eventText(TOKEN_BRIDGE, "RelayERC20(address,address,address,uint256,uint256)", [TOKEN, ALICE, BOB], [400, 901]),
    ]);
    expect([balance(b, BOB), supply(a), supply(b)]).toEqual([400n, 600n, 400n]);
  });

  test("conserves the supply over both chains, whatever is sent to and fro", () => {
    const transfer = fc.record({ there: fc.boolean(), amount: fc.bigInt({ min: 0n, max: 200n }) });
    fc.assert(fc.property(fc.array(transfer, { maxLength: 5 }), (transfers) => {
      [a, b] = freshChains();
      for (const chain of [a, b]) chain.run(BOB, TOKEN, "faucetMint(address,uint256)", [ALICE, 1_000]);
      for (const { there, amount } of transfers) {
        const [from, to] = there ? [a, b] : [b, a];
        relayed(to, send(from, to, ALICE, BOB, amount));
      }
      const holdings = [a, b].flatMap((chain) => [ALICE, BOB].map((holder) => balance(chain, holder))).reduce((sum, part) => sum + part);
      expect([supply(a) + supply(b), holdings]).toEqual([2_000n, 2_000n]);
    }), { numRuns: 20 });
  });

  test("mints for a message once", () => {
    const message = send(a, b, ALICE, BOB, 10n);
    relayed(b, message);
    expectError(relay(b, message), "MessageAlreadyRelayed");
    expect(supply(b)).toBe(10n);
  });

  test("sends nothing to the zero address, nothing that is no ERC-7802 token, nothing to its own chain: in this order", () => {
    const plain = a.create(ALICE, hexToBytes(`${TestToken.bytecode}${bytesToHex(abiWord(1_000)).slice(2)}`));
    const attempt = (token: Hex, to: Hex, destination: number) => a.call({ to: TOKEN_BRIDGE, data: encodeCall(SEND_ERC20, [token, to, 1, destination]) });
    expectError(attempt(PREDEPLOYS.gasPriceOracle, NOBODY, 901), "ZeroAddress");
    expect(attempt(plain, BOB, 901)).toMatchObject({ success: false, logs: [] });
    a.state.setCode(plain, hexToBytes("0x600060005260206000f3"));
    expectError(attempt(plain, BOB, 901), "InvalidERC7802");
    expectError(attempt(TOKEN, BOB, 901), "MessageDestinationSameChain");
    expect(supply(a)).toBe(1_000n);
  });

  test("sends no more than the sender has", () => {
    const outcome = a.call({ to: TOKEN_BRIDGE, data: encodeCall(SEND_ERC20, [TOKEN, BOB, 1_001, 902]) });
    expect([outcome.success, bytesToHex(outcome.output)]).toEqual([false, bytesToHex(encodeCall("ERC20InsufficientBalance(address,uint256,uint256)", [ALICE, 1_000, 1_001]))]);
  });

  test("mints for nobody who asks without a message, nor for a message that it did not send", () => {
    const claim = encodeCall(RELAY_ERC20, [TOKEN, ALICE, ALICE, 5]);
    expectError(b.call({ to: TOKEN_BRIDGE, data: claim }), "Unauthorized");
    expectError(relay(b, sentMessage(a, a.run(ALICE, MESSENGER, SEND, [902, TOKEN_BRIDGE, claim]))), "InvalidCrossDomainSender");
    expect(supply(b)).toBe(0n);
  });
});

describe("SuperchainERC20, by the faucet token", () => {
  test.each(["crosschainMint(address,uint256)", "crosschainBurn(address,uint256)"])("obeys the token bridge alone: %s", (signature) => {
    for (const from of [ALICE, MESSENGER]) expectError(a.call({ from, to: TOKEN, data: encodeCall(signature, [ALICE, 1]) }), "Unauthorized");
    expect(a.call({ from: TOKEN_BRIDGE, to: TOKEN, data: encodeCall(signature, [ALICE, 1]) })).toMatchObject({ success: true });
  });

  test.each([
    ["ERC-7802", "0x33331994", 1n],
    ["ERC-20", "0x36372b07", 1n],
    ["ERC-165", "0x01ffc9a7", 1n],
    ["no interface", "0xffffffff", 0n],
  ] as const)("tells whether it has the interface of %s", (_, id, expected) => {
    expect(a.word(TOKEN, "supportsInterface(bytes4)", [`${id}${"00".repeat(28)}`])).toBe(expected);
  });

  test("has a name, a symbol and 18 decimals", () => {
    const text = (signature: string) => new TextDecoder().decode(abiBytesAt(a.run(ALICE, TOKEN, signature).output, 0));
    expect([text("name()"), text("symbol()"), a.word(TOKEN, "decimals()")]).toEqual(["Devnet Faucet Token", "FAUCET", 18n]);
  });

  test("moves between holders as an ERC-20 does, with an allowance that is used up unless it is the greatest", () => {
    expect(a.run(ALICE, TOKEN, "transfer(address,uint256)", [BOB, 300]).logs.map(logText)).toEqual([eventText(TOKEN, TRANSFER, [ALICE, BOB], [300])]);
    expect(a.run(ALICE, TOKEN, "approve(address,uint256)", [BOB, 50]).logs.map(logText)).toEqual([eventText(TOKEN, "Approval(address,address,uint256)", [ALICE, BOB], [50])]);
    a.run(BOB, TOKEN, "transferFrom(address,address,uint256)", [ALICE, BOB, 40]);
    expect([balance(a, ALICE), balance(a, BOB), a.word(TOKEN, "allowance(address,address)", [ALICE, BOB])]).toEqual([660n, 340n, 10n]);
    const outcome = a.call({ from: BOB, to: TOKEN, data: encodeCall("transferFrom(address,address,uint256)", [ALICE, BOB, 11]) });
    expect([outcome.success, bytesToHex(outcome.output.subarray(0, 4))]).toEqual([false, bytesToHex(selector("ERC20InsufficientAllowance(address,uint256,uint256)"))]);
    expect(bytesToHex(outcome.output.subarray(4))).toBe(bytesToHex(abiEncode([BOB, 10, 11])));
    a.run(ALICE, TOKEN, "approve(address,uint256)", [BOB, 2n ** 256n - 1n]);
    a.run(BOB, TOKEN, "transferFrom(address,address,uint256)", [ALICE, BOB, 660]);
    expect([balance(a, ALICE), a.word(TOKEN, "allowance(address,address)", [ALICE, BOB]), supply(a)]).toEqual([0n, 2n ** 256n - 1n, 1_000n]);
  });

  test("anyone mints the faucet token", () => {
    expect(a.run(BOB, TOKEN, "faucetMint(address,uint256)", [BOB, 7]).logs.map(logText)).toEqual([eventText(TOKEN, TRANSFER, [NOBODY, BOB], [7])]);
    expect([balance(a, BOB), supply(a)]).toEqual([7n, 1_007n]);
  });
});
