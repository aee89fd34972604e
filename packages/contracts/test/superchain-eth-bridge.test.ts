import { bytesToHex, type Hex, hexToBytes } from "@pangaea/primitives";
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { encodeCall, ETH_LIQUIDITY_BALANCE } from "../src/index.ts";
import { ALICE, ETHER, type TestChain } from "./support/chain.ts";
import { BOB, ETH_BRIDGE, eventText, expectError, freshChains, LIQUIDITY, logText, type Message, MESSENGER, relay, relayed, SEND, sentMessage } from "./support/interop.ts";

const SEND_ETH = "sendETH(address,uint256)";
const RELAY_ETH = "relayETH(address,address,uint256)";
const CONTRACT: Hex = `0x${"cc".repeat(20)}`;

let a: TestChain;
let b: TestChain;
beforeEach(() => {
  [a, b] = freshChains();
});
const send = (from: TestChain, to: TestChain, sender: Hex, recipient: Hex, amount: bigint): Message => sentMessage(from, from.run(sender, ETH_BRIDGE, SEND_ETH, [recipient, to.chainId], amount));
/** What people and contracts other than ETHLiquidity hold on both chains. */
const circulating = (): bigint => [a, b].flatMap((chain) => [ALICE, BOB, CONTRACT, ETH_BRIDGE, MESSENGER].map((holder) => chain.state.balance(holder))).reduce((sum, balance) => sum + balance);
const liquidity = (): bigint => a.state.balance(LIQUIDITY) + b.state.balance(LIQUIDITY);

describe("SuperchainETHBridge", () => {
  test("takes ether in on one chain and pays it out on the other, with their events", () => {
    const sent = a.run(ALICE, ETH_BRIDGE, SEND_ETH, [BOB, 902], 3n * ETHER);
    expect(sent.logs.map(logText)).toEqual([
      eventText(LIQUIDITY, "LiquidityBurned(address,uint256)", [ETH_BRIDGE], [3n * ETHER]),
      eventText(MESSENGER, "SentMessage(uint256,address,uint256,address,bytes)", [902, ETH_BRIDGE, 0], [ETH_BRIDGE, encodeCall(RELAY_ETH, [ALICE, BOB, 3n * ETHER])]),
      eventText(ETH_BRIDGE, "SendETH(address,address,uint256,uint256)", [ALICE, BOB], [3n * ETHER, 902]),
    ]);
    expect([a.state.balance(ALICE), a.state.balance(LIQUIDITY), circulating()]).toEqual([7n * ETHER, ETH_LIQUIDITY_BALANCE + 3n * ETHER, 19n * ETHER]);

    const { logs } = relayed(b, sentMessage(a, sent));
    expect(logs.slice(1, -1).map(logText)).toEqual([
      eventText(LIQUIDITY, "LiquidityMinted(address,uint256)", [ETH_BRIDGE], [3n * ETHER]),
      eventText(ETH_BRIDGE, "RelayETH(address,address,uint256,uint256)", [ALICE, BOB], [3n * ETHER, 901]),
    ]);
    expect([b.state.balance(BOB), b.state.balance(LIQUIDITY), circulating()]).toEqual([4n * ETHER, ETH_LIQUIDITY_BALANCE - 3n * ETHER, 22n * ETHER]);
  });

  test("conserves the sum over both chains to the wei, whatever is sent to and fro", () => {
    const transfer = fc.record({ there: fc.boolean(), amount: fc.oneof(fc.constantFrom(0n, 1n), fc.bigInt({ min: 0n, max: ETHER / 5n })) });
    fc.assert(fc.property(fc.array(transfer, { maxLength: 5 }), (transfers) => {
      [a, b] = freshChains();
      for (const { there, amount } of transfers) {
        const [from, to] = there ? [a, b] : [b, a];
        relayed(to, send(from, to, ALICE, BOB, amount));
      }
      expect([circulating(), liquidity()]).toEqual([22n * ETHER, 2n * ETH_LIQUIDITY_BALANCE]);
    }), { numRuns: 20 });
  });

  test("pays a message once", () => {
    const message = send(a, b, ALICE, BOB, ETHER);
    relayed(b, message);
    expectError(relay(b, message), "MessageAlreadyRelayed");
    expect([b.state.balance(BOB), circulating()]).toEqual([2n * ETHER, 22n * ETHER]);
  });

  test("pays a contract without running its code", () => {
    b.state.setCode(CONTRACT, hexToBytes("0xfe"));
    relayed(b, send(a, b, ALICE, CONTRACT, ETHER));
    expect(b.state.balance(CONTRACT)).toBe(ETHER);
  });

  test.each<[string, string, Hex, number]>([
    ["the zero address", "ZeroAddress", `0x${"00".repeat(20)}`, 902],
    ["its own chain", "MessageDestinationSameChain", BOB, 901],
    ["both, the address first", "ZeroAddress", `0x${"00".repeat(20)}`, 901],
  ])("sends nothing to %s, and keeps nothing", (_, error, to, destination) => {
    expectError(a.call({ to: ETH_BRIDGE, data: encodeCall(SEND_ETH, [to, destination]), value: ETHER }), error);
    expect([a.state.balance(ALICE), a.state.balance(LIQUIDITY)]).toEqual([10n * ETHER, ETH_LIQUIDITY_BALANCE]);
  });

  test("pays nobody who asks without a message, nor for a message that it did not send", () => {
    const claim = encodeCall(RELAY_ETH, [ALICE, ALICE, ETHER]);
    expectError(b.call({ to: ETH_BRIDGE, data: claim }), "Unauthorized");
    const forged = sentMessage(a, a.run(ALICE, MESSENGER, SEND, [902, ETH_BRIDGE, claim]));
    expectError(relay(b, forged), "InvalidCrossDomainSender");
    expect(circulating()).toBe(22n * ETHER);
  });

  test("hands nothing on from the relayer: ether that comes with a relay makes it fail", () => {
    expect(relay(b, send(a, b, ALICE, BOB, ETHER), { value: 1n }).success).toBe(false);
    expect(b.state.balance(BOB)).toBe(ETHER);
  });
});

describe("ETHLiquidity", () => {
  test("begins with the greatest number of 248 bits", () => {
    expect(a.state.balance(LIQUIDITY)).toBe(2n ** 248n - 1n);
  });

  test.each([["burn()", []], ["mint(uint256)", [1]]] as const)("serves the bridge alone: %s", (signature, values) => {
    const data = encodeCall(signature, values);
    expectError(a.call({ to: LIQUIDITY, data }), "Unauthorized");
    expect(a.call({ from: ETH_BRIDGE, to: LIQUIDITY, data })).toMatchObject({ success: true });
  });

  test("gives out no more than it holds", () => {
    expect(a.call({ from: ETH_BRIDGE, to: LIQUIDITY, data: encodeCall("mint(uint256)", [2n ** 248n]) })).toMatchObject({ success: false, logs: [] });
    expect(bytesToHex(a.run(ETH_BRIDGE, LIQUIDITY, "mint(uint256)", [2n ** 248n - 1n]).output)).toBe("0x");
    expect(a.state.balance(LIQUIDITY)).toBe(0n);
  });
});
