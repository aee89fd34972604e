import { challengeEventFromLog, resolvedInput } from "@pangaea/derivation";
import { type DaCommitment, genericCommitment, type Hex, hexToBytes, keccakCommitment, padLeft, ZERO_ADDRESS } from "@pangaea/primitives";
import { beforeEach, describe, expect, test } from "vitest";
import { challengeCalls, encodeCall, l1Deployment } from "../src/index.ts";
import { ALICE, ETHER, OWNER, type Outcome, TestChain } from "./support/chain.ts";

const BOB: Hex = `0x${"b0".repeat(20)}`;
const INPUT = Uint8Array.of(0, 1, 2, 3);
const COMMITMENT = keccakCommitment(INPUT);
const WINDOWS = { challengeWindow: 5, resolveWindow: 7 };
const BOND = 10n ** 16n;
let chain: TestChain;
let address: Hex;
/** The block that the commitment is in. */
let included: number;

beforeEach(() => {
  chain = new TestChain();
  const { steps, dataAvailabilityChallenge } = l1Deployment({ deployer: OWNER, nonce: 0, owner: OWNER, batcher: BOB, unsafeBlockSigner: BOB, batchInbox: BOB, l2ChainId: 901, gasLimit: 60_000_000, baseFeeScalar: 1, blobBaseFeeScalar: 1, challenges: WINDOWS });
  for (const { data } of steps) chain.create(OWNER, data);
  address = dataAvailabilityChallenge ?? ZERO_ADDRESS;
  included = chain.blockNumber;
  for (const account of [ALICE, BOB]) chain.state.setBalance(account, ETHER);
});

const challenge = (commitment: DaCommitment = COMMITMENT, value = BOND, block = included) => chain.call({ from: ALICE, to: address, value, data: challengeCalls.challenge(block, commitment) });
const resolve = (input = INPUT, commitment: DaCommitment = COMMITMENT) => chain.call({ from: BOB, to: address, data: challengeCalls.resolve(included, commitment, input) });
const unlock = () => chain.call({ from: BOB, to: address, data: challengeCalls.unlockBond(included, COMMITMENT) });
const balance = (account: Hex) => chain.word(address, "balances(address)", [account]);
const status = () => Number(BigInt(`0x${Buffer.from(chain.call({ to: address, data: encodeCall("getChallengeStatus(uint256,bytes)", [included, COMMITMENT.encoded]) }).output).toString("hex")}`));
const eventsOf = ({ logs }: Outcome) => logs.filter(({ topics }) => topics.length === 2).map(challengeEventFromLog);
/** The four bytes of a custom error. */
const refusal = ({ success, output }: Outcome) => (success ? undefined : Buffer.from(output.subarray(0, 4)).toString("hex"));
const errorOf = (signature: string) => Buffer.from(encodeCall(signature, [])).toString("hex");

describe("DataAvailabilityChallenge", () => {
  test("a challenge locks the bond, and derivation reads its event", () => {
    expect(status()).toBe(0);
    const outcome = challenge(COMMITMENT, BOND + 5n);
    expect(eventsOf(outcome)).toEqual([{ status: "active", commitment: COMMITMENT, inclusion: included }]);
    expect([status(), balance(ALICE)]).toEqual([1, 5n]);
  });

  test("an answer shows the input, which derivation takes from the call, and is paid for out of the bond; the rest is burnt or goes back", () => {
    challenge();
    const burnt = chain.state.balance(ZERO_ADDRESS);
    const outcome = resolve();
    expect(eventsOf(outcome)).toEqual([{ status: "resolved", commitment: COMMITMENT, inclusion: included }]);
    expect(resolvedInput(challengeCalls.resolve(included, COMMITMENT, INPUT))).toEqual(INPUT);
    const cost = (72_925n + (BigInt(INPUT.length) * 16_640n) / 1_000n) * chain.baseFee;
    expect([status(), balance(ALICE), balance(BOB), chain.state.balance(ZERO_ADDRESS) - burnt]).toEqual([2, BOND - cost, cost / 2n, cost - cost / 2n]);
  });

  test("a bond that does not cover the cost of the answer is all that is shared", () => {
    challenge();
    chain.baseFee = 10n ** 15n;
    expect(resolve().success).toBe(true);
    expect([balance(ALICE), balance(BOB)]).toEqual([0n, BOND]);
  });

  test("a challenge that nobody answered in time gives the bond back, once", () => {
    challenge();
    chain.blockNumber += WINDOWS.resolveWindow;
    expect([status(), refusal(unlock())]).toEqual([1, errorOf("ChallengeNotExpired()")]);
    chain.blockNumber++;
    expect(status()).toBe(3);
    expect(refusal(resolve())).toBe(errorOf("ChallengeNotActive()"));
    expect(unlock().success).toBe(true);
    expect([balance(ALICE), unlock().success, balance(ALICE)]).toEqual([BOND, true, BOND]);
  });

  test("what is not locked can be taken out", () => {
    chain.run(ALICE, address, "deposit()", [], 7n);
    expect(chain.call({ from: ALICE, to: address, value: 3n }).success).toBe(true);
    const before = chain.state.balance(ALICE);
    chain.run(ALICE, address, "withdraw()");
    expect([balance(ALICE), chain.state.balance(ALICE) - before]).toEqual([0n, 10n]);
  });

  test.each<[string, string, readonly (() => Outcome)[]]>([
    ["a bond that is too small", "BondTooLow(uint256,uint256)", [() => challenge(COMMITMENT, BOND - 1n)]],
    ["a second challenge of the same", "ChallengeExists()", [challenge, challenge]],
    ["a challenge after its window", "ChallengeWindowNotOpen()", [() => challenge(COMMITMENT, BOND, included - WINDOWS.challengeWindow - 1)]],
    ["a challenge of a block to come", "ChallengeWindowNotOpen()", [() => challenge(COMMITMENT, BOND, included + 1)]],
    ["a challenge of a generic commitment", "UnknownCommitmentType(uint8)", [() => challenge(genericCommitment(INPUT))]],
    ["a challenge of a hash that is too short", "InvalidCommitmentLength(uint8,uint256,uint256)", [() => challenge({ kind: "keccak256", encoded: new Uint8Array(32) })]],
    ["an answer that nobody asked for", "ChallengeNotActive()", [resolve]],
    ["an answer with another input", "InvalidInputData(bytes,bytes)", [challenge, () => resolve(Uint8Array.of(9))]],
    ["a second answer", "ChallengeNotActive()", [challenge, resolve, resolve]],
    ["a share of more than all", "InvalidResolverRefundPercentage(uint256)", [() => chain.call({ from: OWNER, to: address, data: encodeCall("setResolverRefundPercentage(uint256)", [101]) })]],
  ])("%s is refused: %s", (_, error, acts) => {
    expect(acts.map((act) => refusal(act()))).toEqual([...acts.slice(1).map(() => undefined), errorOf(error)]);
  });

  test("a challenge may come up to the end of its window, an answer up to the end of its own", () => {
    chain.blockNumber += WINDOWS.challengeWindow;
    expect(challenge().success).toBe(true);
    chain.blockNumber += WINDOWS.resolveWindow;
    expect(resolve().success).toBe(true);
  });

  test("only its owner sets the bond and the share", () => {
    for (const signature of ["setBondSize(uint256)", "setResolverRefundPercentage(uint256)"]) {
      expect(chain.call({ from: ALICE, to: address, data: encodeCall(signature, [1]) })).toMatchObject({ success: false, reverted: true });
      chain.run(OWNER, address, signature, [1]);
    }
    expect([chain.word(address, "bondSize()"), chain.word(address, "resolverRefundPercentage()"), chain.word(address, "challengeWindow()"), chain.word(address, "resolveWindow()")]).toEqual([1n, 1n, 5n, 7n]);
    expect(padLeft(hexToBytes(OWNER), 32)).toEqual(chain.call({ to: address, data: encodeCall("owner()", []) }).output);
  });
});
