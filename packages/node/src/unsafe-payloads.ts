import type { ExecutionPayloadEnvelope, Hex, L2BlockRef } from "@pangaea/primitives";

const MAX_BYTES = 500_000_000;

function sizeOf({ payload }: ExecutionPayloadEnvelope): number {
  return payload.transactions.reduce((sum, transaction) => sum + transaction.length + 24, 1_000);
}

/** Unsafe blocks that wait for their turn, lowest first, each once, within a bound of bytes. */
export class UnsafePayloads {
  readonly #byNumber = new Map<number, Map<Hex, ExecutionPayloadEnvelope>>();
  #bytes = 0;

  /** Takes a block in; false when it is known already or there is no room. */
  add(envelope: ExecutionPayloadEnvelope): boolean {
    const { blockNumber, blockHash } = envelope.payload;
    const siblings = this.#byNumber.get(blockNumber) ?? new Map<Hex, ExecutionPayloadEnvelope>();
    if (siblings.has(blockHash) || this.#bytes + sizeOf(envelope) > MAX_BYTES) return false;
    siblings.set(blockHash, envelope);
    this.#byNumber.set(blockNumber, siblings);
    this.#bytes += sizeOf(envelope);
    return true;
  }

  /** The block that goes onto the head, taken out; those at or below the head are dropped. */
  next(head: L2BlockRef): ExecutionPayloadEnvelope | undefined {
    for (const number of this.#byNumber.keys()) if (number <= head.number) this.#drop(number);
    const found = [...(this.#byNumber.get(head.number + 1)?.values() ?? [])].find(({ payload }) => payload.parentHash === head.hash);
    if (found !== undefined) this.#drop(head.number + 1);
    return found;
  }

  /** The highest block above a number, taken out: what an execution layer that syncs by itself is to head for. */
  highestAbove(number: number): ExecutionPayloadEnvelope | undefined {
    const highest = Math.max(...this.#byNumber.keys());
    if (!(highest > number)) return undefined;
    const [found] = this.#byNumber.get(highest)!.values();
    this.#take(found!);
    return found;
  }

  #take(envelope: ExecutionPayloadEnvelope): void {
    const { blockNumber, blockHash } = envelope.payload;
    const siblings = this.#byNumber.get(blockNumber);
    if (siblings?.delete(blockHash) !== true) return;
    this.#bytes -= sizeOf(envelope);
    if (siblings.size === 0) this.#byNumber.delete(blockNumber);
  }

  #drop(number: number): void {
    for (const envelope of this.#byNumber.get(number)?.values() ?? []) this.#bytes -= sizeOf(envelope);
    this.#byNumber.delete(number);
  }
}
