import { FORKS, type Fork, type ForkSchedule, fullMesh, PREDEPLOYS } from "@pangaea/config";
import type { ExecutionPayloadEnvelope, L2BlockRef } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { attributesMatchPayload, DerivationPipeline, isQuietActivationBlock, l1AttributesOfPayload, l2BlockRefFromPayload, prepareAttributes, systemConfigFromPayload } from "../src/index.ts";
import { batchTransactions } from "../../engine/test/support/rollup.ts";
import { GAS_LIMIT, GENESIS_TIME, signed, alice } from "../../execution/test/support/chain.ts";
import { applyAttributes, type Chain, implementationOf, openContractsChain } from "./support/chain.ts";

const KARST_GAS = 55_370_657;
const LAGOON_GAS = 60_653_172;
const UPGRADE_COUNTS: Partial<Record<Fork, number>> = { ecotone: 6, fjord: 3, isthmus: 8, jovian: 5, karst: 31, lagoon: 30 };

/** One fork every other block: the first activates in block 2. `genesis` and those before it are active from genesis. */
function everyOtherBlock(genesis: Fork = "bedrock"): ForkSchedule {
  const first = FORKS.indexOf(genesis) + 1;
  return Object.fromEntries(FORKS.slice(1).map((fork, i) => [fork, i + 1 < first ? 0 : GENESIS_TIME + 2 * (i + 2 - first)]));
}

interface Walked {
  readonly envelope: ExecutionPayloadEnvelope;
  readonly ref: L2BlockRef;
  /** Status of each transaction. */
  readonly statuses: readonly number[];
}

/** Builds blocks as a sequencer does, with a transfer in each that may have one. */
async function walk(chain: Chain, count: number): Promise<Walked[]> {
  const { config, l1, layer } = chain;
  const walked: Walked[] = [];
  let head = chain.genesis;
  let nonce = 0;
  for (let i = 0; i < count; i++) {
    const attributes = await prepareAttributes({ config, l1, l2: layer, dependencies: fullMesh([901, 902]) }, head, head.l1Origin);
    const transfers = isQuietActivationBlock(config, attributes.timestamp) ? [] : [signed(alice, nonce++)];
    const full = { ...attributes, transactions: [...attributes.transactions, ...transfers] };
    const envelope = await applyAttributes(layer, head.hash, full);
    expect(attributesMatchPayload(config, full, head.hash, envelope)).toBeUndefined();
    head = l2BlockRefFromPayload(config, envelope.payload);
    walked.push({ envelope, ref: head, statuses: layer.chain.receipts(head.hash)!.map(({ status }) => status) });
  }
  return walked;
}

const blockOf = (walked: readonly Walked[], forks: ForkSchedule, fork: Exclude<Fork, "bedrock">): Walked => walked[forks[fork]! - GENESIS_TIME - 1]!;

describe("a chain that starts at Bedrock and activates every fork, one after the other", async () => {
  const forks = everyOtherBlock();
  const chain = await openContractsChain(forks);
  const walked = await walk(chain, 2 * (FORKS.length - 1) + 2);

  it.each(["ecotone", "fjord", "isthmus", "jovian"] as const)("executes all of %s's upgrade in its first block, and no user transaction", (fork) => {
    expect(blockOf(walked, forks, fork).statuses).toEqual(new Array(1 + UPGRADE_COUNTS[fork]!).fill(1));
  });

  it("has each fork's layout of the L1 attributes from the block after its first", () => {
    const formatAfter = (fork: Exclude<Fork, "bedrock">) => [0, 1].map((more) => l1AttributesOfPayload(walked[forks[fork]! - GENESIS_TIME - 1 + more]!.envelope.payload).format);
    expect([formatAfter("canyon"), formatAfter("ecotone"), formatAfter("fjord"), formatAfter("isthmus"), formatAfter("jovian"), formatAfter("karst")]).toEqual([
      ["bedrock", "bedrock"], ["bedrock", "ecotone"], ["ecotone", "ecotone"], ["ecotone", "isthmus"], ["isthmus", "jovian"], ["jovian", "jovian"],
    ]);
    expect(walked.every(({ statuses }) => statuses[0] === 1)).toBe(true);
  });

  it("has the upgraded contracts behind its proxies in the end", () => {
    expect([implementationOf(chain, "l1Block"), implementationOf(chain, "gasPriceOracle"), implementationOf(chain, "operatorFeeVault")]).toEqual([
      "0x3ba4007f5c922fbb33c454b41ea7a1f11e83df2c", "0x4f1db3c6abd250ba86e0928471a8f7db3afd88f1", "0x4fa2be8cd41504037f1838bce3bcc93bc68ff537",
    ]);
    expect(chain.layer.chain.headState().storage(PREDEPLOYS.gasPriceOracle, 0n)).toBe(0x01010101n);
  });

  it.each([["karst", KARST_GAS], ["lagoon", LAGOON_GAS]] as const)("has %s's gas in its first block alone", (fork, gas) => {
    const at = walked.indexOf(blockOf(walked, forks, fork));
    expect([at - 1, at, at + 1].map((i) => walked[i]!.envelope.payload.gasLimit)).toEqual([GAS_LIMIT, GAS_LIMIT + gas, GAS_LIMIT]);
    expect(systemConfigFromPayload(chain.config, walked[at]!.envelope.payload).gasLimit).toBe(GAS_LIMIT);
  });

  it("goes on when Karst's contracts manager finds no bridges to upgrade: the last call reverts, the deployments stand", () => {
    const { statuses } = blockOf(walked, forks, "karst");
    expect(statuses).toEqual([...new Array(31).fill(1), 0]);
  });
});

describe("a chain whose later forks activate after genesis", () => {
  const forks = everyOtherBlock("holocene");

  it("is derived from L1 to the blocks that its sequencer built", async () => {
    const chain = await openContractsChain(forks);
    const walked = await walk(chain, 10);
    chain.l1.mine({ transactions: batchTransactions(chain.config, walked.map(({ envelope }) => envelope)) });
    const verifier = await openContractsChain(forks);
    const pipeline = new DerivationPipeline({ config: chain.config, l1: chain.l1, l2: verifier.layer, dependencies: fullMesh([901, 902]) });
    let safe = chain.genesis;
    await pipeline.reset(safe);
    const derived: string[] = [];
    for (let steps = 0; steps < 200 && derived.length < walked.length; steps++) {
      const step = await pipeline.step(safe);
      if (step.kind !== "attributes") continue;
      safe = l2BlockRefFromPayload(chain.config, (await applyAttributes(verifier.layer, safe.hash, step.attributes.attributes)).payload);
      derived.push(safe.hash);
    }
    expect(derived).toEqual(walked.map(({ ref }) => ref.hash));
    expect(walked.map(({ statuses }) => statuses.length)).toEqual([2, 9, 2, 6, 2, 32, 2, 31, 2, 2]);
  });

  it("loses a batch with transactions in Jovian's first block, and the rest of the channel with it", async () => {
    const chain = await openContractsChain(forks);
    const walked = await walk(chain, 6);
    const loaded = walked.map(({ envelope }, i) => (i === 3 ? { ...envelope, payload: { ...envelope.payload, transactions: [...envelope.payload.transactions, signed(alice, 9)] } } : envelope));
    chain.l1.mine({ transactions: batchTransactions(chain.config, loaded) });
    const pipeline = new DerivationPipeline({ config: chain.config, l1: chain.l1, l2: chain.layer, dependencies: fullMesh([901, 902]) });
    let safe = chain.genesis;
    await pipeline.reset(safe);
    let derived = 0;
    for (let steps = 0; steps < 50; steps++) {
      const step = await pipeline.step(safe);
      if (step.kind === "attributes") safe = walked[derived++]!.ref;
    }
    expect(derived).toBe(3);
  });
});
