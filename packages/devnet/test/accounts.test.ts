import { hexToBytes, privateKeyToAddress } from "@pangaea/primitives";
import { describe, expect, test } from "vitest";
import { TEST_ACCOUNTS } from "../src/accounts.ts";

describe("test accounts", () => {
  test("are ten, and each address is that of its key", () => {
    expect(TEST_ACCOUNTS.map(({ privateKey }) => privateKeyToAddress(hexToBytes(privateKey)))).toEqual(TEST_ACCOUNTS.map(({ address }) => address));
    expect(new Set(TEST_ACCOUNTS.map(({ address }) => address)).size).toBe(10);
  });
});
