import { bytesToHex, type Hex, hexToBytes, keccak256, keccak256Hex, rlpEncode, rlpInteger } from "@pangaea/primitives";
import { type BlockContext, Evm, type EvmRules, GAS, MAX_INITCODE_SIZE, Trie, WorldState } from "../../src/index.ts";

/** One case of a general state test, its indexes applied. Ethereum's own transition: what execution layers add is left out. */
export interface StateCase {
  readonly pre: Readonly<Record<Hex, { readonly balance: Hex; readonly nonce: Hex; readonly code: Hex; readonly storage: Readonly<Record<Hex, Hex>> }>>;
  readonly env: Readonly<Record<string, Hex>>;
  readonly transaction: {
    readonly sender: Hex;
    readonly to: Hex | undefined;
    readonly nonce: bigint;
    readonly gas: bigint;
    readonly value: bigint;
    readonly data: Uint8Array;
    readonly feeCap: bigint;
    readonly tip: bigint;
    readonly accessList: readonly { readonly address: Hex; readonly storageKeys: readonly Hex[] }[];
    readonly blobFeeCap: bigint | undefined;
    readonly blobHashes: readonly Hex[];
  };
}

const BLOB_GAS = 131_072n;
const CANCUN_FRACTION = 3_338_477n;
const MAX_BLOBS = 6;
const MAX_REFUND_QUOTIENT = 5;
const MAX_NONCE = 2n ** 64n - 1n;
const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);
const clamped = (gas: bigint): number => Number(gas > MAX_SAFE ? MAX_SAFE : gas);

function blobBaseFee(excess: bigint): bigint {
  let sum = 0n;
  let term = CANCUN_FRACTION;
  for (let i = 1n; term > 0n; i++) {
    sum += term;
    term = (term * excess) / (CANCUN_FRACTION * i);
  }
  return sum / CANCUN_FRACTION;
}

function prepare(pre: StateCase["pre"]): WorldState {
  const nodes = new Map<string, Uint8Array>();
  const store = { get: (hash: Uint8Array) => nodes.get(bytesToHex(hash)) };
  const keep = (hash: Uint8Array, encoded: Uint8Array) => void nodes.set(bytesToHex(hash), encoded);
  const state = new WorldState(store);
  const accounts = Object.entries(pre) as [Hex, StateCase["pre"][Hex]][];
  for (const [address, account] of accounts) {
    state.setBalance(address, BigInt(account.balance));
    state.setNonce(address, clamped(BigInt(account.nonce)));
    if (account.code !== "0x") state.setCode(address, hexToBytes(account.code));
    for (const [slot, value] of Object.entries(account.storage)) state.setStorage(address, BigInt(slot), BigInt(value));
  }
  const { root, nodes: fresh } = state.commit();
  for (const [hash, encoded] of fresh) keep(hash, encoded);
  // Nonces that a WorldState cannot hold are put into the trie beneath it: they do no harm as long as their accounts are not reached.
  const trie = new Trie(store, root);
  for (const [address, { nonce }] of accounts.filter(([, account]) => BigInt(account.nonce) > MAX_SAFE)) {
    trie.set(keccak256(hexToBytes(address)), rlpEncode([rlpInteger(BigInt(nonce)), rlpInteger(state.balance(address)), state.storageRoot(address), state.codeHash(address)]));
  }
  return new WorldState(store, trie.commit(keep));
}

function intrinsic({ data, to, accessList }: StateCase["transaction"]): number {
  const zeros = data.reduce((count, byte) => count + (byte === 0 ? 1 : 0), 0);
  return GAS.transaction + GAS.dataZero * zeros + GAS.dataNonZero * (data.length - zeros) + (to === undefined ? GAS.create + GAS.initcodeWord * Math.ceil(data.length / 32) : 0)
    + accessList.reduce((sum, { storageKeys }) => sum + GAS.accessAddress + GAS.accessSlot * storageKeys.length, 0);
}

/** Why a transaction may not be in a block, in the words of the tests; undefined when it may. */
function invalidity(state: WorldState, { transaction: tx, env }: StateCase, baseFee: bigint, blobFee: bigint): string | undefined {
  const { sender } = tx;
  if (tx.value >= 2n ** 256n) return "RLP_INVALID_VALUE";
  if (tx.nonce >= MAX_NONCE) return "NONCE_IS_MAX";
  if (tx.gas < BigInt(intrinsic(tx))) return "INTRINSIC_GAS_TOO_LOW";
  if (tx.to === undefined && tx.data.length > MAX_INITCODE_SIZE) return "INITCODE_SIZE_EXCEEDED";
  if (tx.tip > tx.feeCap) return "PRIORITY_GREATER_THAN_MAX_FEE_PER_GAS";
  if (tx.blobFeeCap !== undefined) {
    if (tx.to === undefined) return "TYPE_3_TX_CONTRACT_CREATION";
    if (tx.blobHashes.length === 0) return "TYPE_3_TX_ZERO_BLOBS";
    if (tx.blobHashes.length > MAX_BLOBS) return "TYPE_3_TX_BLOB_COUNT_EXCEEDED";
    if (tx.blobHashes.some((hash) => !hash.startsWith("0x01"))) return "TYPE_3_TX_INVALID_BLOB_VERSIONED_HASH";
    if (tx.blobFeeCap < blobFee) return "INSUFFICIENT_MAX_FEE_PER_BLOB_GAS";
  }
  if (tx.feeCap < baseFee) return "INSUFFICIENT_MAX_FEE_PER_GAS";
  if (tx.gas > BigInt(env.currentGasLimit!)) return "GAS_ALLOWANCE_EXCEEDED";
  if (BigInt(state.nonce(sender)) !== tx.nonce) return "NONCE_MISMATCH";
  if (state.code(sender).length > 0) return "SENDER_NOT_EOA";
  const blobGas = BLOB_GAS * BigInt(tx.blobHashes.length);
  return state.balance(sender) < tx.gas * tx.feeCap + tx.value + blobGas * (tx.blobFeeCap ?? 0n) ? "INSUFFICIENT_ACCOUNT_FUNDS" : undefined;
}

export interface StateOutcome {
  readonly root: Hex;
  readonly logs: Hex;
  /** Why the transaction was refused; undefined when it ran. */
  readonly invalid: string | undefined;
}

/** Carries the case out: root of the state after it, and hash of its logs. */
export function runStateCase(test: StateCase, rules: EvmRules): StateOutcome {
  const { env, transaction: tx } = test;
  const state = prepare(test.pre);
  const baseFee = BigInt(env.currentBaseFee ?? "0x0");
  const blobFee = blobBaseFee(BigInt(env.currentExcessBlobGas ?? "0x0"));
  const outcome = (logs: WorldState["logs"], invalid: string | undefined): StateOutcome => ({
    root: bytesToHex(state.commit().root), logs: keccak256Hex(rlpEncode(logs.map(({ address, topics, data }) => [address, topics, data]))), invalid,
  });
  const invalid = invalidity(state, test, baseFee, blobFee);
  if (invalid !== undefined) return outcome([], invalid);
  const block: BlockContext = {
    number: Number(env.currentNumber), timestamp: Number(env.currentTimestamp), coinbase: env.currentCoinbase!, gasLimit: clamped(BigInt(env.currentGasLimit!)), baseFee, blobBaseFee: blobFee, prevRandao: env.currentRandom ?? `0x${"00".repeat(32)}`, chainId: 1,
    blockHash: (number) => keccak256Hex(new TextEncoder().encode(String(number))),
  };
  const evm = new Evm({ state, block, rules });
  const price = tx.feeCap < baseFee + tx.tip ? tx.feeCap : baseFee + tx.tip;
  // Fees are reckoned with the limit as given; code runs with what a number can hold of it, which none of these tests uses up.
  const gas = clamped(tx.gas);
  state.beginTransaction();
  state.setBalance(tx.sender, state.balance(tx.sender) - tx.gas * price - BLOB_GAS * BigInt(tx.blobHashes.length) * blobFee);
  const nonce = Number(tx.nonce);
  state.setNonce(tx.sender, nonce + 1);
  state.warmAddress(tx.sender);
  if (tx.to !== undefined) state.warmAddress(tx.to);
  for (const address of rules.precompiles.keys()) state.warmAddress(address);
  state.warmAddress(block.coinbase);
  for (const { address, storageKeys } of tx.accessList) {
    state.warmAddress(address);
    for (const key of storageKeys) state.warmSlot(address, BigInt(key));
  }
  evm.transaction = { origin: tx.sender, gasPrice: price, blobHashes: tx.blobHashes };
  const left = gas - intrinsic(tx);
  const result = tx.to === undefined
    ? evm.create({ type: "CREATE", caller: tx.sender, nonce, salt: undefined, value: tx.value, initcode: tx.data, gas: left, depth: 0 })
    : evm.call({ type: "CALL", codeAddress: tx.to, address: tx.to, caller: tx.sender, value: tx.value, transfersValue: true, data: tx.data, gas: left, isStatic: false, depth: 0 });
  const used = gas - result.gasLeft;
  const paid = used - Math.min(state.refund, Math.floor(used / MAX_REFUND_QUOTIENT));
  state.addBalance(tx.sender, (tx.gas - BigInt(paid)) * price);
  state.addBalance(block.coinbase, BigInt(paid) * (price - baseFee));
  const logs = result.success ? [...state.logs] : [];
  state.endTransaction();
  return outcome(logs, undefined);
}
