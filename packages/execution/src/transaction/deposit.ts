import { createAddress, type Evm, MAX_INITCODE_SIZE } from "@pangaea/evm";
import { type DepositTransaction, EMPTY_BYTES, InvalidInputError, TX_DEPOSIT } from "@pangaea/primitives";
import type { OpRules } from "../op-rules.ts";
import { executeMessage, warmUp } from "./execute.ts";
import type { Outcome } from "./process.ts";
import { intrinsicGas } from "./validate.ts";

const REFUND_QUOTIENT = 5;
const DEPOSIT_RECEIPT_VERSION = 1;

/**
 * Carries out a deposit: its mint stands whatever happens; one that cannot run fails and uses all its gas.
 * Throws `InvalidInputError` for a system transaction from Regolith on. Source: specs `protocol/deposits.md#execution`.
 */
export function processDeposit(evm: Evm, rules: OpRules, deposit: DepositTransaction): Outcome {
  const { state } = evm;
  const regolith = rules.active("regolith");
  if (deposit.isSystemTx && regolith) throw new InvalidInputError("a deposit is marked as a system transaction, which Regolith has abolished");
  state.beginTransaction();
  state.addBalance(deposit.from, deposit.mint);
  const nonce = state.nonce(deposit.from);
  const checkpoint = state.checkpoint();
  const intrinsic = intrinsicGas(deposit, rules);
  const tooLong = deposit.to === undefined && rules.evm.has.shanghai && deposit.data.length > MAX_INITCODE_SIZE;
  const runs = !tooLong && deposit.gas >= Math.max(intrinsic.gas, intrinsic.floor) && state.balance(deposit.from) >= deposit.value;

  let gasUsed = deposit.isSystemTx && !regolith ? 0 : deposit.gas;
  let outcome: Pick<Outcome, "status" | "output" | "error" | "contractAddress" | "logs"> = { status: 0, output: EMPTY_BYTES, error: "failed deposit", contractAddress: deposit.to === undefined ? createAddress(deposit.from, nonce) : undefined, logs: [] };
  if (runs) {
    state.setNonce(deposit.from, nonce + 1);
    const to = deposit.to === undefined ? {} : { to: deposit.to };
    warmUp(evm, { from: deposit.from, accessList: [], ...to });
    const executed = executeMessage(evm, { from: deposit.from, ...to, value: deposit.value, data: deposit.data, gas: deposit.gas - intrinsic.gas, gasPrice: 0n, accessList: [], nonce });
    if (regolith) {
      const used = deposit.gas - executed.gasLeft;
      gasUsed = Math.max(used - Math.min(state.refund, Math.floor(used / REFUND_QUOTIENT)), intrinsic.floor);
    }
    outcome = { status: executed.success ? 1 : 0, output: executed.output, error: executed.error, contractAddress: executed.contractAddress, logs: executed.success ? [...state.logs] : [] };
  } else {
    state.revertTo(checkpoint);
    state.setNonce(deposit.from, nonce + 1);
  }
  state.endTransaction();
  return {
    type: TX_DEPOSIT,
    ...outcome,
    gasUsed,
    effectiveGasPrice: 0n,
    daFootprint: 0,
    ...(regolith ? { depositNonce: nonce } : {}),
    ...(rules.active("canyon") ? { depositReceiptVersion: DEPOSIT_RECEIPT_VERSION } : {}),
  };
}
