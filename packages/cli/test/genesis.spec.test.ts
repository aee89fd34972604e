import { RegistryFolder } from "@pangaea/registry";
import { describe, expect, it } from "vitest";
import { verifyGenesis } from "../src/verbs/genesis.ts";
import { vectorPath, vectorsAreThere } from "./support/vectors.ts";

const folder = vectorsAreThere ? new RegistryFolder(vectorPath("superchain-registry-2026-08")) : undefined;
/** Its history before Bedrock has no allocation. */
const STATE_ROOT_ONLY = "mainnet/op";

describe.skipIf(folder === undefined)("genesis of the registry's chains", () => {
  it.each(folder?.ids().filter((id) => id !== STATE_ROOT_ONLY) ?? [])("%s: the allocation gives the block hash that the chain has", async (id) => {
    const { ok, blockHash, expectedBlockHash } = await verifyGenesis(folder!, id);
    expect({ ok, blockHash }).toEqual({ ok: true, blockHash: expectedBlockHash });
  });

  it(`${STATE_ROOT_ONLY}: the registry gives the state root and nothing to make it from, and that is said`, async () => {
    expect(await verifyGenesis(folder!, STATE_ROOT_ONLY)).toMatchObject({ ok: true, stateRoot: "0xeddb4c1786789419153a27c4c80ff44a2226b6eda04f7e22ce5bae892ea568eb", note: expect.stringContaining("state root of block 0 only") });
  });
});
