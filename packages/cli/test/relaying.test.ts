import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { resolveOptions, type RollupConfig } from "@pangaea/config";
import { buildL2Genesis } from "@pangaea/contracts";
import { bytesToHex, privateKeyToAddress, ZERO_ADDRESS } from "@pangaea/primitives";
import { SUPERNODE_OPTIONS, virtualNodeOptions } from "@pangaea/supernode";
import { afterAll, describe, expect, it } from "vitest";
import type { ChainPlan } from "../src/chain-setup.ts";
import { planRelaying, RELAYER_FLAGS } from "../src/relaying.ts";

const KEY = new Uint8Array(32).fill(9);
const ADDRESS = `0x${"ff".repeat(20)}` as const;
const HASH = `0x${"01".repeat(32)}` as const;
const FORKS = { regolith: 0, canyon: 0, delta: 0, ecotone: 0, fjord: 0, granite: 0, holocene: 0, isthmus: 0, jovian: 0, karst: 0, lagoon: 0 };
const FEE_MARKET = { elasticity: 6, denominator: 50, denominatorCanyon: 250 };

type Given = Readonly<Record<string, string>>;
const given = (flags: Given) => Object.fromEntries(Object.entries(flags).map(([name, text]) => [name, { text, source: `--${name}` }]));

function chain(chainId: number, { flags = {}, external = false, servesRpc = true, forks = FORKS }: { readonly flags?: Given; readonly external?: boolean; readonly servesRpc?: boolean; readonly forks?: RollupConfig["forks"] } = {}): ChainPlan {
  const systemConfig = { batcherAddress: ADDRESS, overhead: HASH, scalar: HASH, gasLimit: 30_000_000, eip1559Params: "0x0000000000000000", operatorFeeParams: HASH, minBaseFee: 0n, daFootprintGasScalar: 0 } as const;
  const config: RollupConfig = {
    genesis: { l1: { hash: HASH, number: 1 }, l2: { hash: HASH, number: 0 }, l2Time: 1_700_000_000, systemConfig },
    blockTime: 1, maxSequencerDrift: 600, seqWindowSize: 3_600, channelTimeout: 300, l1ChainId: 900, l2ChainId: chainId, forks, keepKarstUpgradeGas: false,
    batchInboxAddress: ADDRESS, depositContractAddress: ADDRESS, l1SystemConfigAddress: ADDRESS, protocolVersionsAddress: ZERO_ADDRESS, feeMarket: FEE_MARKET,
  };
  const genesis = buildL2Genesis({ chainId, timestamp: 1_700_000_000, forks, feeMarket: FEE_MARKET, gasLimit: 30_000_000, funded: {}, owner: ADDRESS, feeRecipient: ADDRESS });
  const embedded = { kind: "embedded", genesis, ...(servesRpc ? { rpc: { host: "127.0.0.1", port: 0 } } : {}) } as const;
  const options = virtualNodeOptions(chainId, given(Object.fromEntries(Object.entries(flags).map(([name, text]) => [`vn.${chainId}.${name}`, text]))));
  return { config, options, execution: external ? { kind: "external", url: "http://127.0.0.1:1", jwtSecret: KEY, jwtSource: "jwt", timeoutMs: 1 } : embedded };
}

describe("what a supernode relays", () => {
  const folder = mkdtempSync(join(tmpdir(), "pangaea-relaying-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const key = join(folder, "key.hex");
  writeFileSync(key, `${bytesToHex(KEY)}\n`);
  const broken = join(folder, "broken.hex");
  writeFileSync(broken, "0x1234");

  const plan = (chains: readonly ChainPlan[], flags: Given, supernode: Given = {}) => planRelaying(chains, resolveOptions(SUPERNODE_OPTIONS, given(supernode)), resolveOptions(RELAYER_FLAGS, given(flags)));
  const paid = { "relayer.private-key-file": key };

  it("is nothing unless asked, whatever else is given", async () => {
    expect(await plan([chain(901), chain(902)], paid)).toBeUndefined();
    expect(await plan([chain(901), chain(902)], { relay: "none" })).toBeUndefined();
  });

  it("leads to the chains that take part, the account that pays and the folder", async () => {
    const chains = [chain(901), chain(902, { external: true, flags: { "l2.rpc-url": "http://127.0.0.1:9" } }), chain(903, { external: true })];
    const relaying = await plan(chains, { ...paid, relay: "901:902", "relayer.max-in-flight": "3" }, { "data-dir": "/data" });
    expect(relaying?.chains).toEqual([{ chainId: 901, url: undefined }, { chainId: 902, url: "http://127.0.0.1:9" }]);
    expect([relaying?.signer.address, relaying?.folder, relaying?.options.maxInFlight]).toEqual([privateKeyToAddress(KEY), "/data/relayer", 3]);
  });

  it("may use another client than the embedded one, that of the sequencer", async () => {
    const relaying = await plan([chain(901, { servesRpc: false, flags: { "l2.rpc-url": "https://rpc.example/901" } }), chain(902)], { ...paid, relay: "all" });
    expect(relaying?.chains.map(({ url }) => url)).toEqual(["https://rpc.example/901", undefined]);
    expect(relaying?.folder).toBeUndefined();
  });

  const pair = [chain(901), chain(902)];
  it.each<readonly [string, readonly ChainPlan[], Given, RegExp]>([
    ["a key", pair, { relay: "all" }, /--relayer\.private-key-file is missing: --relay wants the key/],
    ["a key's file that is there", pair, { relay: "all", "relayer.private-key-file": "/nonexistent" }, /--relayer\.private-key-file: \/nonexistent cannot be read/],
    ["a key in the file", pair, { relay: "all", "relayer.private-key-file": broken }, /broken\.hex holds no private key/],
    ["chains that take messages", [chain(901, { forks: { ...FORKS, lagoon: undefined } }), chain(902, { forks: { ...FORKS, lagoon: undefined } })], { ...paid, relay: "all" }, /--relay wants chains that take each other's messages, and none of these ever activates Lagoon/],
    ["a policy of these chains", pair, { ...paid, relay: "901:905" }, /the relay policy names 901:905, but chain 905 is not of this cluster/],
    ["the RPC of an embedded execution layer", [chain(901, { servesRpc: false }), chain(902)], { ...paid, relay: "all" }, /--vn\.901\.l2\.rpc\.port is missing: --relay wants the JSON-RPC of chain 901/],
    ["the RPC of an execution client", [chain(901), chain(902, { external: true })], { ...paid, relay: "all" }, /--vn\.902\.l2\.rpc-url is missing: --relay wants the JSON-RPC of chain 902/],
    ["a URL that is one", [chain(901, { flags: { "l2.rpc-url": "localhost:1" } }), chain(902)], { ...paid, relay: "all" }, /--vn\.901\.l2\.rpc-url wants an http or https URL, not "localhost:1"/],
  ])("wants %s", async (_, chains, flags, message) => {
    await expect(plan(chains, flags)).rejects.toThrow(message);
  });
});
