import { describe, expect, it } from "vitest";
import { answerLines } from "../src/answer-lines.ts";
import { explanationLines } from "../src/explanation-lines.ts";
import { explain, explainHelp } from "../src/verbs/explain.ts";
import { fault, faultHelp } from "../src/verbs/fault.ts";

describe("pangaea fault", () => {
  it.each([
    ["no fault", [], "pangaea fault wants a fault: invalid-message, force-transaction, equivocate, withhold-batch, l1-reorg, stop, start"],
    ["a fault that is near one", ["equivocat", "901"], 'there is no fault "equivocat" (did you mean equivocate?); the faults are invalid-message,'],
    ["a fault that is near none", ["earthquake"], /^there is no fault "earthquake"; the faults are/],
    ["no chain", ["equivocate"], "pangaea fault equivocate wants a chain id: pangaea fault equivocate CHAIN"],
    ["no chain id", ["equivocate", "mainnet"], 'wants a chain id, not "mainnet"'],
    ["no part", ["stop", "901"], "wants one of sequencer, batcher, execution: pangaea fault stop CHAIN sequencer|batcher|execution"],
    ["a part that is near one", ["stop", "901", "bacher"], 'there is no part "bacher" (did you mean batcher?)'],
    ["too much", ["equivocate", "901", "902"], 'there is nothing to do with "902"'],
    ["another fault's flag", ["equivocate", "901", "--depth=3"], "pangaea fault equivocate has no flag --depth"],
    ["a value out of bounds", ["l1-reorg", "--depth=0"], "--depth wants a whole number from 1 to 10000"],
    ["a transaction that is not given", ["force-transaction", "901"], "pangaea fault force-transaction wants --raw: the signed transaction, encoded"],
    ["a chain that stands behind a flag as one that stands before it", ["--json", "equivocate", "--rpc", "http://127.0.0.1:1", "mainnet"], 'wants a chain id, not "mainnet"'],
    ["a value that looks like a flag, in one line", ["withhold-batch", "901", "--seconds", "-1"], /^pangaea fault withhold-batch: Option '--seconds' argument is ambiguous \(pangaea fault withhold-batch --help lists the flags\)$/],
    ["a field that messages do not have", ["invalid-message", "901", "--field=sender"], "--field wants one of origin, blockNumber, logIndex, timestamp, chainId, payload"],
  ])("refuses %s with what it wants", async (_, argv, message) => {
    await expect(fault(argv)).rejects.toThrow(message);
  });

  it("has a help page with every fault and its flags", () => {
    const page = faultHelp("makes faults");
    for (const piece of ["invalid-message CHAIN", "--field NAME", "withhold-batch CHAIN", "--seconds S", "l1-reorg ", "--depth N", "stop CHAIN sequencer|batcher|execution", "--rpc URL"]) expect(page).toContain(piece);
  });
});

describe("an answer for people", () => {
  it.each([
    ["has a line for each field, names in words", { chainId: 901, toldHash: "0xaa" }, ["chain id   901", "told hash  0xaa"]],
    ["has what is nested in one line", { oldHead: { number: 3, hash: "0xaa" }, transactionHashes: ["0x1", "0x2"] }, ["old head            number 3, hash 0xaa", "transaction hashes  0x1, 0x2"]],
    ["is one line when it is no object", null, ["null"]],
    ["has no line when there is nothing", {}, []],
  ])("%s", (_, answer, lines) => {
    expect(answerLines(answer)).toEqual(lines);
  });
});

describe("pangaea explain", () => {
  it.each([
    ["no chain", ["--json"], "pangaea explain wants a chain id: pangaea explain CHAIN [BLOCK or TRANSACTION]"],
    ["a chain behind a flag that is none", ["--rpc", "http://127.0.0.1:1", "mainnet"], 'wants a chain id, not "mainnet"'],
    ["too much", ["901", "5", "--json", "6"], 'there is nothing to do with "6"'],
    ["a flag that it has not", ["901", "--config", "x.toml"], "pangaea explain has no flag --config"],
  ])("refuses %s with what it wants", async (_, argv, message) => {
    await expect(explain(argv)).rejects.toThrow(message);
  });

  it("has a help page with its flags and the labels that it takes, and names no file of settings", () => {
    const page = explainHelp("says why");
    for (const piece of ["--rpc URL", "--json", "CHAIN [BLOCK or TRANSACTION]", "unsafe, cross-unsafe, local-safe, safe or finalized"]) expect(page).toContain(piece);
    expect(page).not.toContain("--config");
  });

  it("says nothing of the messages of a block that was denied: only why it fell is kept", () => {
    const block = { number: 7, hash: `0x${"ab".repeat(32)}` as const, timestamp: 1_700_000_000 };
    const of = (status: string) => explanationLines({ chainId: 901, block, status, messages: [], denied: [{ ...block, decidedAt: 1_700_000_000, reason: "identity: no log" }] }).join("\n");
    expect(of("safe")).toContain("executes     no messages");
    expect(of("denied")).not.toContain("executes  ");
    expect(of("denied")).toContain("identity: no log");
  });
});
