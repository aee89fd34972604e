import { type BlockHeader, type Hex, hexToBytes, InvalidInputError, isHex, type L1BlockInfo, orderedTrieRoot, quantityToBigInt, type Receipt, type ReceiptLogs, rlpEncode, rlpInteger } from "@pangaea/primitives";
import { blockFromJson, receiptsFromJson, transactionFromJson } from "@pangaea/rpc";

export interface L1Block {
  readonly info: L1BlockInfo;
  readonly header: BlockHeader;
  readonly transactions: readonly unknown[];
}

function infoOf(hash: Hex, header: BlockHeader): L1BlockInfo {
  return {
    hash, number: header.number, parentHash: header.parentHash, timestamp: header.timestamp, mixHash: header.mixHash, baseFee: header.baseFeePerGas ?? 0n, stateRoot: header.stateRoot,
    ...(header.excessBlobGas === undefined ? {} : { excessBlobGas: header.excessBlobGas }),
    ...(header.parentBeaconBlockRoot === undefined ? {} : { parentBeaconBlockRoot: header.parentBeaconBlockRoot }),
  };
}

/** A block of L1's RPC, its hash made anew from its fields. Throws `InvalidInputError` when they, or its withdrawals, do not give the hashes it claims. */
export function parseL1Block(json: unknown): L1Block {
  const { hash, header, transactions } = blockFromJson(json, "L1 block");
  if (typeof json === "object" && json !== null && "withdrawals" in json && Array.isArray(json.withdrawals)) {
    const root = orderedTrieRoot(json.withdrawals.map(encodeWithdrawal));
    if (root !== header.withdrawalsRoot) throw new InvalidInputError(`L1 block ${header.number} has withdrawals with root ${root}, the header says ${header.withdrawalsRoot}: the endpoint is faulty`);
  }
  return { info: infoOf(hash, header), header, transactions };
}

/** Source: EIP-4895. */
function encodeWithdrawal(json: unknown): Uint8Array {
  const { index, validatorIndex, address, amount } = (typeof json === "object" && json !== null ? json : {}) as Readonly<Record<string, unknown>>;
  if (!isHex(address, 20)) throw new InvalidInputError("malformed L1 block: a withdrawal's address is not 20 bytes of hex");
  const integer = (value: unknown) => rlpInteger(quantityToBigInt(value, "withdrawal"));
  return rlpEncode([integer(index), integer(validatorIndex), hexToBytes(address), integer(amount)]);
}

/** Throws `InvalidInputError`. */
export const parseL1Receipts = (json: unknown): readonly (ReceiptLogs & Receipt)[] => receiptsFromJson(json, "list of L1 receipts");

/** The encoded form of a transaction of L1's RPC. Throws `InvalidInputError`. */
export const parseL1Transaction = (json: unknown): Uint8Array => transactionFromJson(json, "L1 transaction");
