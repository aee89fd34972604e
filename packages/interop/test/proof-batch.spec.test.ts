import { bytesToHex, type Hex, hexToBytes, outputRootV0 } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { logHashFrom, logHashOf, messageChecksum } from "../src/index.ts";
import { haveVectors, vectorJson } from "./support/vectors.ts";

interface Checksums {
  readonly vectors: readonly { readonly name: string; readonly origin: Hex; readonly blockNumber: string; readonly logIndex: string; readonly timestamp: string; readonly chainId: string; readonly msgHash: Hex; readonly logHash: Hex; readonly checksum: Hex }[];
}
interface LogHashes {
  readonly vectors: readonly { readonly name: string; readonly address: Hex; readonly topics: readonly Hex[]; readonly data: Hex; readonly logHash: Hex }[];
}
interface OutputRoots {
  readonly vectors: readonly { readonly name: string; readonly stateRoot: Hex; readonly messagePasserStorageRoot: Hex; readonly blockHash: Hex; readonly outputRoot: Hex }[];
}
const FOLDER = "monorepo-proofbatch-2026-08";

describe.skipIf(!haveVectors)("the monorepo's proof batches of 2026-08", () => {
  it.each(vectorJson<Checksums>(`${FOLDER}/exec-msg-checksum-vectors.json`, { vectors: [] }).vectors)("checksum of $name", ({ origin, blockNumber, logIndex, timestamp, chainId, msgHash, logHash, checksum }) => {
    const identifier = { origin, blockNumber: BigInt(blockNumber), logIndex: Number(logIndex), timestamp: BigInt(timestamp), chainId: BigInt(chainId) };
    expect(bytesToHex(logHashFrom(origin, msgHash))).toBe(logHash);
    expect(messageChecksum(identifier, msgHash)).toBe(checksum);
  });

  it.each(vectorJson<LogHashes>(`${FOLDER}/log-hash-vectors.json`, { vectors: [] }).vectors)("log hash of $name", ({ address, topics, data, logHash }) => {
    expect(bytesToHex(logHashOf({ address: hexToBytes(address), topics: topics.map((topic) => hexToBytes(topic)), data: hexToBytes(data) }))).toBe(logHash);
  });

  it.each(vectorJson<OutputRoots>(`${FOLDER}/output-root-vectors.json`, { vectors: [] }).vectors)("output root of $name", ({ outputRoot, ...parts }) => {
    expect(outputRootV0(parts)).toBe(outputRoot);
  });
});
