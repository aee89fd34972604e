import { serveWorker, workerInput } from "@pangaea/rpc";
import { type ExecutionService, type ExecutionServiceOptions, startExecutionService } from "./service.ts";

/** The worker thread of one chain's execution layer: the same calls as `ExecutionLayer`, after `start`. */
let starting: Promise<ExecutionService> | undefined;
const service = (): Promise<ExecutionService> => (starting ??= startExecutionService(workerInput() as ExecutionServiceOptions));
const layer = async () => (await service()).layer;

serveWorker({
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
  close: async () => (await service()).close(),
});
