import { bigIntToBytes, concatBytes, type Hex, hexToBytes, utf8ToBytes } from "./bytes.ts";
import { keccak256, keccak256Hex } from "./keccak.ts";

const USER_DEPOSIT_DOMAIN = 0n;
const L1_INFO_DOMAIN = 1n;
const UPGRADE_DOMAIN = 2n;

const inDomain = (domain: bigint, id: Uint8Array): Hex => keccak256Hex(concatBytes(bigIntToBytes(domain, 32), id));

/** Source hash of a user's deposit: by L1 block and the log's index in it. Source: specs `protocol/deposits.md`. */
export function userDepositSourceHash(l1BlockHash: Hex, logIndex: number): Hex {
  return inDomain(USER_DEPOSIT_DOMAIN, keccak256(concatBytes(hexToBytes(l1BlockHash, 32), bigIntToBytes(BigInt(logIndex), 32))));
}

/** Source hash of the L1 attributes deposit: by L1 origin and place within the epoch. */
export function l1InfoSourceHash(l1BlockHash: Hex, sequenceNumber: number): Hex {
  return inDomain(L1_INFO_DOMAIN, keccak256(concatBytes(hexToBytes(l1BlockHash, 32), bigIntToBytes(BigInt(sequenceNumber), 32))));
}

/** Source hash of an upgrade transaction: by its intent. */
export function upgradeSourceHash(intent: string): Hex {
  return inDomain(UPGRADE_DOMAIN, keccak256(utf8ToBytes(intent)));
}
