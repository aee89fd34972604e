import { deflateSync } from "node:zlib";
import type { ForkSchedule, RollupConfig } from "@pangaea/config";
import { type DerivedAttributes, l2BlockRefFromPayload, prepareAttributes } from "@pangaea/derivation";
import type { EmbeddedExecutionLayer } from "@pangaea/execution";
import {
  concatBytes, encodeFrame, encodeSingularBatch, encodeSpanBatch, encodeTransaction, type ExecutionLayer, type ExecutionPayloadEnvelope, type Hex, hexToBytes, isDepositTransaction, joinBytes, keccak256Hex, type L1BlockRef, type L2BlockRef, rlpEncode, signTransaction, TX_FEE_MARKET,
} from "@pangaea/primitives";
import { carol, GENESIS_TIME, testConfig, testLayer } from "../../../execution/test/support/chain.ts";
import { FakeL1 } from "../../../derivation/test/support/fake-l1.ts";

const INBOX: Hex = `0x${"00".repeat(18)}fa1b`;
/** Carol posts the batches. */
const batcher = carol;

export interface Rollup {
  readonly l1: FakeL1;
  readonly layer: EmbeddedExecutionLayer;
  readonly config: RollupConfig;
  readonly genesis: L2BlockRef;
}

/** A chain at its genesis on an L1 at its genesis, which are of one time. `l1` is shared with another rollup when given. */
export async function openRollup({ l1 = new FakeL1(GENESIS_TIME), forks, fields = {} }: { readonly l1?: FakeL1; readonly forks?: ForkSchedule; readonly fields?: Partial<RollupConfig> } = {}): Promise<Rollup> {
  const layer = testLayer(forks);
  const { payload } = await layer.payloadByNumber(0);
  const base = testConfig(forks);
  const { hash, number } = l1.ref(0);
  const config: RollupConfig = {
    ...base, batchInboxAddress: INBOX, seqWindowSize: 30, ...fields,
    genesis: { ...base.genesis, l1: { hash, number }, l2: { hash: payload.blockHash, number: 0 }, systemConfig: { ...base.genesis.systemConfig, batcherAddress: batcher.address, daFootprintGasScalar: 400 } },
  };
  return { l1, layer, config, genesis: l2BlockRefFromPayload(config, payload) };
}

/** What derivation would give for the block after one: the L1 attributes, and the transactions of a batch. */
export async function derivedAfter({ config, l1, layer }: Pick<Rollup, "config" | "l1" | "layer">, parent: L2BlockRef, transactions: readonly Uint8Array[] = [], concluding = true): Promise<DerivedAttributes> {
  const attributes = await prepareAttributes({ config, l1, l2: layer }, parent, parent.l1Origin);
  return { attributes: { ...attributes, noTxPool: true, transactions: [...attributes.transactions, ...transactions] }, parent, derivedFrom: l1.head, concluding };
}

/** Builds a block on any execution layer without making it known: what another node of the chain would send. */
export async function foreignBlock(rollup: Rollup, parent: L2BlockRef, transactions: readonly Uint8Array[] = []): Promise<ExecutionPayloadEnvelope> {
  const { attributes } = await derivedAfter(rollup, parent, transactions);
  const head = (await rollup.layer.payloadByLabel("latest")).payload.blockHash;
  const labels = { safe: rollup.genesis.hash, finalized: rollup.genesis.hash };
  const { payloadId } = await rollup.layer.forkchoiceUpdated({ head: parent.hash, ...labels }, attributes);
  const envelope = await rollup.layer.getPayload(payloadId!);
  await rollup.layer.forkchoiceUpdated({ head, ...labels });
  return envelope;
}

const userTransactions = (transactions: readonly Uint8Array[]) => transactions.filter((transaction) => !isDepositTransaction(transaction));

/** L1 transactions that carry these blocks as one channel of singular batches. */
export function batchTransactions(config: RollupConfig, blocks: readonly ExecutionPayloadEnvelope[]): readonly Uint8Array[] {
  return channelTransactions(config, blocks.map(({ payload }) => {
    const { l1Origin } = l2BlockRefFromPayload(config, payload);
    return encodeSingularBatch({ parentHash: payload.parentHash, epochNumber: l1Origin.number, epochHash: l1Origin.hash, timestamp: payload.timestamp, transactions: userTransactions(payload.transactions) });
  }));
}

/** L1 transactions that carry these blocks as one span batch. */
export function spanBatchTransactions(config: RollupConfig, blocks: readonly ExecutionPayloadEnvelope[]): readonly Uint8Array[] {
  const refs = blocks.map(({ payload }) => l2BlockRefFromPayload(config, payload));
  const [first, last] = [refs[0]!, refs.at(-1)!];
  const batch = {
    relTimestamp: BigInt(first.timestamp - config.genesis.l2Time), l1OriginNumber: BigInt(last.l1Origin.number), parentCheck: hexToBytes(first.parentHash).slice(0, 20), l1OriginCheck: hexToBytes(last.l1Origin.hash).slice(0, 20),
    blocks: blocks.map(({ payload }, i) => ({ startsEpoch: refs[i]!.sequenceNumber === 0, transactions: userTransactions(payload.transactions) })),
  };
  return channelTransactions(config, [encodeSpanBatch(batch, config.l2ChainId)]);
}

function channelTransactions(config: RollupConfig, batches: readonly Uint8Array[]): readonly Uint8Array[] {
  const data = deflateSync(joinBytes(batches.map((batch) => rlpEncode(batch))));
  const frame = encodeFrame({ channelId: keccak256Hex(data).slice(0, 34) as Hex, number: 0, data, isLast: true });
  const unsigned = { type: TX_FEE_MARKET, chainId: config.l1ChainId, nonce: 0, gas: 1_000_000, to: INBOX, value: 0n, data: concatBytes(Uint8Array.of(0), frame), maxFeePerGas: 1n, maxPriorityFeePerGas: 0n, accessList: [] } as const;
  return [encodeTransaction(signTransaction(unsigned, batcher.key))];
}

/** Puts these blocks onto L1 in a block of their own. */
export function postBatches({ l1, config }: Pick<Rollup, "l1" | "config">, blocks: readonly ExecutionPayloadEnvelope[]): L1BlockRef {
  return l1.mine({ transactions: batchTransactions(config, blocks) });
}

/** An execution layer with some of its methods replaced, and the calls that came, by name. */
export function scripted(layer: ExecutionLayer, script: Partial<ExecutionLayer>): { readonly execution: ExecutionLayer; readonly calls: string[] } {
  const calls: string[] = [];
  const execution = new Proxy(layer, {
    get(target, name) {
      const own = Reflect.get(script, name) ?? Reflect.get(target, name);
      if (typeof own !== "function") return own;
      return (...args: unknown[]) => {
        calls.push(String(name));
        return own.apply(target, args);
      };
    },
  });
  return { execution, calls };
}
