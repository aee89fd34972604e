import { INTEROP_PREDEPLOYS } from "@pangaea/config";
import { hexToBytes, keccak256Hex } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { relayCallOf, relayMessageOf } from "../src/relay-message.ts";
import { parseRelayCall, sentLog } from "./support/messages.ts";

/** The message of the reference notes: the first that chain 901 sends to 902, alone in block 5 of time 1000. */
const LOG = sentLog({ destination: 902, nonce: 0, sender: `0x${"11".repeat(20)}`, target: "0x00000000000000000000000000000000c0ffee01", message: hexToBytes("0xdeadbeef") });
const SENT = { log: LOG, blockNumber: 5, blockHash: `0x${"aa".repeat(32)}`, logIndex: 0, timestamp: 1_000, transactionHash: `0x${"bb".repeat(32)}` } as const;
const FROM = `0x${"77".repeat(20)}` as const;

describe("a message on its way", () => {
  it("is known to the messengers by the hash of all that was sent", () => {
    expect(relayMessageOf(901, 902, SENT)?.messageHash).toBe("0xea3dcf73cec85d5ad2ca9c54a11e671adb82840295d81c625f81be8cdedb82af");
    expect(relayMessageOf(903, 902, SENT)?.messageHash).not.toBe(relayMessageOf(901, 902, SENT)?.messageHash);
  });

  it("is called for with its place, payload and access list", () => {
    const message = relayMessageOf(901, 902, SENT)!;
    const call = relayCallOf(message, FROM);
    expect([call.from, call.to]).toEqual([FROM, INTEROP_PREDEPLOYS.l2ToL2CrossDomainMessenger]);
    const { identifier, payload, log } = parseRelayCall(call.data);
    expect(identifier).toEqual({ origin: INTEROP_PREDEPLOYS.l2ToL2CrossDomainMessenger, blockNumber: 5, logIndex: 0, timestamp: 1_000, chainId: 901n });
    expect([keccak256Hex(payload), log]).toEqual(["0xf8f4a20fa710c977ab458779465bfc33cbb3d7971b66516399a00eb43a28cd79", LOG]);
    expect(call.accessList).toEqual([{
      address: INTEROP_PREDEPLOYS.crossL2Inbox,
      storageKeys: ["0x010000000000000000000385000000000000000500000000000003e800000000", "0x034b8ef992d71106774253ef44aa244039e56b60817ebfa71186479006424ab2"],
    }]);
  });

  it("is none for another destination", () => {
    expect(relayMessageOf(901, 903, SENT)).toBeUndefined();
  });
});
