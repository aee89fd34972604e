import { Evm, GAS, type Tracer, type WorldState } from "@pangaea/evm";
import { bytesToHex, type Hex, hexToBytes, InvalidInputError, quantityToBigInt, quantityToNumber, ZERO_HASH } from "@pangaea/primitives";
import { RpcError } from "@pangaea/rpc";
import type { Block } from "../block/block.ts";
import type { Blockchain } from "../chain/blockchain.ts";
import { opRulesAt } from "../op-rules.ts";
import { revertReason } from "../tracing/revert-reason.ts";
import { applyAuthorizations } from "../transaction/authorizations.ts";
import { type Executed, executeMessage, warmUp } from "../transaction/execute.ts";
import { intrinsicGas } from "../transaction/validate.ts";
import type { CallRequest, StateOverrides } from "./parameters.ts";

/** Most gas that a simulation may use. */
export const CALL_GAS_CAP = 50_000_000;
const REVERTED = 3;
const ESTIMATE_ERROR = 0.015;

export interface Simulated extends Executed {
  /** What it was given. */
  readonly gas: number;
  readonly gasUsed: number;
}

function applyOverrides(state: WorldState, overrides: StateOverrides): void {
  for (const [key, override] of Object.entries(overrides)) {
    const address = key.toLowerCase() as Hex;
    if (override.balance != null) state.setBalance(address, quantityToBigInt(override.balance));
    if (override.nonce != null) state.setNonce(address, quantityToNumber(override.nonce, "nonce override"));
    if (override.code != null) state.setCode(address, hexToBytes(override.code));
    if (override.state != null) state.createContract(address);
    for (const [slot, value] of Object.entries({ ...override.state, ...override.stateDiff })) state.setStorage(address, BigInt(slot), BigInt(value));
  }
}

/** Tries a call on the state after a block. */
export function simulate(chain: Blockchain, block: Block, call: CallRequest, overrides: StateOverrides = {}, tracer?: Tracer): Simulated {
  const state = chain.stateAt(block);
  const { header } = block;
  const rules = opRulesAt(chain.config, header.timestamp);
  const evm = new Evm({
    state,
    block: { number: header.number, timestamp: header.timestamp, coinbase: header.coinbase, gasLimit: header.gasLimit, baseFee: call.gasPrice === 0n ? 0n : (header.baseFeePerGas ?? 0n), blobBaseFee: 1n, prevRandao: header.mixHash ?? ZERO_HASH, chainId: chain.config.l2ChainId, blockHash: (number) => chain.blockByNumber(number)?.hash },
    rules: rules.evm,
    tracer,
  });
  applyOverrides(state, overrides);
  state.beginTransaction();
  const gas = Math.min(call.gas ?? CALL_GAS_CAP, CALL_GAS_CAP);
  const intrinsic = intrinsicGas(call, rules);
  const least = Math.max(intrinsic.gas, intrinsic.floor);
  if (gas < least) throw new InvalidInputError(`intrinsic gas too low: gas ${gas}, minimum needed ${least}`);
  const cost = call.value + BigInt(gas) * call.gasPrice;
  if (call.value > 0n && state.balance(call.from) < (call.gas === undefined ? call.value : cost)) throw new RpcError(-32000, `insufficient funds for gas * price + value: address ${call.from} have ${state.balance(call.from)} want ${cost}`);
  const nonce = state.nonce(call.from);
  state.setNonce(call.from, nonce + 1);
  warmUp(evm, call);
  applyAuthorizations(state, call.authorizationList, chain.config.l2ChainId);
  const executed = executeMessage(evm, { ...call, gas: gas - intrinsic.gas, nonce });
  const used = gas - executed.gasLeft;
  return { ...executed, gas, gasUsed: Math.max(used - Math.min(state.refund, Math.floor(used / 5)), intrinsic.floor) };
}

/** Throws the error that clients know when a call failed. */
export function requireSuccess(result: Executed): void {
  if (result.success) return;
  if (!result.reverted) throw new RpcError(-32000, result.error ?? "execution failed");
  const reason = revertReason(result.output);
  throw new RpcError(REVERTED, reason === undefined ? "execution reverted" : `execution reverted: ${reason}`, bytesToHex(result.output));
}

/** The least gas with which a call succeeds, within one and a half percent. */
export function estimateGas(chain: Blockchain, block: Block, call: CallRequest, overrides: StateOverrides): number {
  const cap = Math.min(call.gas ?? block.header.gasLimit, CALL_GAS_CAP);
  const isTransfer = call.data.length === 0 && call.accessList.length + call.authorizationList.length === 0 && call.to !== undefined && !(call.to in overrides) && chain.stateAt(block).code(call.to).length === 0;
  if (isTransfer && cap >= GAS.transaction && simulate(chain, block, { ...call, gas: GAS.transaction }, overrides).success) return GAS.transaction;
  const first = simulate(chain, block, { ...call, gas: cap }, overrides);
  requireSuccess(first);
  let low = first.gasUsed - 1;
  let high = cap;
  const tries = (gas: number): boolean => {
    try {
      return simulate(chain, block, { ...call, gas }, overrides).success;
    } catch (error) {
      if (error instanceof InvalidInputError) return false;
      throw error;
    }
  };
  const optimistic = Math.ceil(((first.gasUsed + 2_300) * 64) / 63);
  if (optimistic < high) {
    if (tries(optimistic)) high = optimistic;
    else low = optimistic;
  }
  while (low + 1 < high && (high - low) / high > ESTIMATE_ERROR) {
    const middle = Math.min(Math.floor((low + high) / 2), low * 2);
    if (tries(middle)) high = middle;
    else low = middle;
  }
  return high;
}
