import { bigIntToBytes, hexToBytes } from "@pangaea/primitives";
import type { Frame } from "../frame.ts";
import { GAS } from "../gas.ts";
import { OUT_OF_GAS, WRITE_PROTECTION } from "../halt.ts";
import { operation, type OperationTable } from "./table.ts";

function sload(frame: Frame): void {
  const slot = frame.pop();
  frame.useGas(frame.evm.state.warmSlot(frame.address, slot) ? GAS.coldSlot : GAS.warmAccess);
  frame.push(frame.evm.state.storage(frame.address, slot));
}

/** Source: EIP-2200 with the costs of EIP-2929 and the refunds of EIP-3529. */
function sstore(frame: Frame): void {
  if (frame.isStatic) throw WRITE_PROTECTION;
  const slot = frame.pop();
  const value = frame.pop();
  if (frame.gas <= GAS.storeStipend) throw OUT_OF_GAS;
  const { state } = frame.evm;
  const { address } = frame;
  const cold = state.warmSlot(address, slot) ? GAS.coldSlot : 0;
  const current = state.storage(address, slot);
  const original = state.originalStorage(address, slot);
  if (value === current) return frame.useGas(cold + GAS.warmAccess);
  if (current !== original) {
    frame.useGas(cold + GAS.warmAccess);
    if (original !== 0n) {
      if (current === 0n) state.addRefund(-GAS.storeClearRefund);
      else if (value === 0n) state.addRefund(GAS.storeClearRefund);
    }
    if (value === original) state.addRefund((original === 0n ? GAS.storeSet : GAS.storeReset) - GAS.warmAccess);
  } else {
    frame.useGas(cold + (original === 0n ? GAS.storeSet : GAS.storeReset));
    if (original !== 0n && value === 0n) state.addRefund(GAS.storeClearRefund);
  }
  state.setStorage(address, slot, value);
}

function logOf(topicCount: number) {
  return (frame: Frame) => {
    if (frame.isStatic) throw WRITE_PROTECTION;
    const offset = frame.pop();
    const size = frame.pop();
    const topics: Uint8Array[] = [];
    for (let i = 0; i < topicCount; i++) topics.push(bigIntToBytes(frame.pop(), 32));
    const at = frame.expandMemory(offset, size);
    const length = Number(size);
    frame.useGas(GAS.logByte * length);
    frame.evm.state.addLog({ address: hexToBytes(frame.address), topics, data: frame.readMemory(at, length) });
  };
}

/** Storage, transient storage and logs. */
export function addStorage(table: OperationTable, cancun: boolean): void {
  table[0x54] = operation("SLOAD", 0, sload);
  table[0x55] = operation("SSTORE", 0, sstore);
  if (cancun) {
    table[0x5c] = operation("TLOAD", GAS.warmAccess, (frame) => frame.push(frame.evm.state.transient(frame.address, frame.pop())));
    table[0x5d] = operation("TSTORE", GAS.warmAccess, (frame) => {
      if (frame.isStatic) throw WRITE_PROTECTION;
      const slot = frame.pop();
      frame.evm.state.setTransient(frame.address, slot, frame.pop());
    });
  }
  for (let topics = 0; topics <= 4; topics++) table[0xa0 + topics] = operation(`LOG${topics}`, GAS.log + GAS.logTopic * topics, logOf(topics));
}
