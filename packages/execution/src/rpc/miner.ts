import { quantityToNumber } from "@pangaea/primitives";
import type { RpcMethods } from "@pangaea/rpc";
import type { EmbeddedExecutionLayer } from "../engine/embedded-execution-layer.ts";

/** `miner_*`: by this a batcher that falls behind makes blocks smaller. Whoever may call it can keep transactions out of blocks. Source: op-geth's `miner_setMaxDASize`. */
export function minerMethods({ daLimits }: EmbeddedExecutionLayer): RpcMethods {
  return {
    miner_setMaxDASize: ([transaction, block]) => {
      daLimits.set(quantityToNumber(transaction, "largest transaction"), quantityToNumber(block, "largest block"));
      return true;
    },
  };
}
