import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "@pangaea/primitives";
import { serveWorker, workerInput } from "@pangaea/rpc";
import { type ExecutionService, startExecutionService } from "./service.ts";
import { emittingLogger, type ExecutionHost, type ExecutionWorkerInput } from "./worker-host.ts";

/** The worker thread of one chain's execution layer: the same calls as `ExecutionLayer`, after `start`. */
let starting: Promise<ExecutionService> | undefined;
const clock: Clock = {
  now: Date.now,
  sleep: (ms, signal) => delay(ms, undefined, signal === undefined ? {} : { signal }),
};
const input = workerInput() as ExecutionWorkerInput;
const service = (): Promise<ExecutionService> =>
  (starting ??= startExecutionService(input.options, {
    ...(input.messageFilter ? { messages: { clock, filter: { check: (checks, descriptor) => host.call("checkMessages", checks, descriptor) } } } : {}),
    ...(input.log ? { log: emittingLogger(host.emit) } : {}),
  }));
const layer = async () => (await service()).layer;

const host = serveWorker<ExecutionHost>({
  start: async () => ({ rpcPort: (await service()).rpcPort, enginePort: (await service()).enginePort }),
  chainId: async () => (await layer()).chainId(),
  forkchoiceUpdated: async (...params: Parameters<ExecutionService["layer"]["forkchoiceUpdated"]>) => (await layer()).forkchoiceUpdated(...params),
  newPayload: async (...params: Parameters<ExecutionService["layer"]["newPayload"]>) => (await layer()).newPayload(...params),
  getPayload: async (...params: Parameters<ExecutionService["layer"]["getPayload"]>) => (await layer()).getPayload(...params),
  payloadByHash: async (...params: Parameters<ExecutionService["layer"]["payloadByHash"]>) => (await layer()).payloadByHash(...params),
  payloadByNumber: async (...params: Parameters<ExecutionService["layer"]["payloadByNumber"]>) => (await layer()).payloadByNumber(...params),
  payloadByLabel: async (...params: Parameters<ExecutionService["layer"]["payloadByLabel"]>) => (await layer()).payloadByLabel(...params),
  messagePasserStorageRoot: async (...params: Parameters<ExecutionService["layer"]["messagePasserStorageRoot"]>) => (await layer()).messagePasserStorageRoot(...params),
  receiptsByHash: async (...params: Parameters<ExecutionService["layer"]["receiptsByHash"]>) => (await layer()).receiptsByHash(...params),
  blockOfTransaction: async (...params: Parameters<ExecutionService["layer"]["blockOfTransaction"]>) => (await layer()).blockOfTransaction(...params),
  close: async () => (await service()).close(),
});
