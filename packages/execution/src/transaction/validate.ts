import { type BlockContext, DELEGATION_PREFIX, GAS, MAX_INITCODE_SIZE, type WorldState } from "@pangaea/evm";
import { bytesEqual, type Hex, InvalidInputError, type SignedTransaction, TX_ACCESS_LIST, TX_BLOB, TX_LEGACY, TX_SET_CODE } from "@pangaea/primitives";
import type { OpRules } from "../op-rules.ts";

/** Most gas of a transaction from Karst (EIP-7825). */
const MAX_TRANSACTION_GAS = 2 ** 24;

/** Gas that a transaction costs before any code runs, and the least it costs in all (EIP-7623). */
export function intrinsicGas(transaction: { readonly to?: Hex; readonly data: Uint8Array; readonly accessList?: readonly { readonly storageKeys: readonly Hex[] }[]; readonly authorizationList?: readonly unknown[] }, rules: OpRules): { readonly gas: number; readonly floor: number } {
  let zeros = 0;
  for (const byte of transaction.data) if (byte === 0) zeros++;
  const nonZeros = transaction.data.length - zeros;
  let gas = GAS.transaction + GAS.dataZero * zeros + GAS.dataNonZero * nonZeros;
  if (transaction.to === undefined) gas += GAS.create + (rules.evm.has.shanghai ? GAS.initcodeWord * Math.ceil(transaction.data.length / 32) : 0);
  for (const { storageKeys } of transaction.accessList ?? []) gas += GAS.accessAddress + GAS.accessSlot * storageKeys.length;
  gas += GAS.authorization * (transaction.authorizationList?.length ?? 0);
  return { gas, floor: rules.evm.has.prague ? GAS.transaction + GAS.floorToken * (zeros + 4 * nonZeros) : 0 };
}

/** Price per gas that a transaction pays at a base fee, in wei. */
export function effectiveGasPrice(transaction: SignedTransaction, baseFee: bigint): bigint {
  if (transaction.type === TX_LEGACY || transaction.type === TX_ACCESS_LIST) return transaction.gasPrice;
  const most = baseFee + transaction.maxPriorityFeePerGas;
  return most < transaction.maxFeePerGas ? most : transaction.maxFeePerGas;
}

export const feeCap = (transaction: SignedTransaction): bigint => (transaction.type === TX_LEGACY || transaction.type === TX_ACCESS_LIST ? transaction.gasPrice : transaction.maxFeePerGas);
export const tipCap = (transaction: SignedTransaction): bigint => (transaction.type === TX_LEGACY || transaction.type === TX_ACCESS_LIST ? transaction.gasPrice : transaction.maxPriorityFeePerGas);

/** The checks of a transaction that need no state. Throws `InvalidInputError`. */
export function validateStateless(transaction: SignedTransaction, chainId: number, rules: OpRules): void {
  const refuse = (why: string): never => {
    throw new InvalidInputError(why);
  };
  if (transaction.type === TX_BLOB) refuse("transaction type not supported: blob transactions are not accepted on L2");
  if (transaction.type === TX_SET_CODE && !rules.evm.has.prague) refuse("transaction type not supported: set-code transactions come with Isthmus");
  if (transaction.chainId !== undefined && transaction.chainId !== chainId) refuse(`invalid chain id for signer: have ${transaction.chainId} want ${chainId}`);
  if (tipCap(transaction) > feeCap(transaction)) refuse(`max priority fee per gas higher than max fee per gas: tip ${tipCap(transaction)}, fee cap ${feeCap(transaction)}`);
  if (transaction.to === undefined && rules.evm.has.shanghai && transaction.data.length > MAX_INITCODE_SIZE) refuse(`max initcode size exceeded: code size ${transaction.data.length}, limit ${MAX_INITCODE_SIZE}`);
  if (transaction.type === TX_SET_CODE && transaction.authorizationList.length === 0) refuse("EIP-7702 transaction with empty auth list");
  if (rules.evm.has.osaka && transaction.gas > MAX_TRANSACTION_GAS) refuse(`transaction gas limit too high: ${transaction.gas}, cap ${MAX_TRANSACTION_GAS}`);
  const { gas, floor } = intrinsicGas(transaction, rules);
  if (transaction.gas < gas) refuse(`intrinsic gas too low: gas ${transaction.gas}, minimum needed ${gas}`);
  if (transaction.gas < floor) refuse(`insufficient gas for floor data gas cost: gas ${transaction.gas}, minimum needed ${floor}`);
}

/** The checks of a transaction against the state it meets. `extraFees`: L1 and operator fee in wei. Throws `InvalidInputError`. */
export function validateAgainstState(transaction: SignedTransaction, sender: Hex, state: WorldState, block: BlockContext, extraFees: bigint): void {
  const nonce = state.nonce(sender);
  if (transaction.nonce < nonce) throw new InvalidInputError(`nonce too low: address ${sender}, tx: ${transaction.nonce} state: ${nonce}`);
  if (transaction.nonce > nonce) throw new InvalidInputError(`nonce too high: address ${sender}, tx: ${transaction.nonce} state: ${nonce}`);
  const code = state.code(sender);
  if (code.length > 0 && !bytesEqual(code.subarray(0, 3), DELEGATION_PREFIX)) throw new InvalidInputError(`sender not an eoa: address ${sender}`);
  if (feeCap(transaction) < block.baseFee) throw new InvalidInputError(`max fee per gas less than block base fee: address ${sender}, maxFeePerGas: ${feeCap(transaction)}, baseFee: ${block.baseFee}`);
  const need = BigInt(transaction.gas) * feeCap(transaction) + transaction.value + extraFees;
  const have = state.balance(sender);
  if (have < need) throw new InvalidInputError(`insufficient funds for gas * price + value: address ${sender} have ${have} want ${need}`);
}
