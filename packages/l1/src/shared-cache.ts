/** Values being fetched or fetched, by key: asked for once however many want them, the longest unused forgotten first. A failure is not kept. */
export class SharedCache<V> {
  readonly #most: number;
  readonly #entries = new Map<string, Promise<V>>();

  constructor(most: number) {
    this.#most = most;
  }

  get(key: string, fetch: () => Promise<V>): Promise<V> {
    const known = this.#entries.get(key);
    this.#entries.delete(key);
    const value = known ?? fetch();
    this.#entries.set(key, value);
    if (known === undefined) value.catch(() => this.#entries.get(key) === value && this.#entries.delete(key));
    if (this.#entries.size > this.#most) this.#entries.delete(this.#entries.keys().next().value!);
    return value;
  }

  /** What is known of a key; nothing is fetched. */
  peek(key: string): Promise<V> | undefined {
    return this.#entries.get(key);
  }
}
