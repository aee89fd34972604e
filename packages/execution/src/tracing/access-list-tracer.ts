import type { Frame, TraceEnter, Tracer } from "@pangaea/evm";
import type { AccessList, Hex } from "@pangaea/primitives";

const SLOT_OPCODES: ReadonlySet<number> = new Set([0x54, 0x55]);
/** BALANCE, EXTCODESIZE, EXTCODECOPY, EXTCODEHASH, SELFDESTRUCT: the address is on top. */
const TOP_ADDRESS_OPCODES: ReadonlySet<number> = new Set([0x31, 0x3b, 0x3c, 0x3f, 0xff]);
/** The calls: the address comes after the gas. */
const CALL_OPCODES: ReadonlySet<number> = new Set([0xf1, 0xf2, 0xf4, 0xfa]);
const addressOf = (value: bigint): Hex => `0x${(value & ((1n << 160n) - 1n)).toString(16).padStart(40, "0")}`;

/** Collects what a transaction touches, beyond what is warm anyway. */
export class AccessListTracer implements Tracer {
  readonly #touched = new Map<Hex, Set<bigint>>();
  readonly #warm: ReadonlySet<Hex>;

  /** `warm`: addresses that need no entry of their own. */
  constructor(warm: ReadonlySet<Hex>, known: AccessList) {
    this.#warm = warm;
    for (const { address, storageKeys } of known) this.#touched.set(address, new Set(storageKeys.map(BigInt)));
  }

  onEnter({ to, type, depth }: TraceEnter): void {
    if (depth > 0 && type !== "CREATE" && type !== "CREATE2") this.#touch(to);
  }

  onStep(frame: Frame, opcode: number): void {
    if (SLOT_OPCODES.has(opcode) && frame.sp > 0) this.#slots(frame.address).add(frame.stack[frame.sp - 1]!);
    else if (TOP_ADDRESS_OPCODES.has(opcode) && frame.sp > 0) this.#touch(addressOf(frame.stack[frame.sp - 1]!));
    else if (CALL_OPCODES.has(opcode) && frame.sp > 1) this.#touch(addressOf(frame.stack[frame.sp - 2]!));
  }

  #touch(address: Hex): void {
    if (!this.#warm.has(address)) this.#slots(address);
  }

  #slots(address: Hex): Set<bigint> {
    let slots = this.#touched.get(address);
    if (slots === undefined) this.#touched.set(address, (slots = new Set()));
    return slots;
  }

  list(): AccessList {
    return [...this.#touched].map(([address, slots]) => ({ address, storageKeys: [...slots].map((slot): Hex => `0x${slot.toString(16).padStart(64, "0")}`) }));
  }
}
