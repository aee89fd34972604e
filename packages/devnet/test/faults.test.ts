import { encodeIdentifier, inboxEntriesOf, messageChecksum } from "@pangaea/interop";
import { type Hex, InvalidInputError } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { type FaultModules, faultMethods, MESSAGE_FIELDS } from "../src/index.ts";
import { corruptMessage } from "../src/faults/corrupt-message.ts";

/** A devnet of which nothing may be asked but what the test gives. */
function methods(modules: Partial<FaultModules> = {}) {
  const served = faultMethods({
    chains: () => new Map(), batcher: () => undefined, l2Url: (chainId) => `http://127.0.0.1:${chainId}`, clock: { now: () => 0, sleep: () => Promise.reject(new Error("nobody waits here")) },
    l1: { rpc: { call: () => Promise.reject(new Error("L1 is not asked")) }, reorg: () => Promise.reject(new Error("L1 is not touched")) }, ...modules,
  });
  return async (name: string, ...params: readonly unknown[]): Promise<unknown> => served[name]!(params, {});
}

describe("devnet_* parameters", () => {
  it.each([
    ["devnet_equivocate", [], "chainId wants a whole number from 1 to 9007199254740991, not missing"],
    ["devnet_equivocate", ["mainnet"], 'chainId wants a whole number from 1 to 9007199254740991, not "mainnet"'],
    ["devnet_equivocate", [1.5], "not 1.5"],
    ["devnet_equivocate", [901], "there is no chain 901; the chains are "],
    ["devnet_sendInvalidMessage", [901, "sender"], 'field wants one of origin, blockNumber, logIndex, timestamp, chainId, payload, not "sender"'],
    ["devnet_sendInvalidMessage", [901, "payload", 0], "source wants a whole number from 1"],
    ["devnet_forceTransaction", [901], "raw wants a signed transaction in hex, or a list of them, not missing"],
    ["devnet_forceTransaction", [901, ["0x02", "02"]], 'not "02"'],
    ["devnet_forceTransaction", [901, "0x"], 'not "0x"'],
    ["devnet_forceTransaction", [901, "0x02c0"], 'raw wants a signed transaction, and "0x02c0" is none: type 2 transaction has 0 fields, not 12'],
    ["devnet_equivocate", [901, ["0x12"]], 'raw wants a signed transaction, and "0x12" is none: unknown transaction type 0x12'],
    ["devnet_withholdBatch", [901], "seconds wants a whole number from 0 to 86400, not missing"],
    ["devnet_withholdBatch", [901, -1], "not -1"],
    ["devnet_reorgL1", [0], "depth wants a whole number from 1 to 10000, not 0"],
    ["devnet_stop", [901, "node"], 'part wants one of sequencer, batcher, execution, not "node"'],
    ["devnet_start", [901], "part wants one of sequencer, batcher, execution, not missing"],
  ])("%s %j is refused with what is wanted", async (name, params, message) => {
    const refused = methods()(name, ...params);
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toBeInstanceOf(InvalidInputError);
  });
});

describe("an L1 reorg", () => {
  const heads: Readonly<Record<string, number>> = { latest: 20, finalized: 12 };
  const hash: Hex = `0x${"ab".repeat(32)}`;
  const call = async (_: string, [block]: readonly unknown[] = []) => ({ hash, number: `0x${heads[String(block)]?.toString(16)}` });

  it("goes down to what is final and not below", async () => {
    const depths: number[] = [];
    const reorg = async (depth: number) => {
      depths.push(depth);
      return { depth, oldHead: { hash, number: 20 }, newHead: { hash, number: 20 } };
    };
    const ask = methods({ l1: { rpc: { call }, reorg } });
    expect(await ask("devnet_reorgL1", 8)).toMatchObject({ depth: 8, oldHead: { number: 20 } });
    await expect(ask("devnet_reorgL1", 9)).rejects.toThrow("depth wants at most 8 now, not 9: block 12 of L1 is final or holds the chains' contracts, the head is 20");
    expect(depths).toEqual([8]);
  });
});

describe("a corrupted message", () => {
  const message = { identifier: { origin: `0x${"4f".repeat(20)}` as Hex, blockNumber: 7, logIndex: 2, timestamp: 1_700_000_007, chainId: 901n }, payloadHash: `0x${"5e".repeat(32)}` as Hex };

  it.each(MESSAGE_FIELDS)("has a wrong %s and is otherwise as it was, and can be encoded with a checksum of its own", (field) => {
    const wrong = corruptMessage(message, field);
    const flat = ({ identifier, payloadHash }: typeof message): Readonly<Record<string, unknown>> => ({ ...identifier, payload: payloadHash });
    const differing = Object.keys(flat(message)).filter((name) => flat(wrong)[name] !== flat(message)[name]);
    expect(differing).toEqual([field]);
    expect(encodeIdentifier(wrong.identifier)).toHaveLength(160);
    expect(inboxEntriesOf(wrong).at(-1)).toBe(messageChecksum(wrong.identifier, wrong.payloadHash));
    expect(messageChecksum(wrong.identifier, wrong.payloadHash)).not.toBe(messageChecksum(message.identifier, message.payloadHash));
  });
});
