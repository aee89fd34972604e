import { errorMessage } from "@pangaea/primitives";
import { Relayer, type RelayerModules } from "./relayer.ts";
import type { RelayerOptions } from "./options.ts";

/** A relayer at work. `stop` resolves when nothing of it goes on any more and its store is closed. */
export interface RunningRelayer {
  readonly relayer: Relayer;
  readonly stop: () => Promise<void>;
}

/** Puts a relayer to work. Throws as `Relayer`'s constructor does. */
export function startRelayer(modules: RelayerModules, options: Partial<RelayerOptions>): RunningRelayer {
  const relayer = new Relayer(modules, options);
  const abort = new AbortController();
  const running = relayer.run(abort.signal).catch((error: unknown) => modules.log.error("the relayer failed", { error: errorMessage(error) }));
  const stop = async () => {
    abort.abort();
    await running;
    await modules.store.close();
  };
  return { relayer, stop };
}
