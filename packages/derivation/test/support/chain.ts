import { type ForkSchedule, type L2Genesis, PREDEPLOYS, type RollupConfig } from "@pangaea/config";
import { buildL2Genesis } from "@pangaea/contracts";
import { Blockchain, EmbeddedExecutionLayer, TransactionPool } from "@pangaea/execution";
import { type ExecutionPayloadEnvelope, type Hex, type L2BlockRef, type PayloadAttributes, ZERO_HASH } from "@pangaea/primitives";
import { MemoryStore } from "@pangaea/store";
import { l2BlockRefFromPayload } from "../../src/index.ts";
import { alice, carol, ETHER, GENESIS_TIME, testConfig } from "../../../execution/test/support/chain.ts";
import { FakeL1 } from "./fake-l1.ts";

export const INBOX: Hex = `0x${"00".repeat(18)}fa1b`;
export const PORTAL: Hex = `0x${"00".repeat(18)}0a7a`;
export const SYSTEM_CONFIG: Hex = `0x${"00".repeat(18)}5c0f`;
/** Version 1: base fee scalar 1,368, blob base fee scalar 810,949. */
export const SCALAR: Hex = `0x01${"00".repeat(23)}000c5fc500000558`;

/** Before Ecotone the word is one number, in millionths. */
const BEDROCK_SCALAR: Hex = `0x${(684_000).toString(16).padStart(64, "0")}`;

export interface Chain {
  readonly l1: FakeL1;
  readonly layer: EmbeddedExecutionLayer;
  readonly config: RollupConfig;
  readonly genesis: L2BlockRef;
}

/** A chain with the project's own contracts at genesis, unless others are given, on an L1 whose genesis is of the same time. Carol posts its batches. */
export async function openContractsChain(forks: ForkSchedule, { fields = {}, alloc }: { readonly fields?: Partial<RollupConfig>; readonly alloc?: L2Genesis["alloc"] } = {}): Promise<Chain> {
  const l1 = new FakeL1(GENESIS_TIME);
  const base = testConfig(forks);
  const built = buildL2Genesis({ chainId: base.l2ChainId, timestamp: GENESIS_TIME, forks, feeMarket: base.feeMarket, gasLimit: base.genesis.systemConfig.gasLimit, funded: { [alice.address]: 100n * ETHER }, owner: alice.address, feeRecipient: alice.address });
  const genesis: L2Genesis = { ...built, alloc: alloc ?? built.alloc };
  const chain = new Blockchain({ config: base, genesis, store: new MemoryStore() });
  const layer = new EmbeddedExecutionLayer(chain, new TransactionPool(chain));
  const { payload } = await layer.payloadByNumber(0);
  const config: RollupConfig = {
    ...base, batchInboxAddress: INBOX, depositContractAddress: PORTAL, l1SystemConfigAddress: SYSTEM_CONFIG, seqWindowSize: 30, ...fields,
    genesis: { ...base.genesis, l1: { hash: l1.ref(0).hash, number: 0 }, l2: { hash: payload.blockHash, number: 0 }, systemConfig: { ...base.genesis.systemConfig, batcherAddress: carol.address, scalar: forks.ecotone === 0 ? SCALAR : BEDROCK_SCALAR } },
  };
  return { l1, layer, config, genesis: l2BlockRefFromPayload(config, payload) };
}

/** Builds a block, imports it and makes it the head. */
export async function applyAttributes(layer: EmbeddedExecutionLayer, parent: Hex, attributes: PayloadAttributes): Promise<ExecutionPayloadEnvelope> {
  const labels = { safe: ZERO_HASH, finalized: ZERO_HASH };
  const { payloadId } = await layer.forkchoiceUpdated({ head: parent, ...labels }, { ...attributes, noTxPool: true });
  const envelope = await layer.getPayload(payloadId!);
  const status = await layer.newPayload(envelope);
  if (status.status !== "VALID") throw new Error(`the block is ${JSON.stringify(status)}`);
  await layer.forkchoiceUpdated({ head: envelope.payload.blockHash, ...labels });
  return envelope;
}

const IMPLEMENTATION_SLOT = 0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbcn;

/** Where a predeploy's proxy points to, at the head. */
export function implementationOf({ layer }: Chain, name: keyof typeof PREDEPLOYS): Hex {
  return `0x${layer.chain.headState().storage(PREDEPLOYS[name], IMPLEMENTATION_SLOT).toString(16).padStart(40, "0")}`;
}
