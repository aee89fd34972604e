import { DEPOSITOR_ACCOUNT, type Fork } from "@pangaea/config";
import { concatBytes, encodeTransaction, type Hex, hexToBytes, keccak256, padLeft, TX_DEPOSIT, upgradeSourceHash, utf8ToBytes, ZERO_ADDRESS } from "@pangaea/primitives";

/** One transaction of a fork's upgrade: gas in units, `amount` in wei (both minted and sent), no `to` for a deployment. */
export interface UpgradeTransaction {
  /** What the source hash is made of. */
  readonly intent: string;
  readonly from: Hex;
  readonly to?: Hex;
  readonly gas: number;
  readonly data: Uint8Array;
  readonly amount?: bigint;
}

/** The chains of a dependency set, of which an upgrade wants to know but how many there are. */
export interface Dependencies {
  readonly chains: readonly unknown[];
}

/** What a fork's activation block carries besides its attributes and deposits. */
export interface Upgrade {
  readonly fork: Exclude<Fork, "bedrock">;
  /** Gas by which the activation block's limit is raised, for that block alone. */
  readonly gas: number;
  transactions(dependencies: Dependencies | undefined): readonly UpgradeTransaction[];
}

const PROXY_UPDATE_GAS = 50_000;
const UPGRADE_TO = "upgradeTo(address)";

/** The first four bytes of a function's hash. */
export const selector = (signature: string): Uint8Array => keccak256(utf8ToBytes(signature)).slice(0, 4);

/** A contract created by an account that does nothing else: its address follows from the account alone. */
export const deployment = (intent: string, from: Hex, gas: number, initcode: Hex): UpgradeTransaction => ({ intent, from, gas, data: hexToBytes(initcode) });

/** A predeploy's proxy pointed to its new implementation, by the zero address. */
export const proxyUpdate = (intent: string, proxy: Hex, implementation: Hex): UpgradeTransaction => ({
  intent, from: ZERO_ADDRESS, to: proxy, gas: PROXY_UPDATE_GAS, data: concatBytes(selector(UPGRADE_TO), padLeft(hexToBytes(implementation, 20), 32)),
});

/** A call without arguments by the depositor account. */
export const depositorCall = (intent: string, to: Hex, gas: number, signature: string): UpgradeTransaction => ({ intent, from: DEPOSITOR_ACCOUNT, to, gas, data: selector(signature) });

/** The transaction as a deposit. Source: specs `protocol/deposits.md#source-hash-computation`. */
export function encodeUpgradeTransaction({ intent, from, to, gas, data, amount = 0n }: UpgradeTransaction): Uint8Array {
  return encodeTransaction({ type: TX_DEPOSIT, sourceHash: upgradeSourceHash(intent), from, ...(to === undefined ? {} : { to }), mint: amount, value: amount, gas, isSystemTx: false, data });
}
