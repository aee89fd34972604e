import { describe, expect, it } from "vitest";
import { bytesToHex, decodeTransaction, encodeTransaction, hexToBytes } from "../src/index.ts";
import { haveVectors, vectorBytes } from "./vectors.ts";

const hexFile = (name: string): string => `0x${new TextDecoder().decode(vectorBytes(`monorepo-2026-06/kona-hardfork-txs/${name}.hex`)).trim().replace(/^0x/, "")}`;

describe.skipIf(!haveVectors)("kona's upgrade transactions", () => {
  it.each([
    ["ecotone_tx_0", "l1_block_ecotone"], ["ecotone_tx_1", "gpo_ecotone"], ["ecotone_tx_5", "eip4788_ecotone"], ["fjord_tx_0", "gpo_fjord"],
    ["isthmus_tx_0", "l1_block_isthmus"], ["isthmus_tx_1", "gpo_isthmus"], ["isthmus_tx_2", "ofv_isthmus"], ["isthmus_tx_7", "eip2935_isthmus"],
  ])("%s deploys the code in %s", (transaction, code) => {
    expect(bytesToHex(decodeTransaction(hexToBytes(hexFile(transaction))).data)).toBe(hexFile(code));
  });

  it.each([...[0, 1, 2, 3, 4, 5].map((i) => `ecotone_tx_${i}`), ...[0, 1, 2].map((i) => `fjord_tx_${i}`), ...[0, 1, 2, 3, 4, 5, 6, 7].map((i) => `isthmus_tx_${i}`)])("%s is decoded and encoded again byte for byte", (name) => {
    expect(bytesToHex(encodeTransaction(decodeTransaction(hexToBytes(hexFile(name)))))).toBe(hexFile(name));
  });
});
