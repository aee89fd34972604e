import { BEACON_ROOTS_ADDRESS, CREATE2_DEPLOYER_ADDRESS, DETERMINISTIC_DEPLOYER_ADDRESS, HISTORY_STORAGE_ADDRESS, MULTICALL3_ADDRESS, PREDEPLOYS, SYSTEM_ADDRESS } from "@pangaea/config";
import { create2Address } from "@pangaea/evm";
import { bytesToHex, concatBytes, type Hex, hexToBytes, keccak256Hex, ZERO_ADDRESS } from "@pangaea/primitives";
import { beforeEach, describe, expect, test } from "vitest";
import { abiBytesAt, abiEncode, abiWord, encodeCall, TestToken } from "../src/index.ts";
import { ALICE, ETHER, OWNER, RECIPIENT, TestChain } from "./support/chain.ts";

let chain: TestChain;
beforeEach(() => {
  chain = TestChain.fromGenesis();
});
const WITHDRAWAL = "initiateWithdrawal(address,uint256,bytes)";

describe("Proxy and ProxyAdmin", () => {
  const spare: Hex = "0x4200000000000000000000000000000000000022";
  const implementation: Hex = `0xc0d3c0d3c0d3c0d3c0d3c0d3c0d3c0d3c0d3${PREDEPLOYS.l1Block.slice(-4)}`;

  test("address zero upgrades a proxy, as activation blocks do, for less than 50,000 gas", () => {
    const data = encodeCall("upgradeTo(address)", [implementation]);
    expect(chain.call({ from: ZERO_ADDRESS, to: spare, data, gas: 50_000 - 21_000 - 16 * data.length }).success).toBe(true);
    expect(chain.word(spare, "DEPOSITOR_ACCOUNT()")).toBe(0xdeaddeaddeaddeaddeaddeaddeaddeaddead0001n);
  });

  test("ProxyAdmin's owner upgrades a proxy and nobody else does", () => {
    expect(() => chain.run(ALICE, PREDEPLOYS.proxyAdmin, "upgrade(address,address)", [spare, implementation])).toThrow(/not the owner/);
    chain.run(OWNER, PREDEPLOYS.proxyAdmin, "upgrade(address,address)", [spare, implementation]);
    expect(chain.word(PREDEPLOYS.proxyAdmin, "getProxyImplementation(address)", [spare])).toBe(BigInt(implementation));
    expect(chain.word(PREDEPLOYS.proxyAdmin, "getProxyAdmin(address)", [spare])).toBe(BigInt(PREDEPLOYS.proxyAdmin));
    expect(chain.word(PREDEPLOYS.proxyAdmin, "owner()")).toBe(BigInt(OWNER));
  });

  test("a proxy without an implementation refuses calls and says why", () => {
    const outcome = chain.call({ to: spare, data: encodeCall("number()", []) });
    expect(outcome.success).toBe(false);
    expect(Buffer.from(outcome.output).toString("latin1")).toMatch(/implementation not initialized/);
  });
});

describe("L2ToL1MessagePasser", () => {
  test("a withdrawal is recorded under its hash in the mapping at slot 0", () => {
    const data = hexToBytes("0x1234");
    const nonce = 1n << 240n;
    const outcome = chain.run(ALICE, PREDEPLOYS.l2ToL1MessagePasser, WITHDRAWAL, [OWNER, 90_000, data], ETHER);
    const hash = keccak256Hex(abiEncode([nonce, ALICE, OWNER, ETHER, 90_000, data]));
    expect(chain.word(PREDEPLOYS.l2ToL1MessagePasser, "sentMessages(bytes32)", [hash])).toBe(1n);
    expect(chain.state.storage(PREDEPLOYS.l2ToL1MessagePasser, BigInt(keccak256Hex(concatBytes(hexToBytes(hash), new Uint8Array(32)))))).toBe(1n);
    expect(chain.word(PREDEPLOYS.l2ToL1MessagePasser, "messageNonce()")).toBe(nonce + 1n);
    const [log] = outcome.logs;
    expect(log?.topics.map(bytesToHex)).toEqual([keccak256Hex(Buffer.from("MessagePassed(uint256,address,address,uint256,uint256,bytes,bytes32)")), ...[nonce, ALICE, OWNER].map((value) => bytesToHex(abiWord(value)))]);
    expect(bytesToHex(log?.data ?? data)).toBe(bytesToHex(concatBytes(abiWord(ETHER), abiWord(90_000), abiWord(128), abiWord(hash), abiWord(2), data, new Uint8Array(30))));
  });

  test("ether sent plainly is withdrawn to its sender, and the balance can be burnt", () => {
    expect(chain.call({ to: PREDEPLOYS.l2ToL1MessagePasser, value: ETHER }).logs).toHaveLength(1);
    expect(chain.state.balance(PREDEPLOYS.l2ToL1MessagePasser)).toBe(ETHER);
    chain.run(ALICE, PREDEPLOYS.l2ToL1MessagePasser, "burn()");
    expect(chain.state.balance(PREDEPLOYS.l2ToL1MessagePasser)).toBe(0n);
  });
});

describe.each(["sequencerFeeVault", "baseFeeVault", "l1FeeVault", "operatorFeeVault"] as const)("the vault %s", (name) => {
  const vault = PREDEPLOYS[name];

  test("pays its balance to its recipient on L2 when anyone asks", () => {
    chain.state.setBalance(vault, ETHER);
    expect(chain.word(vault, "RECIPIENT()")).toBe(BigInt(RECIPIENT));
    expect(chain.word(vault, "WITHDRAWAL_NETWORK()")).toBe(1n);
    chain.run(ALICE, vault, "withdraw()");
    expect([chain.state.balance(vault), chain.state.balance(RECIPIENT)]).toEqual([0n, ETHER]);
    expect(chain.word(vault, "totalProcessed()")).toBe(ETHER);
  });

  test("follows ProxyAdmin's owner: least amount, recipient, and withdrawal to L1", () => {
    chain.state.setBalance(vault, ETHER);
    expect(() => chain.run(ALICE, vault, "setRecipient(address)", [ALICE])).toThrow(/ProxyAdmin's owner/);
    chain.run(OWNER, vault, "setMinWithdrawalAmount(uint256)", [2n * ETHER]);
    expect(() => chain.run(ALICE, vault, "withdraw()")).toThrow(/minimum withdrawal amount/);
    chain.run(OWNER, vault, "setMinWithdrawalAmount(uint256)", [ETHER]);
    chain.run(OWNER, vault, "setRecipient(address)", [OWNER]);
    chain.run(OWNER, vault, "setWithdrawalNetwork(uint8)", [0]);
    chain.run(ALICE, vault, "withdraw()");
    expect(chain.state.balance(PREDEPLOYS.l2ToL1MessagePasser)).toBe(ETHER);
    expect(chain.word(PREDEPLOYS.l2ToL1MessagePasser, "messageNonce()")).toBe((1n << 240n) + 1n);
  });
});

describe("the tools at standard addresses", () => {
  const initcode = concatBytes(hexToBytes(TestToken.bytecode), abiEncode([1_000]));
  const salt: Hex = `0x${"5a".repeat(32)}`;

  test("the deterministic deployer creates by salt", () => {
    const outcome = chain.call({ to: DETERMINISTIC_DEPLOYER_ADDRESS, data: concatBytes(hexToBytes(salt), initcode) });
    const address = create2Address(DETERMINISTIC_DEPLOYER_ADDRESS, BigInt(salt), initcode);
    expect(bytesToHex(outcome.output)).toBe(address);
    expect(chain.word(address, "totalSupply()")).toBe(1_000n);
  });

  test("Create2Deployer creates by salt where it says that it will", () => {
    const address = chain.word(CREATE2_DEPLOYER_ADDRESS, "computeAddress(bytes32,bytes32)", [salt, keccak256Hex(initcode)]);
    expect(address).toBe(BigInt(create2Address(CREATE2_DEPLOYER_ADDRESS, BigInt(salt), initcode)));
    chain.run(ALICE, CREATE2_DEPLOYER_ADDRESS, "deploy(uint256,bytes32,bytes)", [0, salt, initcode]);
    expect(chain.word(`0x${address.toString(16).padStart(40, "0")}`, "totalSupply()")).toBe(1_000n);
    expect(() => chain.run(ALICE, CREATE2_DEPLOYER_ADDRESS, "deploy(uint256,bytes32,bytes)", [0, salt, initcode])).toThrow(/Failed on deploy/);
  });

  test("Multicall3 answers of the chain and joins calls, failed ones included when allowed", () => {
    expect(chain.word(MULTICALL3_ADDRESS, "getChainId()")).toBe(901n);
    expect(chain.word(MULTICALL3_ADDRESS, "getBlockNumber()")).toBe(BigInt(chain.blockNumber));
    expect(chain.word(MULTICALL3_ADDRESS, "getEthBalance(address)", [ALICE])).toBe(10n * ETHER);
    const join = (allowFailure: boolean) => {
      const calls = ["number()", "unknown()"].map((signature) => concatBytes(abiWord(PREDEPLOYS.l1Block), abiWord(allowFailure), abiWord(96), abiWord(4), encodeCall(signature, []), new Uint8Array(28)));
      return concatBytes(encodeCall("aggregate3((address,bool,bytes)[])", [32, 2, 64, 64 + (calls[0]?.length ?? 0)]), ...calls);
    };
    const outcome = chain.call({ to: MULTICALL3_ADDRESS, data: join(true) });
    expect(outcome.success).toBe(true);
    const results = outcome.output.subarray(64);
    const second = results.subarray(Number(BigInt(bytesToHex(results.subarray(32, 64)))));
    expect([bytesToHex(results.subarray(64, 96)), bytesToHex(second.subarray(0, 32))]).toEqual([bytesToHex(abiWord(true)), bytesToHex(abiWord(false))]);
    expect(abiBytesAt(second, 1)).toHaveLength(0);
    expect(chain.call({ to: MULTICALL3_ADDRESS, data: join(false) })).toMatchObject({ success: false, reverted: true });
  });

  test("WETH wraps, moves and unwraps ether", () => {
    chain.call({ to: PREDEPLOYS.weth, value: 3n * ETHER });
    chain.run(ALICE, PREDEPLOYS.weth, "transfer(address,uint256)", [OWNER, ETHER]);
    chain.run(OWNER, PREDEPLOYS.weth, "withdraw(uint256)", [ETHER]);
    expect(chain.state.balance(OWNER)).toBe(ETHER);
    expect(chain.word(PREDEPLOYS.weth, "balanceOf(address)", [ALICE])).toBe(2n * ETHER);
    expect(chain.word(PREDEPLOYS.weth, "totalSupply()")).toBe(2n * ETHER);
    expect(chain.call({ from: OWNER, to: PREDEPLOYS.weth, data: encodeCall("withdraw(uint256)", [1]) }).success).toBe(false);
  });

  test("block hashes and beacon roots are kept as the system account gives them", () => {
    const hash: Hex = `0x${"cd".repeat(32)}`;
    expect(chain.call({ from: SYSTEM_ADDRESS, to: HISTORY_STORAGE_ADDRESS, data: hexToBytes(hash) }).success).toBe(true);
    expect(bytesToHex(chain.call({ to: HISTORY_STORAGE_ADDRESS, data: abiWord(chain.blockNumber - 1) }).output)).toBe(hash);
    expect(chain.call({ from: SYSTEM_ADDRESS, to: BEACON_ROOTS_ADDRESS, data: hexToBytes(hash) }).success).toBe(true);
    expect(bytesToHex(chain.call({ to: BEACON_ROOTS_ADDRESS, data: abiWord(1_700_000_000) }).output)).toBe(hash);
  });

  test("the test token's supply is its deployer's, who sends of it", () => {
    const token = chain.create(ALICE, initcode);
    chain.run(ALICE, token, "transfer(address,uint256)", [OWNER, 400]);
    expect([ALICE, OWNER].map((account) => chain.word(token, "balanceOf(address)", [account]))).toEqual([600n, 400n]);
    expect(chain.call({ from: OWNER, to: token, data: encodeCall("transfer(address,uint256)", [ALICE, 401]) }).success).toBe(false);
  });
});
