import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { vectorPath, vectorsAreThere } from "./support/vectors.ts";

/** Where each kind of conformance data is run: path or beginning of one, and the test that reads it. */
const RUNNERS: readonly (readonly [data: string, runner: string])[] = [
  ["ethereum-optimism-tests-2024-08/", "execution/test/optimism-tests.spec.test.ts"],
  ["ethereum-tests-2024-10/tests.tar.zst", "evm/test/support/archive.ts"],
  ["hildr-2024-10/blob-codec.tar.gz", "primitives/test/batches.spec.test.ts"],
  ["hildr-2024-10/execution-payload-ssz.json", "gossip/test/gossip.spec.test.ts"],
  ["hildr-2024-10/span-batch-columns.tar.gz", "primitives/test/span-batch-columns.spec.test.ts"],
  ["inline-curated/channel-brotli-frames.json", "cli/test/inspect.spec.test.ts"],
  ["inline-curated/deposit-source-hashes.json", "primitives/test/blocks.spec.test.ts"],
  ["inline-curated/fees.json", "execution/test/fees.spec.test.ts"],
  ["inline-curated/interop-messages.json", "interop/test/interop.spec.test.ts"],
  ["inline-curated/l1-block-info.json", "cli/test/inspect.spec.test.ts"],
  ["inline-curated/p2p-payload-envelopes.json", "gossip/test/gossip.spec.test.ts"],
  ["inline-curated/receipts-root-forks.json", "primitives/test/receipts-root.spec.test.ts"],
  ["inline-curated/roots.json", "primitives/test/batches.spec.test.ts"],
  ["inline-curated/system-config-updates.json", "derivation/test/system-config-updates.spec.test.ts"],
  ["interop-computed.json", "interop/test/interop.spec.test.ts"],
  ["l1-rpc-blocks/", "l1/test/l1-rpc-blocks.spec.test.ts"],
  ["monorepo-2026-06/kona-derive/raw_batcher_tx.bin", "cli/test/inspect.spec.test.ts"],
  ["monorepo-2026-06/kona-derive/raw_span_batch.bin", "primitives/test/batches.spec.test.ts"],
  ["monorepo-2026-06/kona-executor-blocks/", "execution/test/real-blocks.spec.test.ts"],
  ["monorepo-2026-06/kona-genesis/dependency_set.json", "config/test/kona-genesis.spec.test.ts"],
  ["monorepo-2026-06/kona-genesis/rehearsal-0-bn-0.toml", "registry/test/registry.spec.test.ts"],
  ["monorepo-2026-06/kona-hardfork-txs/", "derivation/test/upgrades.spec.test.ts"],
  ["monorepo-2026-06/kona-proof-interop/", "execution/test/header-lookup.spec.test.ts"],
  ["monorepo-2026-06/op-core-nuts/", "derivation/test/upgrades.spec.test.ts"],
  ["monorepo-2026-06/op-deployer-l2-allocs/", "execution/test/reference-allocations.spec.test.ts"],
  ["monorepo-2026-06/op-service-eth/", "l1/test/op-service.spec.test.ts"],
  ["monorepo-proofbatch-2026-08/", "interop/test/proof-batch.spec.test.ts"],
  ["superchain-registry-2026-08/", "cli/test/genesis.spec.test.ts"],
];
const packages = fileURLToPath(new URL("../../", import.meta.url));
const files = vectorsAreThere ? readdirSync(vectorPath(""), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map(({ parentPath, name }) => `${parentPath}/${name}`.slice(vectorPath("").length).replace(/^\/+/, "")).filter((path) => path !== "README.md") : [];

describe.skipIf(!vectorsAreThere)("conformance data", () => {
  it("is run, every file of it", () => {
    expect(files.filter((path) => !RUNNERS.some(([data]) => path.startsWith(data)))).toEqual([]);
  });

  it.each(RUNNERS)("%s is read by %s", (data, runner) => {
    expect(files.some((path) => path.startsWith(data))).toBe(true);
    const name = data.replace(/\/$/, "").split("/").at(-1)!;
    expect(readFileSync(`${packages}${runner}`, "utf8")).toContain(name);
  });
});
