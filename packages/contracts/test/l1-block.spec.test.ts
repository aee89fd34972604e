import { DEPOSITOR_ACCOUNT, PREDEPLOYS } from "@pangaea/config";
import { decodeL1Attributes, decodeTransaction, hexToBytes } from "@pangaea/primitives";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { TestChain } from "./support/chain.ts";
import { haveVectors, vectorJson } from "./support/vectors.ts";

const GETTERS: Readonly<Record<string, string>> = { l1BaseFee: "basefee", overhead: "l1FeeOverhead", scalar: "l1FeeScalar" };
const schema = z.array(z.object({ fork: z.string(), calldata: z.string().optional(), raw_deposit_tx: z.string().optional(), expect: z.record(z.string(), z.union([z.string(), z.number()])).default({}) }));

describe.skipIf(!haveVectors)("L1Block on attributes of real chains (inline-curated/l1-block-info.json)", () => {
  const vectors = haveVectors ? schema.parse(vectorJson("inline-curated/l1-block-info.json")) : [];
  test.each(vectors.map((vector, i) => [i, vector.fork, vector] as const))("vector %i (%s)", (_, __, { calldata, raw_deposit_tx: raw, expect: expected }) => {
    const data = calldata === undefined ? decodeTransaction(hexToBytes(raw ?? "")).data : hexToBytes(calldata);
    const chain = TestChain.fromGenesis();
    expect(chain.call({ from: DEPOSITOR_ACCOUNT, to: PREDEPLOYS.l1Block, data }).success).toBe(true);
    const info = decodeL1Attributes(data);
    expect(chain.word(PREDEPLOYS.l1Block, "number()")).toBe(BigInt(info.number));
    expect(chain.word(PREDEPLOYS.l1Block, "hash()")).toBe(BigInt(info.blockHash));
    expect(chain.word(PREDEPLOYS.l1Block, "batcherHash()")).toBe(BigInt(info.batcherAddress));
    for (const [name, value] of Object.entries(expected)) expect([name, chain.word(PREDEPLOYS.l1Block, `${GETTERS[name] ?? name}()`)]).toEqual([name, BigInt(value)]);
  });
});
