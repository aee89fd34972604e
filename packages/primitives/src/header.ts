import { bytesToHex, EMPTY_BYTES, type Hex, hexToBytes } from "./bytes.ts";
import type { ExecutionPayloadEnvelope } from "./engine-api.ts";
import { InvalidInputError } from "./errors.ts";
import { EMPTY_OMMERS_HASH, EMPTY_TRIE_ROOT, keccak256Hex } from "./keccak.ts";
import { rlpBigInt, rlpBytes, rlpDecode, rlpEncode, rlpInteger, type RlpItem, rlpList, rlpNumber } from "./rlp.ts";
import { orderedTrieRoot } from "./trie-root.ts";

/** sha256 of nothing: the requests hash of every OP block from Isthmus. */
export const EMPTY_REQUESTS_HASH: Hex = "0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/** A block header of L1 or L2. The optional fields come with their forks and are encoded only when present, in this order. */
export interface BlockHeader {
  readonly parentHash: Hex;
  readonly ommersHash: Hex;
  readonly coinbase: Hex;
  readonly stateRoot: Hex;
  readonly transactionsRoot: Hex;
  readonly receiptsRoot: Hex;
  readonly logsBloom: Uint8Array;
  readonly difficulty: bigint;
  readonly number: number;
  readonly gasLimit: number;
  readonly gasUsed: number;
  readonly timestamp: number;
  readonly extraData: Uint8Array;
  readonly mixHash: Hex;
  /** 8 bytes. */
  readonly nonce: Hex;
  readonly baseFeePerGas?: bigint;
  readonly withdrawalsRoot?: Hex;
  readonly blobGasUsed?: number;
  readonly excessBlobGas?: bigint;
  readonly parentBeaconBlockRoot?: Hex;
  readonly requestsHash?: Hex;
}

export function encodeHeader(header: BlockHeader): Uint8Array {
  const fields: RlpItem[] = [
    hexToBytes(header.parentHash, 32), hexToBytes(header.ommersHash, 32), hexToBytes(header.coinbase, 20), hexToBytes(header.stateRoot, 32), hexToBytes(header.transactionsRoot, 32),
    hexToBytes(header.receiptsRoot, 32), header.logsBloom, rlpInteger(header.difficulty), rlpInteger(header.number), rlpInteger(header.gasLimit), rlpInteger(header.gasUsed),
    rlpInteger(header.timestamp), header.extraData, hexToBytes(header.mixHash, 32), hexToBytes(header.nonce, 8),
  ];
  const optional = [
    header.baseFeePerGas === undefined ? undefined : rlpInteger(header.baseFeePerGas),
    header.withdrawalsRoot === undefined ? undefined : hexToBytes(header.withdrawalsRoot, 32),
    header.blobGasUsed === undefined ? undefined : rlpInteger(header.blobGasUsed),
    header.excessBlobGas === undefined ? undefined : rlpInteger(header.excessBlobGas),
    header.parentBeaconBlockRoot === undefined ? undefined : hexToBytes(header.parentBeaconBlockRoot, 32),
    header.requestsHash === undefined ? undefined : hexToBytes(header.requestsHash, 32),
  ];
  while (optional.length > 0 && optional.at(-1) === undefined) optional.pop();
  return rlpEncode([...fields, ...optional.map((field) => field ?? EMPTY_BYTES)]);
}

const HEADER_FIELDS = 15;
const OPTIONAL_HEADER_FIELDS = 6;

/** Decodes a header that fills `encoded`. Throws `InvalidInputError` naming the field. */
export function decodeHeader(encoded: Uint8Array): BlockHeader {
  const fields = rlpList(rlpDecode(encoded), "block header");
  if (fields.length < HEADER_FIELDS || fields.length > HEADER_FIELDS + OPTIONAL_HEADER_FIELDS) throw new InvalidInputError(`a block header has ${fields.length} fields; ${HEADER_FIELDS} to ${HEADER_FIELDS + OPTIONAL_HEADER_FIELDS} are known`);
  const hex = (i: number, what: string, size: number): Hex => bytesToHex(rlpBytes(fields[i], what, size));
  return {
    parentHash: hex(0, "parent hash", 32), ommersHash: hex(1, "ommers hash", 32), coinbase: hex(2, "coinbase", 20), stateRoot: hex(3, "state root", 32), transactionsRoot: hex(4, "transactions root", 32), receiptsRoot: hex(5, "receipts root", 32),
    logsBloom: rlpBytes(fields[6], "logs bloom", 256), difficulty: rlpBigInt(fields[7], "difficulty"), number: rlpNumber(fields[8], "number"), gasLimit: rlpNumber(fields[9], "gas limit"), gasUsed: rlpNumber(fields[10], "gas used"),
    timestamp: rlpNumber(fields[11], "timestamp"), extraData: rlpBytes(fields[12], "extra data"), mixHash: hex(13, "mix hash", 32), nonce: hex(14, "nonce", 8),
    ...(fields.length > 15 ? { baseFeePerGas: rlpBigInt(fields[15], "base fee") } : {}),
    ...(fields.length > 16 ? { withdrawalsRoot: hex(16, "withdrawals root", 32) } : {}),
    ...(fields.length > 17 ? { blobGasUsed: rlpNumber(fields[17], "blob gas used") } : {}),
    ...(fields.length > 18 ? { excessBlobGas: rlpBigInt(fields[18], "excess blob gas") } : {}),
    ...(fields.length > 19 ? { parentBeaconBlockRoot: hex(19, "parent beacon block root", 32) } : {}),
    ...(fields.length > 20 ? { requestsHash: hex(20, "requests hash", 32) } : {}),
  };
}

export function headerHash(header: BlockHeader): Hex {
  return keccak256Hex(encodeHeader(header));
}

/** The header that an OP payload stands for. From Isthmus (a withdrawals root is given) it commits to the empty requests. */
export function payloadToHeader({ payload, parentBeaconBlockRoot }: ExecutionPayloadEnvelope): BlockHeader {
  const withdrawalsRoot = payload.withdrawalsRoot ?? (payload.withdrawals === undefined ? undefined : EMPTY_TRIE_ROOT);
  return {
    parentHash: payload.parentHash,
    ommersHash: EMPTY_OMMERS_HASH,
    coinbase: payload.feeRecipient,
    stateRoot: payload.stateRoot,
    transactionsRoot: orderedTrieRoot(payload.transactions),
    receiptsRoot: payload.receiptsRoot,
    logsBloom: payload.logsBloom,
    difficulty: 0n,
    number: payload.blockNumber,
    gasLimit: payload.gasLimit,
    gasUsed: payload.gasUsed,
    timestamp: payload.timestamp,
    extraData: payload.extraData,
    mixHash: payload.prevRandao,
    nonce: `0x${"00".repeat(8)}`,
    baseFeePerGas: payload.baseFeePerGas,
    ...(withdrawalsRoot === undefined ? {} : { withdrawalsRoot }),
    ...(payload.blobGasUsed === undefined ? {} : { blobGasUsed: payload.blobGasUsed }),
    ...(payload.excessBlobGas === undefined ? {} : { excessBlobGas: BigInt(payload.excessBlobGas) }),
    ...(parentBeaconBlockRoot === undefined ? {} : { parentBeaconBlockRoot }),
    ...(payload.withdrawalsRoot === undefined ? {} : { requestsHash: EMPTY_REQUESTS_HASH }),
  };
}

/** The hash that a payload's fields give; equal to its `blockHash` when the payload is honest. */
export function payloadBlockHash(envelope: ExecutionPayloadEnvelope): Hex {
  return headerHash(payloadToHeader(envelope));
}

