import { PREDEPLOYS } from "@pangaea/config";
import type { Evm } from "@pangaea/evm";
import { type Hex, InvalidInputError, type Log, type SignedTransaction, TX_LEGACY, TX_SET_CODE } from "@pangaea/primitives";
import type { OpRules } from "../op-rules.ts";
import { applyAuthorizations } from "./authorizations.ts";
import { type Executed, executeMessage, warmUp } from "./execute.ts";
import { daFootprint, l1Fee, operatorFee, readL1FeeParameters } from "./l1-fee.ts";
import { effectiveGasPrice, intrinsicGas, validateAgainstState, validateStateless } from "./validate.ts";

/** Share of the gas used that refunds may give back (EIP-3529). */
const REFUND_QUOTIENT = 5;

/** What became of a transaction. Fees in wei. */
export interface Outcome {
  readonly type: number;
  readonly status: 0 | 1;
  readonly gasUsed: number;
  readonly logs: readonly Log[];
  readonly output: Uint8Array;
  readonly error: string | undefined;
  readonly contractAddress: Hex | undefined;
  readonly effectiveGasPrice: bigint;
  readonly daFootprint: number;
  readonly depositNonce?: number;
  readonly depositReceiptVersion?: number;
}

/** Gas used after refunds and the floor. */
function settleGas(gas: number, executed: Executed, refund: number, floor: number): number {
  const used = gas - executed.gasLeft;
  return Math.max(used - Math.min(refund, Math.floor(used / REFUND_QUOTIENT)), floor);
}

/**
 * Carries out a signed transaction: validate, charge, execute, refund, pay the vaults.
 * Throws `InvalidInputError` when it may not stand in a block; nothing has changed then.
 * Source: specs `protocol/exec-engine.md`.
 */
export function processTransaction(evm: Evm, rules: OpRules, transaction: SignedTransaction, encoded: Uint8Array, sender: Hex): Outcome {
  const { state, block } = evm;
  validateStateless(transaction, block.chainId, rules);
  const fees = readL1FeeParameters(state, rules);
  const l1 = l1Fee(encoded, fees, rules).fee;
  validateAgainstState(transaction, sender, state, block, l1 + operatorFee(transaction.gas, fees, rules));
  state.beginTransaction();

  const price = effectiveGasPrice(transaction, block.baseFee);
  state.setBalance(sender, state.balance(sender) - BigInt(transaction.gas) * price - l1 - operatorFee(transaction.gas, fees, rules));
  state.setNonce(sender, transaction.nonce + 1);
  const accessList = transaction.type === TX_LEGACY ? [] : transaction.accessList;
  warmUp(evm, { from: sender, accessList, ...(transaction.to === undefined ? {} : { to: transaction.to }) });
  if (transaction.type === TX_SET_CODE) applyAuthorizations(state, transaction.authorizationList, block.chainId);

  const intrinsic = intrinsicGas(transaction, rules);
  const executed = executeMessage(evm, { from: sender, ...(transaction.to === undefined ? {} : { to: transaction.to }), value: transaction.value, data: transaction.data, gas: transaction.gas - intrinsic.gas, gasPrice: price, accessList, nonce: transaction.nonce });
  const gasUsed = settleGas(transaction.gas, executed, state.refund, intrinsic.floor);

  const operator = operatorFee(gasUsed, fees, rules);
  state.addBalance(sender, BigInt(transaction.gas - gasUsed) * price + operatorFee(transaction.gas, fees, rules) - operator);
  state.addBalance(block.coinbase, BigInt(gasUsed) * (price - block.baseFee));
  state.addBalance(PREDEPLOYS.baseFeeVault, BigInt(gasUsed) * block.baseFee);
  state.addBalance(PREDEPLOYS.l1FeeVault, l1);
  if (rules.active("isthmus")) state.addBalance(PREDEPLOYS.operatorFeeVault, operator);
  const logs = executed.success ? [...state.logs] : [];
  state.endTransaction();
  return {
    type: transaction.type,
    status: executed.success ? 1 : 0,
    gasUsed,
    logs,
    output: executed.output,
    error: executed.error,
    contractAddress: executed.contractAddress,
    effectiveGasPrice: price,
    daFootprint: rules.active("jovian") ? daFootprint(encoded, fees) : 0,
  };
}

/** The gas that a transaction may still use in a block. Throws `InvalidInputError` when it asks for more. */
export function requireBlockGas(asked: number, left: number): void {
  if (asked > left) throw new InvalidInputError(`gas limit reached: the transaction asks for ${asked}, the block has ${left} left`);
}
