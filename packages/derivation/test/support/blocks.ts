import type { ForkSchedule, RollupConfig } from "@pangaea/config";
import {
  type BlockLabel, type ExecutionPayload, type ExecutionPayloadEnvelope, type Hex, keccak256Hex, type L1BlockRef, type L2BlockRef, NotFoundError, type SingularBatch, TemporaryError, utf8ToBytes, ZERO_ADDRESS, ZERO_HASH,
} from "@pangaea/primitives";
import { l1InfoDeposit, l2BlockRefFromPayload } from "../../src/index.ts";
import { testConfig } from "../../../execution/test/support/chain.ts";

export const HOLOCENE: ForkSchedule = { regolith: 0, canyon: 0, delta: 0, ecotone: 0, fjord: 0, granite: 0, holocene: 0 };
export const hashOf = (text: string): Hex => keccak256Hex(utf8ToBytes(text));
export const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);

/** A configuration with blocks two seconds apart, whose genesis is L2 block 0 at time 1,000 on L1 block 100. */
export function configWith(fields: Partial<RollupConfig> = {}, forks: ForkSchedule = HOLOCENE): RollupConfig {
  const base = testConfig(forks);
  return { ...base, blockTime: 2, seqWindowSize: 10, genesis: { ...base.genesis, l1: { hash: hashOf("L1/100"), number: 100 }, l2: { hash: hashOf("L2/0"), number: 0 }, l2Time: 1_000 }, ...fields };
}

/** L1 blocks from one number on, twelve seconds apart; block 100 is of time 1,000. */
export function l1Chain(from: number, count: number, name = "L1"): L1BlockRef[] {
  return Array.from({ length: count }, (_, i) => ({ hash: hashOf(`${name}/${from + i}`), number: from + i, parentHash: hashOf(`${name}/${from + i - 1}`), timestamp: 1_000 + 12 * (from + i - 100) }));
}

export function l2Ref(number: number, l1Origin: L1BlockRef, fields: Partial<L2BlockRef> = {}): L2BlockRef {
  return { hash: hashOf(`L2/${number}`), number, parentHash: hashOf(`L2/${number - 1}`), timestamp: 1_000 + 2 * number, l1Origin: { hash: l1Origin.hash, number: l1Origin.number }, sequenceNumber: 0, ...fields };
}

/** A block with its L1 attributes first, as an execution layer gives it. */
export function payloadOf(config: RollupConfig, ref: L2BlockRef, transactions: readonly Uint8Array[] = []): ExecutionPayloadEnvelope {
  const l1 = { hash: ref.l1Origin.hash, number: ref.l1Origin.number, parentHash: ZERO_HASH, timestamp: 0, mixHash: ZERO_HASH, baseFee: 1n, stateRoot: ZERO_HASH };
  const payload: ExecutionPayload = {
    parentHash: ref.parentHash, feeRecipient: ZERO_ADDRESS, stateRoot: ZERO_HASH, receiptsRoot: ZERO_HASH, logsBloom: new Uint8Array(256), prevRandao: ZERO_HASH, blockNumber: ref.number, gasLimit: 30_000_000, gasUsed: 0,
    timestamp: ref.timestamp, extraData: bytes(0, 0, 0, 0, 250, 0, 0, 0, 6), baseFeePerGas: 1n, blockHash: ref.hash, transactions: [l1InfoDeposit(config, config.genesis.systemConfig, l1, ref.sequenceNumber, ref.timestamp), ...transactions], withdrawals: [],
  };
  return { payload };
}

/** An L2 chain that is read by number, hash and label. `latest` is the last block; safe and finalized as set. */
export class FakeL2 {
  readonly #config: RollupConfig;
  readonly #blocks: ExecutionPayloadEnvelope[];
  readonly labels: { safe?: number; finalized?: number };
  down = false;

  constructor(config: RollupConfig, blocks: readonly ExecutionPayloadEnvelope[], labels: { safe?: number; finalized?: number } = {}) {
    this.#config = config;
    this.#blocks = [...blocks];
    this.labels = labels;
  }

  add(block: ExecutionPayloadEnvelope): void {
    this.#blocks.push(block);
  }

  ref(number: number): L2BlockRef {
    return l2BlockRefFromPayload(this.#config, this.#find((payload) => payload.blockNumber === number).payload);
  }

  #find(matches: (payload: ExecutionPayload) => boolean): ExecutionPayloadEnvelope {
    if (this.down) throw new TemporaryError("L2 does not answer");
    const found = this.#blocks.find(({ payload }) => matches(payload));
    if (found === undefined) throw new NotFoundError("there is no such L2 block");
    return found;
  }

  async payloadByNumber(number: number): Promise<ExecutionPayloadEnvelope> {
    return this.#find((payload) => payload.blockNumber === number);
  }

  async payloadByHash(hash: Hex): Promise<ExecutionPayloadEnvelope> {
    return this.#find((payload) => payload.blockHash === hash);
  }

  async payloadByLabel(label: BlockLabel): Promise<ExecutionPayloadEnvelope> {
    const number = label === "latest" ? this.#blocks.at(-1)?.payload.blockNumber : label === "earliest" ? 0 : this.labels[label];
    return this.#find((payload) => payload.blockNumber === number);
  }
}

/** The batch of the block after `parent`, on an L1 origin. */
export function singular(parent: L2BlockRef, origin: L1BlockRef, fields: Partial<SingularBatch> = {}): SingularBatch {
  return { parentHash: parent.hash, epochNumber: origin.number, epochHash: origin.hash, timestamp: parent.timestamp + 2, transactions: [], ...fields };
}
