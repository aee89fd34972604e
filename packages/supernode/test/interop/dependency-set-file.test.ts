import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dependencySetOf } from "@pangaea/interop";
import { InvalidInputError } from "@pangaea/primitives";
import { afterAll, describe, expect, it } from "vitest";
import { dependencySetFor } from "../../src/interop/dependency-set-file.ts";
import { FakeChain, GENESIS_TIME } from "../support/fake-chain.ts";
import { FakeL1 } from "../support/fake-l1.ts";

const folder = mkdtempSync(join(tmpdir(), "pangaea-dependency-set-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const fileOf = (text: string): string => {
  const path = join(folder, "set.json");
  writeFileSync(path, text);
  return path;
};
const [A, B] = [901, 902].map((chainId) => new FakeChain(chainId, new FakeL1(GENESIS_TIME)).config) as [FakeChain["config"], FakeChain["config"]];
const never = (config: FakeChain["config"]) => ({ ...config, forks: {} });

describe("the dependency set of the chains that are run", () => {
  it("is all of them and each other without a file, as soon as one activates interop or an activation is given for all", async () => {
    for (const set of [await dependencySetFor([A, B], undefined), await dependencySetFor([never(A), B], undefined), await dependencySetFor([never(A), never(B)], undefined, 5)]) {
      expect(set?.chains).toEqual([901, 902]);
      expect([...(set?.accepts ?? [])].map(([id, sources]) => [id, [...sources]])).toEqual([[901, [901, 902]], [902, [901, 902]]]);
    }
  });

  it("is none where interop never activates, whatever a file says", async () => {
    expect(await dependencySetFor([never(A), never(B)], undefined)).toBeUndefined();
    expect(await dependencySetFor([never(A)], join(folder, "absent.json"))).toBeUndefined();
  });

  it("is what the file says: one way only, with a shorter window", async () => {
    const set = dependencySetOf((await dependencySetFor([A, B], fileOf('{"dependencies":{"901":{"accepts":[902]},"902":{"accepts":[]}},"overrideMessageExpiryWindow":12}')))!);
    expect([set.accepts(901n, 902n), set.accepts(902n, 901n), set.accepts(902n, 902n), set.messageExpiryWindow]).toEqual([true, false, true, 12]);
  });

  it.each([["no JSON", "{"], ["no set", "[]"], ["no chain", '{"dependencies":{}}']])("is refused, with the file's name, where the file holds %s", async (_, text) => {
    const file = fileOf(text);
    await expect(dependencySetFor([A, B], file)).rejects.toThrow(InvalidInputError);
    await expect(dependencySetFor([A, B], file)).rejects.toThrow(file);
  });

  it("is refused where the file is not there", async () => {
    await expect(dependencySetFor([A, B], join(folder, "absent.json"))).rejects.toThrow(/absent\.json cannot be read as JSON/);
  });
});
