import type { Hex, Log } from "@pangaea/primitives";

const RIPEMD: Hex = "0x0000000000000000000000000000000000000003";

/**
 * What a state keeps for the length of one transaction: the journal by which calls are undone, what is warm, transient storage, refund,
 * logs, and which accounts were touched, created and destroyed. Every change is journaled.
 */
export abstract class TransactionScope {
  /** How to undo each change, the latest last. */
  protected journal: (() => void)[] = [];
  protected touched = new Set<Hex>();
  protected created = new Set<Hex>();
  protected destroyed = new Set<Hex>();
  #warmAddresses = new Set<Hex>();
  #warmSlots = new Map<Hex, Set<bigint>>();
  #transient = new Map<Hex, Map<bigint, bigint>>();
  #refund = 0;
  #logs: Log[] = [];

  beginTransaction(): void {
    this.journal = [];
    this.touched = new Set();
    this.created = new Set();
    this.destroyed = new Set();
    this.#warmAddresses = new Set();
    this.#warmSlots = new Map();
    this.#transient = new Map();
    this.#refund = 0;
    this.#logs = [];
  }

  /** Where `revertTo` may go back to, until the transaction ends. */
  checkpoint(): number {
    return this.journal.length;
  }

  revertTo(checkpoint: number): void {
    while (this.journal.length > checkpoint) this.journal.pop()!();
  }

  /** Marks for the clearing of empty accounts at the transaction's end (EIP-161). */
  touch(address: Hex): void {
    if (this.touched.has(address)) return;
    this.touched.add(address);
    // A touch of the RIPEMD precompile outlives its revert: a quirk of mainnet's history that EIP-161 clients keep.
    if (address !== RIPEMD) this.journal.push(() => this.touched.delete(address));
  }

  /** Whether the account was created in this transaction. */
  isCreated(address: Hex): boolean {
    return this.created.has(address);
  }

  /** Marks an account to be removed when the transaction ends. */
  selfDestruct(address: Hex): void {
    if (this.destroyed.has(address)) return;
    this.destroyed.add(address);
    this.journal.push(() => this.destroyed.delete(address));
  }

  isDestroyed(address: Hex): boolean {
    return this.destroyed.has(address);
  }

  transient(address: Hex, slot: bigint): bigint {
    return this.#transient.get(address)?.get(slot) ?? 0n;
  }

  setTransient(address: Hex, slot: bigint, value: bigint): void {
    let slots = this.#transient.get(address);
    if (slots === undefined) this.#transient.set(address, (slots = new Map()));
    const before = slots.get(slot) ?? 0n;
    slots.set(slot, value);
    this.journal.push(() => slots.set(slot, before));
  }

  /** Warms an address; whether it was cold. */
  warmAddress(address: Hex): boolean {
    if (this.#warmAddresses.has(address)) return false;
    this.#warmAddresses.add(address);
    this.journal.push(() => this.#warmAddresses.delete(address));
    return true;
  }

  /** Warms a slot; whether it was cold. */
  warmSlot(address: Hex, slot: bigint): boolean {
    let slots = this.#warmSlots.get(address);
    if (slots === undefined) this.#warmSlots.set(address, (slots = new Set()));
    if (slots.has(slot)) return false;
    slots.add(slot);
    this.journal.push(() => slots.delete(slot));
    return true;
  }

  get refund(): number {
    return this.#refund;
  }

  addRefund(amount: number): void {
    this.#refund += amount;
    this.journal.push(() => {
      this.#refund -= amount;
    });
  }

  get logs(): readonly Log[] {
    return this.#logs;
  }

  addLog(log: Log): void {
    this.#logs.push(log);
    this.journal.push(() => this.#logs.pop());
  }
}
