import { bytesEqual, bytesToHex, CriticalError, type DepositTransaction, encodeTransaction, type Hex, hexToBytes, keccak256, type Log, type ReceiptLogs, toSafeNumber, readU64, TX_DEPOSIT, userDepositSourceHash, utf8ToBytes, InvalidInputError, bytesToBigInt } from "@pangaea/primitives";

export const TRANSACTION_DEPOSITED = keccak256(utf8ToBytes("TransactionDeposited(address,address,uint256,bytes)"));
const HEAD = 64;
/** mint 32, value 32, gas 8, creation flag 1. */
const OPAQUE_FIXED = 73;

function paddedWord(bytes: Uint8Array, at: number, what: string): number {
  for (let i = at; i < at + 24; i++) if (bytes[i] !== 0) throw new InvalidInputError(`${what} is larger than 64 bits`);
  return toSafeNumber(readU64(bytes, at + 24), what);
}

const addressOf = (topic: Uint8Array): Hex => bytesToHex(topic.subarray(12));

/** The deposit that a `TransactionDeposited` log asks for. Throws `InvalidInputError`. Source: specs `protocol/deposits.md`. */
export function depositFromLog(log: Log, l1BlockHash: Hex, logIndex: number): DepositTransaction {
  const [, from, to, version] = log.topics;
  if (log.topics.length !== 4 || from === undefined || to === undefined || version === undefined) throw new InvalidInputError(`a deposit log has ${log.topics.length} topics, not 4`);
  if (version.some((byte) => byte !== 0)) throw new InvalidInputError(`a deposit log has version ${bytesToHex(version)}, only 0 is known`);
  if (log.data.length < HEAD || log.data.length % 32 !== 0) throw new InvalidInputError(`a deposit log has ${log.data.length} bytes of data`);
  if (paddedWord(log.data, 0, "the offset of the opaque data") !== 32) throw new InvalidInputError("a deposit log's opaque data is not at offset 32");
  const length = paddedWord(log.data, 32, "the length of the opaque data");
  if (log.data.length !== HEAD + Math.ceil(length / 32) * 32) throw new InvalidInputError(`a deposit log says ${length} bytes of opaque data, but has ${log.data.length - HEAD}`);
  if (length < OPAQUE_FIXED) throw new InvalidInputError(`a deposit's opaque data has ${length} bytes, at least ${OPAQUE_FIXED} are needed`);
  const opaque = log.data.subarray(HEAD, HEAD + length);
  const creation = opaque[72] !== 0;
  return {
    type: TX_DEPOSIT,
    sourceHash: userDepositSourceHash(l1BlockHash, logIndex),
    from: addressOf(from),
    ...(creation ? {} : { to: addressOf(to) }),
    mint: bytesToBigInt(opaque.subarray(0, 32)),
    value: bytesToBigInt(opaque.subarray(32, 64)),
    gas: toSafeNumber(readU64(opaque, 64), "deposit gas"),
    isSystemTx: false,
    data: opaque.subarray(OPAQUE_FIXED),
  };
}

/** Encoded deposits of an L1 block, in log order. Throws `CriticalError` for a log of the portal that is malformed: it cannot be skipped. */
export function userDeposits(receipts: readonly ReceiptLogs[], portal: Hex, l1BlockHash: Hex): Uint8Array[] {
  const address = hexToBytes(portal, 20);
  const deposits: Uint8Array[] = [];
  let logIndex = 0;
  for (const receipt of receipts) {
    for (const log of receipt.logs) {
      if (receipt.status === 1 && bytesEqual(log.address, address) && log.topics[0] !== undefined && bytesEqual(log.topics[0], TRANSACTION_DEPOSITED)) {
        try {
          deposits.push(encodeTransaction(depositFromLog(log, l1BlockHash, logIndex)));
        } catch (error) {
          throw new CriticalError(`the portal ${portal} emitted a malformed deposit in L1 block ${l1BlockHash}, log ${logIndex}: ${error instanceof Error ? error.message : String(error)}`);
        }
      }
      logIndex++;
    }
  }
  return deposits;
}
