import type { RpcMethods } from "@pangaea/rpc";
import type { Batcher } from "./batcher.ts";

/** The batcher's admin namespace; every method answers null. */
export function batcherAdminMethods(batcher: Batcher): RpcMethods {
  return {
    admin_startBatcher: () => {
      batcher.start();
      return null;
    },
    admin_stopBatcher: async () => {
      await batcher.stop({ flush: true });
      return null;
    },
    admin_flushBatcher: async () => {
      await batcher.flush();
      return null;
    },
  };
}
