import { FORKS, type ForkSchedule, type RollupConfig } from "@pangaea/config";
import { concatBytes, decodeL1Attributes, decodeTransaction, type Hex, hexToBytes, padLeft, type ReceiptLogs, ResetError, TX_DEPOSIT, ZERO_HASH } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { blobBaseFee, CONFIG_UPDATE, l1InfoDeposit, prepareAttributes, systemConfigFromPayload, TRANSACTION_DEPOSITED } from "../src/index.ts";
import { bytes, configWith, FakeL2, hashOf, l2Ref, payloadOf } from "./support/blocks.ts";
import { FakeL1 } from "./support/fake-l1.ts";

const SYSTEM_CONFIG: Hex = `0x${"5c".repeat(20)}`;
const PORTAL: Hex = `0x${"0a".repeat(20)}`;
const SCALAR: Hex = `0x01${"00".repeat(23)}0000000200000003`;
const word = (value: Hex | number) => padLeft(typeof value === "number" ? bytes(value) : hexToBytes(value), 32);
const forksTo = (last: (typeof FORKS)[number], at = 0): ForkSchedule => Object.fromEntries(FORKS.slice(1, FORKS.indexOf(last) + 1).map((fork) => [fork, fork === last ? at : 0]));

const base = configWith();
const system = { ...base.genesis.systemConfig, scalar: SCALAR, operatorFeeParams: `0x${"00".repeat(20)}000000040000000000000005` as Hex, daFootprintGasScalar: 6, gasLimit: 30_000_000 };
const config = (forks: ForkSchedule): RollupConfig => ({ ...configWith({ l1SystemConfigAddress: SYSTEM_CONFIG, depositContractAddress: PORTAL }, forks), genesis: { ...base.genesis, systemConfig: system } });
const l1Block = { hash: hashOf("L1/7"), number: 7, parentHash: ZERO_HASH, timestamp: 990, mixHash: ZERO_HASH, baseFee: 9n, excessBlobGas: 0n, stateRoot: ZERO_HASH };

function infoAt(forks: ForkSchedule, time: number) {
  const transaction = decodeTransaction(l1InfoDeposit(config(forks), system, l1Block, 4, time));
  if (transaction.type !== TX_DEPOSIT) throw new Error("not a deposit");
  return { ...transaction, info: decodeL1Attributes(transaction.data) };
}

describe("the L1 attributes deposit", () => {
  it.each([["bedrock", "bedrock"], ["regolith", "bedrock"], ["delta", "bedrock"], ["ecotone", "ecotone"], ["holocene", "ecotone"], ["isthmus", "isthmus"], ["jovian", "jovian"], ["karst", "jovian"], ["lagoon", "jovian"]] as const)("of a chain at %s has %s's layout", (fork, format) => {
    expect(infoAt(forksTo(fork), 1_002).info.format).toBe(format);
  });

  it.each([["ecotone", "bedrock", "ecotone"], ["isthmus", "ecotone", "isthmus"], ["jovian", "isthmus", "jovian"]] as const)("in %s's first block has still %s's layout, then %s's", (fork, before, after) => {
    expect([1_000, 1_002, 1_004].map((time) => infoAt(forksTo(fork, 1_002), time).info.format)).toEqual([before, before, after]);
    expect(infoAt(forksTo(fork, 1_001), 1_002).info.format).toBe(before);
  });

  it("carries each fork's fields", () => {
    const common = { number: 7, time: 990, baseFee: 9n, blockHash: l1Block.hash, sequenceNumber: 4, batcherAddress: system.batcherAddress };
    expect(infoAt(forksTo("regolith"), 1_002).info).toMatchObject({ ...common, overhead: system.overhead, scalar: SCALAR });
    expect(infoAt(forksTo("ecotone"), 1_002).info).toMatchObject({ ...common, blobBaseFeeScalar: 2, baseFeeScalar: 3, blobBaseFee: 1n });
    expect(infoAt(forksTo("isthmus"), 1_002).info).toMatchObject({ operatorFeeScalar: 4, operatorFeeConstant: 5n });
    expect(infoAt(forksTo("jovian"), 1_002).info).toMatchObject({ daFootprintGasScalar: 6 });
  });

  it("has a footprint scalar of 400 where none is set", () => {
    const deposit = decodeTransaction(l1InfoDeposit(config(forksTo("jovian")), { ...system, daFootprintGasScalar: 0 }, l1Block, 0, 1_002));
    expect(decodeL1Attributes(deposit.data).daFootprintGasScalar).toBe(400);
  });

  it("reads a scalar word of version 0, and takes the largest for one that is not clean", () => {
    const scalarOf = (scalar: Hex) => decodeL1Attributes(decodeTransaction(l1InfoDeposit(config(forksTo("ecotone")), { ...system, scalar }, l1Block, 0, 1_002)).data);
    expect(scalarOf(`0x${"00".repeat(28)}00000009`)).toMatchObject({ baseFeeScalar: 9, blobBaseFeeScalar: 0 });
    expect(scalarOf(`0x${"00".repeat(27)}0100000009`)).toMatchObject({ baseFeeScalar: 0xffffffff, blobBaseFeeScalar: 0 });
  });

  it("is a system transaction with much gas before Regolith", () => {
    expect(infoAt({}, 1_002)).toMatchObject({ gas: 150_000_000, isSystemTx: true, mint: 0n, value: 0n });
    expect(infoAt(forksTo("regolith"), 1_002)).toMatchObject({ gas: 1_000_000, isSystemTx: false, from: "0xdeaddeaddeaddeaddeaddeaddeaddeaddead0001", to: "0x4200000000000000000000000000000000000015" });
  });
});

describe("L1's blob base fee", () => {
  it.each<[string, number, number, bigint | undefined, number | undefined, bigint]>([
    ["is 1 without excess", 1, 1_800_000_000, 0n, undefined, 1n],
    ["is 1 before blobs", 1, 1_600_000_000, undefined, undefined, 1n],
    ["follows Cancun's schedule before Prague", 1, 1_746_612_310, 10_000_000n, undefined, 19n],
    ["follows Prague's from its time on", 1, 1_746_612_311, 10_000_000n, undefined, 7n],
    ["stays Cancun's until the chain's own Pectra time", 11_155_111, 1_742_000_000, 10_000_000n, 1_742_486_400, 19n],
    ["is Prague's from the chain's own Pectra time on", 11_155_111, 1_742_486_400, 10_000_000n, 1_742_486_400, 7n],
    ["follows Prague's on an L1 that is not listed", 900, 0, 10_000_000n, undefined, 7n],
    ["stays Cancun's in the last second before the chain's own Pectra time, after L1's own", 11_155_111, 1_742_486_399, 10_000_000n, 1_742_486_400, 19n],
    ["does not wait for a Pectra time that has passed before L1's own", 1, 1_746_612_310, 10_000_000n, 1_700_000_000, 19n],
    ["stays Cancun's until then whatever L1 has come to", 1, 1_767_747_671, 10_000_000n, 1_767_747_672, 19n],
    ["is go-ethereum's at its last excess for 1 wei", 1, 1_746_612_310, 2_314_057n, undefined, 1n],
    ["is go-ethereum's at its first excess for 2 wei", 1, 1_746_612_310, 2_314_058n, undefined, 2n],
    ["is go-ethereum's at ten mebibytes of excess", 1, 1_746_612_310, 10n * 1_024n * 1_024n, undefined, 23n],
  ])("%s", (_, chain, time, excess, pectra, fee) => {
    expect(blobBaseFee({ l1ChainId: chain, ...(pectra === undefined ? {} : { pectraBlobScheduleTime: pectra }) }, time, excess)).toBe(fee);
  });

  it.each([
    ["Mainnet", 1, 1_746_612_311, 1_765_290_071, 1_767_747_671], ["Sepolia", 11_155_111, 1_741_159_776, 1_761_017_184, 1_761_607_008], ["Holesky", 17_000, 1_740_434_112, 1_759_800_000, 1_760_389_824], ["Hoodi", 560_048, 1_742_999_832, 1_762_365_720, 1_762_955_544],
  ])("follows %s's schedule, to the second", (_, chain, ...changes) => {
    expect(changes.flatMap((time) => [time - 1, time]).map((time) => blobBaseFee({ l1ChainId: chain }, time, 10_000_000n))).toEqual([19n, 7n, 7n, 3n, 3n, 2n]);
  });
});

it("L1's blob base fee follows what was said of an L1 that is no public one, in the order of its forks; of a public one it is known", () => {
  const l1BlobSchedule = [{ from: 10, updateFraction: 3_338_477n }, { from: 20, updateFraction: 5_007_716n }, { from: 20, updateFraction: 8_346_193n }, { from: 30, updateFraction: 11_684_671n }];
  const at = (l1ChainId: number) => [9, 10, 19, 20, 29, 30].map((time) => blobBaseFee({ l1ChainId, l1BlobSchedule }, time, 10_000_000n));
  expect(at(900)).toEqual([19n, 19n, 19n, 3n, 3n, 2n]);
  expect(at(1)).toEqual([19n, 19n, 19n, 19n, 19n, 19n]);
});

describe("preparing attributes", () => {
  const deposit = { address: hexToBytes(PORTAL), topics: [TRANSACTION_DEPOSITED, word(1), word(2), word(0)], data: concatBytes(word(32), word(73), new Uint8Array(96)) };
  const newGasLimit = { address: hexToBytes(SYSTEM_CONFIG), topics: [CONFIG_UPDATE, word(0), word(2)], data: concatBytes(word(32), word(32), word("0x0186a0")) };
  const receipts: readonly ReceiptLogs[] = [{ transactionHash: ZERO_HASH, status: 1, logs: [deposit, newGasLimit, deposit] }];

  function open(forks: ForkSchedule, parentTime = 1_010) {
    const rules = config(forks);
    const l1 = new FakeL1(1_000);
    const next = l1.mine({ receipts });
    const parent = l2Ref(5, l1.ref(0), { timestamp: parentTime, sequenceNumber: 3 });
    const l2 = new FakeL2(rules, [payloadOf(rules, parent)]);
    return { rules, l1, next, parent, prepare: (epoch: { hash: Hex; number: number }) => prepareAttributes({ config: rules, l1, l2 }, parent, epoch) };
  }
  const typesOf = (transactions: readonly Uint8Array[]) => transactions.map((one) => decodeTransaction(one)).map((one) => (one.type === TX_DEPOSIT ? one.from.slice(-4) : "?"));

  it("on the parent's origin takes the next sequence number and no deposits", async () => {
    const { l1, prepare } = open(forksTo("holocene"));
    const { transactions, gasLimit, timestamp, noTxPool } = await prepare(l1.ref(0));
    expect([transactions.length, gasLimit, timestamp, noTxPool]).toEqual([1, 30_000_000, 1_012, false]);
    expect(decodeL1Attributes(decodeTransaction(transactions[0]!).data)).toMatchObject({ sequenceNumber: 4, number: 0 });
  });

  it("on the next origin begins the epoch with its deposits and its updates", async () => {
    const { next, prepare } = open(forksTo("holocene"));
    const { transactions, gasLimit, prevRandao, parentBeaconBlockRoot } = await prepare(next);
    expect(typesOf(transactions)).toEqual(["0001", "0001", "0001"]);
    expect(decodeL1Attributes(decodeTransaction(transactions[0]!).data)).toMatchObject({ sequenceNumber: 0, number: 1 });
    expect([gasLimit, prevRandao, parentBeaconBlockRoot]).toEqual([100_000, next.hash, next.hash]);
  });

  it("puts upgrade transactions after the deposits", async () => {
    const { next, prepare } = open(forksTo("fjord", 1_012));
    const { transactions } = await prepare(next);
    expect(transactions.map((one) => decodeTransaction(one)).map((one) => ("sourceHash" in one ? one.sourceHash.slice(0, 10) : ""))).toEqual([expect.any(String), expect.any(String), expect.any(String), "0x86122c53", "0x1e6bb0c2", "0xbac7bb0d"]);
  });

  it("adds Karst's gas to what the epoch's own update asks for", async () => {
    const { next, prepare } = open(forksTo("karst", 1_012));
    expect((await prepare(next)).gasLimit).toBe(100_000 + 55_370_657);
  });

  it.each([
    ["takes Karst's gas off again", false, "same", 30_000_000], ["keeps it where the chain has kept it", true, "same", 85_370_657], ["has what the epoch's own update asks for", false, "next", 100_000], ["has what the epoch's own update asks for on a chain that has kept it too", true, "next", 100_000],
  ] as const)("after Karst's first block %s", async (_, keepKarstUpgradeGas, epoch, expected) => {
    const rules = { ...config(forksTo("karst", 1_010)), keepKarstUpgradeGas };
    const l1 = new FakeL1(1_000);
    const next = l1.mine({ receipts });
    const parent = l2Ref(5, l1.ref(0), { timestamp: 1_010, sequenceNumber: 3 });
    const activation = payloadOf(rules, parent);
    const l2 = new FakeL2(rules, [{ ...activation, payload: { ...activation.payload, gasLimit: 85_370_657 } }]);
    expect((await prepareAttributes({ config: rules, l1, l2 }, parent, epoch === "next" ? next : l1.ref(0))).gasLimit).toBe(expected);
  });

  it.each([
    ["bedrock", []], ["canyon", ["withdrawals"]], ["ecotone", ["withdrawals", "parentBeaconBlockRoot"]], ["holocene", ["withdrawals", "parentBeaconBlockRoot", "eip1559Params"]], ["jovian", ["withdrawals", "parentBeaconBlockRoot", "eip1559Params", "minBaseFee"]],
  ] as const)("has the fields of %s", async (fork, fields) => {
    const { l1, prepare } = open(forksTo(fork));
    const attributes = await prepare(l1.ref(0));
    expect(["withdrawals", "parentBeaconBlockRoot", "eip1559Params", "minBaseFee"].filter((field) => field in attributes)).toEqual(fields);
  });

  it("resets when the origin does not follow the parent's", async () => {
    const { l1, prepare } = open(forksTo("holocene"));
    await expect(prepare(l1.mine())).rejects.toThrow(ResetError);
  });

  it("resets when the origin is of the parent's number and another hash", async () => {
    const { next, prepare } = open(forksTo("holocene"));
    await expect(prepare({ hash: next.hash, number: 0 })).rejects.toThrow(/is not the origin/);
  });

  it.each([[998, true], [999, true], [1_000, false]])("on a parent of time %d and an origin of time 1,002: refused is %s", async (parentTime, refused) => {
    const { next, prepare } = open(forksTo("holocene"), parentTime);
    const work = prepare(next);
    if (refused) await expect(work).rejects.toThrow(/would be older than its L1 origin/);
    else expect((await work).timestamp).toBe(1_002);
  });
});

describe("the configuration that a block carries", () => {
  const read = (forks: ForkSchedule, fields: Partial<ReturnType<typeof payloadOf>["payload"]> = {}) => {
    const rules = config(forks);
    return systemConfigFromPayload(rules, { ...payloadOf(rules, l2Ref(5, l1Block)).payload, ...fields });
  };

  it("is read back as it was put in, each fork's fields", () => {
    expect(read(forksTo("regolith"))).toMatchObject({ scalar: SCALAR, overhead: system.overhead, gasLimit: 30_000_000 });
    expect(read(forksTo("ecotone"))).toMatchObject({ scalar: SCALAR, overhead: ZERO_HASH });
    expect(read(forksTo("holocene")).eip1559Params).toBe("0x000000fa00000006");
    expect(read(forksTo("isthmus")).operatorFeeParams).toBe(system.operatorFeeParams);
    expect(read(forksTo("jovian"), { extraData: bytes(1, 0, 0, 0, 250, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0, 9) })).toMatchObject({ daFootprintGasScalar: 6, minBaseFee: 9n });
  });

  it("is the genesis' own for the genesis block", () => {
    const rules = config(forksTo("holocene"));
    expect(systemConfigFromPayload(rules, payloadOf(rules, l2Ref(0, l1Block)).payload)).toBe(rules.genesis.systemConfig);
  });

  it("has Karst's gas taken off in its first block, unless the chain has kept it", () => {
    const forks = forksTo("karst", 1_010);
    expect(read(forks, { gasLimit: 85_370_657 }).gasLimit).toBe(30_000_000);
    const keeps = { ...config(forks), keepKarstUpgradeGas: true };
    expect(systemConfigFromPayload(keeps, { ...payloadOf(keeps, l2Ref(5, l1Block)).payload, gasLimit: 85_370_657 }).gasLimit).toBe(85_370_657);
    expect(read(forks, { gasLimit: 55_370_657 }).gasLimit).toBe(0);
    expect(() => read(forks, { gasLimit: 55_370_656 })).toThrow(/its upgrade alone adds 55370657/);
  });
});

