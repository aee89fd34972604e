import { bigIntToBytes, bytesToBigInt, bytesToHex, type Hex, hexToBytes, InvalidInputError, isHex, joinBytes, readU64, toSafeNumber, writeU64 } from "@pangaea/primitives";

const VERSION = 1;
const HEAD_BYTES = 9;
const WORD = 32;
const ENTRY_BYTES = 2 * WORD;

/** A chain's output root within a super root. */
export interface ChainOutput {
  readonly chainId: bigint;
  readonly outputRoot: Hex;
}

/** What a super root of version 1 commits to: the outputs of all chains at a time (Unix seconds), ascending by chain id. Source: specs `interop/superroots`. */
export interface SuperRoot {
  readonly timestamp: number;
  readonly chains: readonly ChainOutput[];
}

/** Throws `InvalidInputError` unless the chain ids strictly ascend and there is at least one. */
function checkOrder(chains: readonly ChainOutput[]): void {
  if (chains.length === 0) throw new InvalidInputError("a super root needs at least one chain");
  for (let i = 1; i < chains.length; i++) {
    const previous = chains[i - 1]!.chainId;
    const { chainId } = chains[i]!;
    if (chainId <= previous) throw new InvalidInputError(`super root: chain ${chainId} stands after chain ${previous}: ids must ascend, each once`);
  }
}

/** The preimage of a super root: version, timestamp, chain id and output root of each chain. Throws `InvalidInputError` for no chains, for chains out of order, and for a field out of range. */
export function encodeSuperRoot({ timestamp, chains }: SuperRoot): Uint8Array {
  checkOrder(chains);
  toSafeNumber(timestamp, "super root: timestamp");
  const malformed = chains.find(({ outputRoot }) => !isHex(outputRoot, 32));
  if (malformed !== undefined) throw new InvalidInputError(`super root: output root of chain ${malformed.chainId} is not 32 bytes of hex`);
  const head = new Uint8Array(HEAD_BYTES);
  head[0] = VERSION;
  writeU64(head, 1, timestamp);
  return joinBytes([head, ...chains.flatMap(({ chainId, outputRoot }) => [bigIntToBytes(chainId, WORD), hexToBytes(outputRoot)])]);
}

/** Decodes a super root's preimage. Throws `InvalidInputError` for another version, a length that holds no whole number of chains or none, chains out of order, a time above 2^53-1. */
export function decodeSuperRoot(data: Uint8Array): SuperRoot {
  if (data.length === 0) throw new InvalidInputError("super root: no bytes");
  if (data[0] !== VERSION) throw new InvalidInputError(`super root: version ${data[0]}, only ${VERSION} is known`);
  if (data.length < HEAD_BYTES + ENTRY_BYTES || (data.length - HEAD_BYTES) % ENTRY_BYTES !== 0) {
    throw new InvalidInputError(`super root: ${data.length} bytes, wanted ${HEAD_BYTES} and ${ENTRY_BYTES} for each of at least one chain`);
  }
  const timestamp = toSafeNumber(readU64(data, 1), "super root: timestamp");
  const chains: ChainOutput[] = [];
  for (let at = HEAD_BYTES; at < data.length; at += ENTRY_BYTES) {
    chains.push({ chainId: bytesToBigInt(data.subarray(at, at + WORD)), outputRoot: bytesToHex(data.subarray(at + WORD, at + ENTRY_BYTES)) });
  }
  checkOrder(chains);
  return { timestamp, chains };
}
