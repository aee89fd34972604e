import { BEACON_ROOTS_ADDRESS, HISTORY_STORAGE_ADDRESS, SYSTEM_ADDRESS } from "@pangaea/config";
import type { Evm } from "@pangaea/evm";
import { type Hex, hexToBytes } from "@pangaea/primitives";
import type { OpRules } from "../op-rules.ts";

const SYSTEM_CALL_GAS = 30_000_000;

function systemCall(evm: Evm, to: Hex, data: Uint8Array): void {
  if (evm.state.code(to).length === 0) return;
  evm.state.beginTransaction();
  evm.transaction = { origin: SYSTEM_ADDRESS, gasPrice: 0n, blobHashes: [] };
  evm.call({ type: "CALL", codeAddress: to, address: to, caller: SYSTEM_ADDRESS, value: 0n, transfersValue: false, data, gas: SYSTEM_CALL_GAS, isStatic: false, depth: 0 });
  evm.state.endTransaction();
}

/** What runs before a block's transactions: the parent's hash into its ring (EIP-2935), the beacon root into its own (EIP-4788). */
export function beforeTransactions(evm: Evm, rules: OpRules, parentHash: Hex, parentBeaconBlockRoot: Hex | undefined): void {
  if (rules.active("isthmus")) systemCall(evm, HISTORY_STORAGE_ADDRESS, hexToBytes(parentHash));
  if (parentBeaconBlockRoot !== undefined) systemCall(evm, BEACON_ROOTS_ADDRESS, hexToBytes(parentBeaconBlockRoot));
}
