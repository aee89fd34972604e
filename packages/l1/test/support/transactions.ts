import { bytesToHex, encodeTransaction, type Hex, hexToBytes, signTransaction, toQuantity, transactionHash, TX_FEE_MARKET } from "@pangaea/primitives";
import type { FakeTransaction } from "./fake-l1.ts";

/** The first of the well-known test accounts. */
export const KEY = hexToBytes("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80");
export const RECIPIENT: Hex = "0x00000000000000000000000000000000000000aa";

/** A signed EIP-1559 transaction with calldata. */
export function feeMarketTransaction(nonce: number, data = new Uint8Array(3).fill(nonce)): FakeTransaction {
  const signed = signTransaction({ type: TX_FEE_MARKET, chainId: 900, nonce, maxPriorityFeePerGas: 1n, maxFeePerGas: 10n, gas: 50_000, to: RECIPIENT, value: 5n, data, accessList: [] }, KEY);
  const encoded = encodeTransaction(signed);
  return {
    encoded,
    json: {
      hash: transactionHash(encoded), type: "0x2", chainId: "0x384", nonce: toQuantity(nonce), maxPriorityFeePerGas: "0x1", maxFeePerGas: "0xa", gasPrice: "0xa", gas: toQuantity(50_000), to: RECIPIENT, value: "0x5", input: bytesToHex(data),
      accessList: [], yParity: toQuantity(signed.yParity), v: toQuantity(signed.yParity), r: toQuantity(signed.r), s: toQuantity(signed.s),
    },
  };
}
