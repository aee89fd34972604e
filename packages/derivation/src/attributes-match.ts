import { isForkActiveAtBlock, type RollupConfig } from "@pangaea/config";
import { bytesEqual, bytesToHex, type ExecutionPayloadEnvelope, type Hex, type PayloadAttributes, readU32, readU64, writeU32 } from "@pangaea/primitives";

/**
 * Why a block is not what the attributes would have built, in words; undefined when it is.
 * Source: op-node `AttributesMatchBlock`.
 */
export function attributesMatchPayload(config: RollupConfig, attributes: PayloadAttributes, parentHash: Hex, { payload, parentBeaconBlockRoot }: ExecutionPayloadEnvelope): string | undefined {
  const differs = (what: string, expected: unknown, actual: unknown) => `${what} is ${String(actual)}, derivation gives ${String(expected)}`;
  if (payload.parentHash !== parentHash) return differs("parent", parentHash, payload.parentHash);
  if (payload.timestamp !== attributes.timestamp) return differs("timestamp", attributes.timestamp, payload.timestamp);
  if (payload.prevRandao !== attributes.prevRandao) return differs("prevRandao", attributes.prevRandao, payload.prevRandao);
  if (payload.feeRecipient !== attributes.suggestedFeeRecipient) return differs("fee recipient", attributes.suggestedFeeRecipient, payload.feeRecipient);
  if (payload.gasLimit !== attributes.gasLimit) return differs("gas limit", attributes.gasLimit, payload.gasLimit);
  if (parentBeaconBlockRoot !== attributes.parentBeaconBlockRoot) return differs("parent beacon block root", attributes.parentBeaconBlockRoot, parentBeaconBlockRoot);
  if (payload.transactions.length !== attributes.transactions.length) return differs("transaction count", attributes.transactions.length, payload.transactions.length);
  const wrong = payload.transactions.findIndex((transaction, i) => !bytesEqual(transaction, attributes.transactions[i]!));
  if (wrong >= 0) return `transaction ${wrong} is another`;
  if ((payload.withdrawals === undefined) !== (attributes.withdrawals === undefined)) return "withdrawals do not fit the fork";
  if (isForkActiveAtBlock(config.forks, "isthmus", payload.timestamp) !== (payload.withdrawalsRoot !== undefined)) return "withdrawals root does not fit the fork";
  const extraData = expectedExtraData(config, attributes);
  return bytesEqual(payload.extraData.subarray(0, extraData.length), extraData) && payload.extraData.length === extraLength(config, attributes.timestamp) && minBaseFeeMatches(attributes, payload.extraData)
    ? undefined
    : differs("extra data", `${bytesToHex(extraData)}…`, bytesToHex(payload.extraData));
}

function extraLength(config: RollupConfig, time: number): number {
  return isForkActiveAtBlock(config.forks, "jovian", time) ? 17 : isForkActiveAtBlock(config.forks, "holocene", time) ? 9 : 0;
}

function expectedExtraData(config: RollupConfig, { timestamp, eip1559Params }: PayloadAttributes): Uint8Array {
  const length = extraLength(config, timestamp);
  if (length === 0 || eip1559Params === undefined) return new Uint8Array(0);
  const out = new Uint8Array(9);
  out[0] = length === 17 ? 1 : 0;
  out.set(eip1559Params, 1);
  if (readU32(eip1559Params, 0) === 0 && readU32(eip1559Params, 4) === 0) {
    writeU32(out, 1, config.feeMarket.denominatorCanyon);
    writeU32(out, 5, config.feeMarket.elasticity);
  }
  return out;
}

function minBaseFeeMatches(attributes: PayloadAttributes, extraData: Uint8Array): boolean {
  return extraData.length !== 17 || readU64(extraData, 9) === (attributes.minBaseFee ?? 0n);
}
