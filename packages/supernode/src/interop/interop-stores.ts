import { DenyList, MessageIndex, prefixed, type Store, VerifiedTimestamps, WriteAheadLog } from "@pangaea/store";
import type { Transition } from "./decision.ts";
import { transitionCodec } from "./transition-codec.ts";

const VERIFIED_PREFIX = Uint8Array.of(1);
const LOG_PREFIX = Uint8Array.of(2);
const DENIED_PREFIX = Uint8Array.of(3);

/** What interop keeps of one chain. */
export interface ChainStores {
  readonly index: MessageIndex;
  readonly denied: DenyList;
}

/** What interop keeps on disk: a store for its decisions, and one for each chain's message index. */
export class InteropStores {
  readonly verified: VerifiedTimestamps;
  readonly log: WriteAheadLog<Transition>;
  readonly #open: (name: string) => Store;
  readonly #decisions: Store;
  readonly #stores: Store[] = [];

  /** Throws `CriticalError` when a store cannot be used. */
  constructor(openStore: (name: string) => Store) {
    this.#open = (name) => {
      const store = openStore(name);
      this.#stores.push(store);
      return store;
    };
    this.#decisions = this.#open("decisions");
    this.verified = new VerifiedTimestamps(prefixed(this.#decisions, VERIFIED_PREFIX));
    this.log = new WriteAheadLog(prefixed(this.#decisions, LOG_PREFIX), transitionCodec);
  }

  /** Throws `CriticalError` when the store cannot be used. */
  ofChain(chainId: number): ChainStores {
    const index = new MessageIndex(this.#open(`chain-${chainId}`), { chainId: BigInt(chainId) });
    return { index, denied: new DenyList(prefixed(this.#decisions, deniedPrefix(chainId)), { chainId: BigInt(chainId) }) };
  }

  async close(): Promise<void> {
    for (const store of this.#stores) await store.close();
  }
}

function deniedPrefix(chainId: number): Uint8Array {
  const prefix = new Uint8Array(9);
  prefix.set(DENIED_PREFIX);
  new DataView(prefix.buffer).setBigUint64(1, BigInt(chainId));
  return prefix;
}
