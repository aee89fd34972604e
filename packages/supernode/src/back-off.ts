/** Delays that double from `first` to `most` milliseconds; `reset` starts over. */
export class BackOff {
  readonly #first: number;
  readonly #most: number;
  #next: number;

  constructor(first: number, most: number) {
    this.#first = first;
    this.#most = most;
    this.#next = first;
  }

  next(): number {
    const delay = this.#next;
    this.#next = Math.min(this.#next * 2, this.#most);
    return delay;
  }

  reset(): void {
    this.#next = this.#first;
  }
}
