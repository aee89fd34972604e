import { InvalidInputError, TemporaryError } from "@pangaea/primitives";
import { RpcError } from "@pangaea/rpc";
import { describe, expect, it } from "vitest";
import { classifyRefusal, type Refusal } from "../src/refusal.ts";

describe("what a destination's refusal means", () => {
  it.each<readonly [unknown, Refusal]>([
    [new RpcError(3, "execution reverted", "0x9ca9480b"), "reverted"],
    [new RpcError(-32_000, "execution reverted: not today"), "reverted"],
    [new RpcError(-32_015, "VM execution error.", "0x08c379a0"), "reverted"],
    [new RpcError(-321_401, "future data: not unsafe yet"), "not-yet"],
    [new RpcError(-320_400, "uninitialized chain database"), "not-yet"],
    [new RpcError(-320_500, "skipped data"), "not-yet"],
    [new RpcError(-320_602, "failsafe is enabled"), "not-yet"],
    [new RpcError(-32_000, "the message waits for block 12 of chain 901"), "not-yet"],
    [new RpcError(-320_600, "conflicting data: no such log"), "refused"],
    [new RpcError(-320_501, "unknown chain"), "refused"],
    [new RpcError(-32_000, "intrinsic gas too low"), "refused"],
    [new RpcError(-32_000, "exceeds block gas limit"), "refused"],
    [new RpcError(-32_005, "daily request count exceeded"), "unavailable"],
    [new RpcError(-32_000, "insufficient funds for gas * price + value"), "unavailable"],
    [new RpcError(429, "too many requests"), "unavailable"],
    [new TemporaryError("socket hang up"), "unavailable"],
    [new InvalidInputError("gas estimate: not a quantity"), "unavailable"],
    [new RpcError(-32_000, "already known"), "known"],
    [new RpcError(-32_000, "replacement transaction underpriced"), "underpriced"],
    [new RpcError(-32_000, "nonce too low"), "nonce used"],
  ])("%s: %s", (error, refusal) => {
    expect(classifyRefusal(error)).toBe(refusal);
  });
});
