import { type Hex, toQuantity } from "@pangaea/primitives";
import type { RpcMethods } from "@pangaea/rpc";
import type { EmbeddedExecutionLayer } from "../engine/embedded-execution-layer.ts";
import type { PooledTransaction } from "../pool/pool.ts";
import { feeCap } from "../transaction/validate.ts";
import { transactionToJson } from "./format.ts";
import { addressParam } from "./parameters.ts";

/** By sender, then by nonce. */
type BySender = Record<Hex, Record<string, unknown>>;

/** `txpool_*`. Pending: what a block can take now; queued: what waits for a lower nonce or a message. Source: geth's txpool namespace. */
export function txpoolMethods({ chain, pool }: EmbeddedExecutionLayer): RpcMethods {
  function split(show: (pooled: PooledTransaction) => unknown, only?: Hex): { readonly pending: BySender; readonly queued: BySender } {
    const state = chain.headState();
    const gaps = new Map<Hex, number>();
    const found = { pending: {} as BySender, queued: {} as BySender };
    for (const pooled of pool.all()) {
      const { sender, transaction } = pooled;
      if (only !== undefined && sender !== only) continue;
      const gap = gaps.get(sender) ?? pool.takeableNonce(sender, state.nonce(sender));
      gaps.set(sender, gap);
      const part = transaction.nonce < gap ? found.pending : found.queued;
      (part[sender] ??= {})[transaction.nonce] = show(pooled);
    }
    return found;
  }

  const count = (part: BySender): Hex => toQuantity(Object.values(part).reduce((sum, byNonce) => sum + Object.keys(byNonce).length, 0));
  const full = ({ encoded, sender }: PooledTransaction) => transactionToJson(encoded, sender, undefined);
  const summary = ({ transaction }: PooledTransaction) => `${transaction.to ?? "contract creation"}: ${transaction.value} wei + ${transaction.gas} gas × ${feeCap(transaction)} wei`;
  return {
    txpool_status: () => {
      const { pending, queued } = split(() => true);
      return { pending: count(pending), queued: count(queued) };
    },
    txpool_content: () => split(full),
    txpool_contentFrom: ([address]) => {
      const sender = addressParam(address);
      const { pending, queued } = split(full, sender);
      return { pending: pending[sender] ?? {}, queued: queued[sender] ?? {} };
    },
    txpool_inspect: () => split(summary),
  };
}
