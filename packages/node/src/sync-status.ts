import type { Heads } from "@pangaea/engine";
import { type BlockId, type Hex, type L1BlockRef, type L1Heads, type L2BlockRef, ZERO_HASH } from "@pangaea/primitives";

export interface L1RefJson {
  readonly hash: Hex;
  readonly number: number;
  readonly parentHash: Hex;
  readonly timestamp: number;
}

export interface L2RefJson extends L1RefJson {
  readonly l1origin: BlockId;
  readonly sequenceNumber: number;
}

/** The reply of `optimism_syncStatus`, key for key. A head that is not known yet is all zeros, never null. */
export interface SyncStatus {
  readonly current_l1: L1RefJson;
  readonly current_l1_finalized: L1RefJson;
  readonly head_l1: L1RefJson;
  readonly safe_l1: L1RefJson;
  readonly finalized_l1: L1RefJson;
  readonly unsafe_l2: L2RefJson;
  readonly safe_l2: L2RefJson;
  readonly finalized_l2: L2RefJson;
  readonly pending_safe_l2: L2RefJson;
  readonly cross_unsafe_l2: L2RefJson;
  readonly local_safe_l2: L2RefJson;
}

const NO_L1: L1RefJson = { hash: ZERO_HASH, number: 0, parentHash: ZERO_HASH, timestamp: 0 };
const NO_L2: L2RefJson = { ...NO_L1, l1origin: { hash: ZERO_HASH, number: 0 }, sequenceNumber: 0 };

const l1Json = (ref: L1BlockRef | undefined): L1RefJson => (ref === undefined ? NO_L1 : { hash: ref.hash, number: ref.number, parentHash: ref.parentHash, timestamp: ref.timestamp });

export function l2RefToJson(ref: L2BlockRef | undefined): L2RefJson {
  if (ref === undefined) return NO_L2;
  return { ...l1Json(ref), l1origin: { hash: ref.l1Origin.hash, number: ref.l1Origin.number }, sequenceNumber: ref.sequenceNumber };
}

export function syncStatus(current: L1BlockRef | undefined, l1: L1Heads | undefined, heads: Heads | undefined): SyncStatus {
  return {
    current_l1: l1Json(current),
    current_l1_finalized: l1Json(l1?.finalized),
    head_l1: l1Json(l1?.latest),
    safe_l1: l1Json(l1?.safe),
    finalized_l1: l1Json(l1?.finalized),
    unsafe_l2: l2RefToJson(heads?.unsafe),
    safe_l2: l2RefToJson(heads?.safe),
    finalized_l2: l2RefToJson(heads?.finalized),
    pending_safe_l2: l2RefToJson(heads?.pendingSafe),
    cross_unsafe_l2: l2RefToJson(heads?.crossUnsafe),
    local_safe_l2: l2RefToJson(heads?.localSafe),
  };
}
