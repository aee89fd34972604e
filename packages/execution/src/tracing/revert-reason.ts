import { bytesToHex } from "@pangaea/primitives";

const ERROR_SELECTOR = "0x08c379a0";
const HEAD = 68;

/** The text of a Solidity `Error(string)`; undefined when the output is something else. */
export function revertReason(output: Uint8Array): string | undefined {
  if (output.length < HEAD || bytesToHex(output.subarray(0, 4)) !== ERROR_SELECTOR) return undefined;
  const length = Number(BigInt(bytesToHex(output.subarray(36, HEAD))));
  return length > output.length - HEAD ? undefined : new TextDecoder().decode(output.subarray(HEAD, HEAD + length));
}
