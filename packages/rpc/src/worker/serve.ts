import { parentPort, workerData } from "node:worker_threads";
import { CriticalError } from "@pangaea/primitives";
import { toWireError, type WorkerCall, type WorkerReply } from "./wire.ts";

/** What the starting thread gave this worker. */
export function workerInput(): unknown {
  return (workerData as { readonly input: unknown }).input;
}

/** Answers calls of the starting thread, one method an entry. */
export function serveWorker(methods: Readonly<Record<string, (...params: never[]) => unknown>>): { emit(event: string, data: unknown): void } {
  const port = parentPort;
  if (port === null) throw new CriticalError("a worker module was loaded outside a worker thread");
  const send = (reply: WorkerReply) => port.postMessage(reply);
  port.on("message", async ({ id, method, params }: WorkerCall) => {
    try {
      const handler = methods[method];
      if (handler === undefined) throw new CriticalError(`the worker has no method ${method}`);
      send({ id, result: await handler(...(params as never[])) });
    } catch (error) {
      send({ id, error: toWireError(error) });
    }
  });
  return { emit: (event, data) => send({ event, data }) };
}
