import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InvalidBlockError } from "@pangaea/primitives";
import { decompressZstd, RegistryFolder } from "@pangaea/registry";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { genesis, verifyGenesis } from "../src/verbs/genesis.ts";
import { vectorPath, vectorsAreThere } from "./support/vectors.ts";

const REGISTRY = vectorPath("superchain-registry-2026-08");
const folder = vectorsAreThere ? new RegistryFolder(REGISTRY) : undefined;
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

/** A zstd frame that does not say its size, of blocks that are not compressed. */
function stored(data: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0x70)];
  for (let at = 0; at < data.length; at += 0x10000) {
    const block = data.subarray(at, at + 0x10000);
    const header = (block.length << 3) | (at + block.length === data.length ? 1 : 0);
    parts.push(Uint8Array.of(header & 0xff, (header >> 8) & 0xff, header >> 16), block);
  }
  return Buffer.concat(parts);
}

describe.skipIf(folder === undefined)("a copy of the registry that has been changed", () => {
  const CHAIN = "sepolia/op";
  const GENESIS_HASH = "0x102de6ffb001480cc9b8b548fd05c34cd4f46ae4aa91759393db90ea0409887d";
  const copy = mkdtempSync(join(tmpdir(), "pangaea-genesis-"));
  const [toml, zst] = [join(copy, "superchain/configs/sepolia/op.toml"), join(copy, "superchain/extra/genesis/sepolia/op.json.zst")];
  let text: string;
  let allocation: string;

  beforeAll(async () => {
    for (const path of ["superchain/configs/sepolia", "superchain/extra/genesis/sepolia"]) mkdirSync(join(copy, path), { recursive: true });
    cpSync(join(REGISTRY, "superchain/configs/sepolia/superchain.toml"), join(copy, "superchain/configs/sepolia/superchain.toml"));
    const dictionary = readFileSync(join(REGISTRY, "superchain/extra/dictionary"));
    writeFileSync(join(copy, "superchain/extra/dictionary"), dictionary);
    text = readFileSync(join(REGISTRY, "superchain/configs/sepolia/op.toml"), "utf8");
    allocation = Buffer.from(await decompressZstd(readFileSync(join(REGISTRY, "superchain/extra/genesis/sepolia/op.json.zst")), dictionary)).toString();
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  function write({ config = text, json = allocation }: { readonly config?: string; readonly json?: string } = {}): RegistryFolder {
    writeFileSync(toml, config);
    writeFileSync(zst, stored(Buffer.from(json)));
    return new RegistryFolder(copy);
  }
  const replaced = (whole: string, part: string | RegExp, by: string) => {
    const changed = whole.replace(part, by);
    expect(changed).not.toBe(whole);
    return changed;
  };

  it("passes as it is, the allocation stored in another way", async () => {
    expect(await verifyGenesis(write(), CHAIN)).toMatchObject({ ok: true, blockHash: GENESIS_HASH });
  });

  it.each<[string, () => { readonly config?: string; readonly json?: string }, RegExp]>([
    ["with another block hash", () => ({ config: replaced(text, GENESIS_HASH, `0x${"ab".repeat(32)}`) }), /^the allocation gives the block 0x102de6ff.*, the configuration says 0xabab/],
    ["with another time", () => ({ config: replaced(text, /l2_time = (\d+)/, "l2_time = 1691802541") }), /^the genesis is of time 1691802540, the configuration says 1691802541$/],
    ["with a balance of one wei more", () => ({ json: replaced(allocation, /"balance": ?"0x0"/, '"balance":"0x1"') }), /^the allocation gives the block 0x.*, the configuration says 0x102de6ff/],
    ["with a byte of code changed", () => ({ json: replaced(allocation, '"code":"0x6080', '"code":"0x6081') }), /^the allocation gives the block/],
    ["with another gas limit", () => ({ json: replaced(allocation, /"gasLimit": ?"0x1c9c380"/, '"gasLimit":"0x1c9c381"') }), /^the allocation gives the block/],
    ["with a genesis that is no JSON", () => ({ json: "{" }), /op\.json\.zst is not JSON/],
    ["with a genesis without an allocation", () => ({ json: '{"timestamp":"0x1"}' }), /op\.json\.zst: alloc/],
    ["with a fork that nobody knows", () => ({ config: replaced(text, "karst_time =", "monsoon_time =") }), /unknown key monsoon_time/],
  ])("%s does not pass, and it is said why", async (_, change, note) => {
    expect(await verifyGenesis(write(change()), CHAIN)).toMatchObject({ ok: false, note: expect.stringMatching(note) });
  });

  it("is refused by the command, which prints all that it found", async () => {
    write({ config: replaced(text, GENESIS_HASH, `0x${"ab".repeat(32)}`) });
    const printed = vi.spyOn(console, "log").mockImplementation(() => undefined);
    try {
      const run = genesis(["verify", `--registry=${copy}`, "op-sepolia", "zora"]);
      await expect(run).rejects.toThrow(InvalidBlockError);
      await expect(run).rejects.toThrow(/op: the allocation gives the block 0x102de6ff.*; zora: .*has no chain "zora"/);
      expect(JSON.parse(String(printed.mock.calls[0]?.[0]))).toMatchObject({ ok: false, chains: [{ chain: CHAIN, ok: false, blockHash: GENESIS_HASH }, { chain: "zora", ok: false }] });
    } finally {
      printed.mockRestore();
    }
  });
});
