import { EMPTY_BYTES, type Hex } from "@pangaea/primitives";
import type { CallResult } from "../evm.ts";
import type { Frame } from "../frame.ts";
import { GAS, MAX_CALL_DEPTH, MAX_INITCODE_SIZE } from "../gas.ts";
import { Halt, WRITE_PROTECTION } from "../halt.ts";
import { wordToAddress } from "../word.ts";
import { accessAccount } from "./environment.ts";
import { operation, type OperationTable } from "./table.ts";

type CallType = "CALL" | "CALLCODE" | "DELEGATECALL" | "STATICCALL";

/** All but a 64th (EIP-150). */
const forwardable = (gas: number): number => gas - Math.floor(gas / 64);

function callOf(type: CallType) {
  const hasValue = type === "CALL" || type === "CALLCODE";
  return (frame: Frame) => {
    const requested = frame.pop();
    const target = wordToAddress(frame.pop());
    const value = hasValue ? frame.pop() : 0n;
    const inOffset = frame.pop();
    const inSize = frame.pop();
    const outOffset = frame.pop();
    const outSize = frame.pop();
    if (type === "CALL" && value !== 0n && frame.isStatic) throw WRITE_PROTECTION;
    const { state } = frame.evm;
    const inAt = frame.expandMemory(inOffset, inSize);
    const outAt = frame.expandMemory(outOffset, outSize);
    accessAccount(frame, target);
    const delegate = frame.evm.delegateOf(target);
    if (delegate !== undefined) accessAccount(frame, delegate);
    if (value !== 0n) frame.useGas(GAS.callValue);
    if (type === "CALL" && value !== 0n && (!state.exists(target) || state.isEmpty(target))) frame.useGas(GAS.newAccount);
    const most = forwardable(frame.gas);
    const given = requested > BigInt(most) ? most : Number(requested);
    frame.useGas(given);
    const gas = given + (value !== 0n ? GAS.callStipend : 0);
    if (frame.depth + 1 > MAX_CALL_DEPTH || (value !== 0n && state.balance(frame.address) < value)) {
      frame.gas += gas;
      frame.returnData = EMPTY_BYTES;
      return frame.push(0n);
    }
    const ownStorage = type === "CALLCODE" || type === "DELEGATECALL";
    const result = frame.evm.call({
      type,
      codeAddress: target,
      address: ownStorage ? frame.address : target,
      caller: type === "DELEGATECALL" ? frame.caller : frame.address,
      value: type === "DELEGATECALL" ? frame.value : value,
      transfersValue: type === "CALL",
      data: frame.readMemory(inAt, Number(inSize)),
      gas,
      isStatic: frame.isStatic || type === "STATICCALL",
      depth: frame.depth + 1,
    });
    frame.gas += result.gasLeft;
    frame.returnData = result.output;
    frame.memory.set(result.output.subarray(0, Number(outSize)), outAt);
    frame.push(result.success ? 1n : 0n);
  };
}

function createOf(type: "CREATE" | "CREATE2") {
  return (frame: Frame) => {
    if (frame.isStatic) throw WRITE_PROTECTION;
    const value = frame.pop();
    const offset = frame.pop();
    const size = frame.pop();
    const salt = type === "CREATE2" ? frame.pop() : undefined;
    const { evm } = frame;
    if (evm.rules.has.shanghai) {
      if (size > BigInt(MAX_INITCODE_SIZE)) throw new Halt("max initcode size exceeded");
      frame.useGas(GAS.initcodeWord * Math.ceil(Number(size) / 32));
    }
    const at = frame.expandMemory(offset, size);
    if (salt !== undefined) frame.useGas(GAS.keccakWord * Math.ceil(Number(size) / 32));
    const gas = forwardable(frame.gas);
    frame.useGas(gas);
    frame.returnData = EMPTY_BYTES;
    const nonce = evm.state.nonce(frame.address);
    if (frame.depth + 1 > MAX_CALL_DEPTH || evm.state.balance(frame.address) < value || nonce >= Number.MAX_SAFE_INTEGER) {
      frame.gas += gas;
      return frame.push(0n);
    }
    evm.state.setNonce(frame.address, nonce + 1);
    const initcode = frame.readMemory(at, Number(size));
    const result: CallResult & { readonly address: Hex } = evm.create({ type, caller: frame.address, nonce, salt, value, initcode, gas, depth: frame.depth + 1 });
    frame.gas += result.gasLeft;
    if (result.reverted) frame.returnData = result.output;
    frame.push(result.success ? BigInt(result.address) : 0n);
  };
}

function finish(status: "stopped" | "reverted") {
  return (frame: Frame) => {
    const offset = frame.pop();
    const size = frame.pop();
    const at = frame.expandMemory(offset, size);
    frame.output = frame.readMemory(at, Number(size));
    frame.status = status;
  };
}

function selfDestruct(frame: Frame): void {
  if (frame.isStatic) throw WRITE_PROTECTION;
  const heir = wordToAddress(frame.pop());
  const { state, rules } = frame.evm;
  if (state.warmAddress(heir)) frame.useGas(GAS.coldAccount);
  const balance = state.balance(frame.address);
  if (balance > 0n && (!state.exists(heir) || state.isEmpty(heir))) frame.useGas(GAS.newAccount);
  frame.evm.tracer?.onEnter?.({ type: "SELFDESTRUCT", from: frame.address, to: heir, value: balance, gas: 0, input: EMPTY_BYTES, depth: frame.depth + 1 });
  frame.evm.tracer?.onExit?.({ gasUsed: 0, output: EMPTY_BYTES, error: undefined, depth: frame.depth + 1 });
  const removed = !rules.has.cancun || state.isCreated(frame.address);
  if (heir !== frame.address) {
    state.setBalance(frame.address, 0n);
    state.addBalance(heir, balance);
  } else if (removed) {
    state.setBalance(frame.address, 0n);
  }
  if (removed) state.selfDestruct(frame.address);
  frame.status = "stopped";
}

/** Calls, creations and endings. */
export function addSystem(table: OperationTable): void {
  table[0x00] = operation("STOP", 0, (frame) => {
    frame.status = "stopped";
  });
  table[0xf0] = operation("CREATE", GAS.create, createOf("CREATE"));
  table[0xf1] = operation("CALL", 0, callOf("CALL"));
  table[0xf2] = operation("CALLCODE", 0, callOf("CALLCODE"));
  table[0xf3] = operation("RETURN", 0, finish("stopped"));
  table[0xf4] = operation("DELEGATECALL", 0, callOf("DELEGATECALL"));
  table[0xf5] = operation("CREATE2", GAS.create, createOf("CREATE2"));
  table[0xfa] = operation("STATICCALL", 0, callOf("STATICCALL"));
  table[0xfd] = operation("REVERT", 0, finish("reverted"));
  table[0xff] = operation("SELFDESTRUCT", GAS.selfDestruct, selfDestruct);
}
