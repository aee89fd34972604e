import { type CallResult, createAddress, type Evm } from "@pangaea/evm";
import type { AccessList, Hex } from "@pangaea/primitives";

export interface Message {
  readonly from: Hex;
  readonly to?: Hex;
  readonly value: bigint;
  readonly data: Uint8Array;
  /** What is left for code after the intrinsic gas. */
  readonly gas: number;
  readonly gasPrice: bigint;
  readonly accessList: AccessList;
  readonly nonce: number;
}

export interface Executed extends CallResult {
  readonly contractAddress: Hex | undefined;
}

/** Warms what a transaction may touch for free: itself, its recipient, precompiles, coinbase (EIP-3651), its access list. */
export function warmUp(evm: Evm, message: Pick<Message, "from" | "to" | "accessList">): void {
  const { state, rules, block } = evm;
  state.warmAddress(message.from);
  if (message.to !== undefined) state.warmAddress(message.to);
  for (const address of rules.precompiles.keys()) state.warmAddress(address);
  if (rules.has.shanghai) state.warmAddress(block.coinbase);
  for (const { address, storageKeys } of message.accessList) {
    state.warmAddress(address);
    for (const key of storageKeys) state.warmSlot(address, BigInt(key));
  }
}

/** Runs a transaction's call or creation; the sender's nonce has been raised already. */
export function executeMessage(evm: Evm, message: Message): Executed {
  evm.transaction = { origin: message.from, gasPrice: message.gasPrice, blobHashes: [] };
  if (message.to === undefined) {
    const result = evm.create({ type: "CREATE", caller: message.from, nonce: message.nonce, salt: undefined, value: message.value, initcode: message.data, gas: message.gas, depth: 0 });
    return { ...result, contractAddress: createAddress(message.from, message.nonce) };
  }
  const delegate = evm.delegateOf(message.to);
  if (delegate !== undefined) evm.state.warmAddress(delegate);
  const result = evm.call({
    type: "CALL", codeAddress: message.to, address: message.to, caller: message.from, value: message.value, transfersValue: true, data: message.data, gas: message.gas, isStatic: false, depth: 0,
  });
  return { ...result, contractAddress: undefined };
}
