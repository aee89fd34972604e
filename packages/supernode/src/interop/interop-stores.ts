import { DenyList, MessageIndex, prefixed, type Store, VerifiedTimestamps, WriteAheadLog } from "@pangaea/store";
import type { Transition } from "./decision.ts";
import { DenialBasis } from "./denial-basis.ts";
import { Failsafe } from "./failsafe.ts";
import { transitionCodec } from "./transition-codec.ts";

const VERIFIED_PREFIX = Uint8Array.of(1);
const LOG_PREFIX = Uint8Array.of(2);
const DENIED_PREFIX = 3;
const BASIS_PREFIX = 4;
const FAILSAFE_PREFIX = Uint8Array.of(5);

/** What interop keeps of one chain. */
export interface ChainStores {
  readonly index: MessageIndex;
  readonly denied: DenyList;
  readonly basis: DenialBasis;
}

/** What interop keeps on disk: a store for its decisions, and one for each chain's message index. */
export class InteropStores {
  readonly verified: VerifiedTimestamps;
  readonly log: WriteAheadLog<Transition>;
  readonly failsafe: Failsafe;
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
    this.failsafe = new Failsafe(prefixed(this.#decisions, FAILSAFE_PREFIX));
  }

  /** Throws `CriticalError` when the store cannot be used. */
  ofChain(chainId: number): ChainStores {
    const index = new MessageIndex(this.#open(`chain-${chainId}`), { chainId: BigInt(chainId) });
    const denied = new DenyList(prefixed(this.#decisions, chainPrefix(DENIED_PREFIX, chainId)), { chainId: BigInt(chainId) });
    return { index, denied, basis: new DenialBasis(prefixed(this.#decisions, chainPrefix(BASIS_PREFIX, chainId))) };
  }

  async close(): Promise<void> {
    for (const store of this.#stores) await store.close();
  }
}

function chainPrefix(kind: number, chainId: number): Uint8Array {
  const prefix = new Uint8Array(9);
  prefix[0] = kind;
  new DataView(prefix.buffer).setBigUint64(1, BigInt(chainId));
  return prefix;
}
