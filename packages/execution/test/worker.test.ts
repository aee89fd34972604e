import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { CriticalError, EngineError, EngineErrorCode, NotFoundError, TemporaryError } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { WorkerExecutionLayer } from "../src/index.ts";
import { attributesAfter, configOf, extend, genesisOf, GENESIS_TIME, openChain, transfer, word } from "./fixture.ts";

const options = () => ({ config: configOf(), genesis: genesisOf() });

describe("an execution layer on a worker thread", () => {
  it("builds the blocks that one in this thread builds", async () => {
    const layer = await WorkerExecutionLayer.start(options());
    const expected = await extend(openChain(), { transactions: [transfer(0)] });
    const head = (await layer.payloadByLabel("latest")).payload.blockHash;
    const labels = { head, safe: head, finalized: head };
    const { payloadId } = await layer.forkchoiceUpdated(labels, attributesAfter(GENESIS_TIME, { transactions: [transfer(0)] }));
    const envelope = await layer.getPayload(payloadId!, GENESIS_TIME + 1);
    expect(envelope).toEqual(expected);
    expect(await layer.newPayload(envelope)).toEqual({ status: "VALID", latestValidHash: envelope.payload.blockHash });
    expect((await layer.receiptsByHash(envelope.payload.blockHash)).map(({ status }) => status)).toEqual([1]);
    await layer.close();
  });

  it("carries errors with their kind and code", async () => {
    const layer = await WorkerExecutionLayer.start(options());
    await expect(layer.payloadByNumber(7)).rejects.toThrow(NotFoundError);
    const head = (await layer.payloadByLabel("latest")).payload.blockHash;
    const refused = await layer.forkchoiceUpdated({ head, safe: word(1n), finalized: head }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(EngineError);
    expect((refused as EngineError).code).toBe(EngineErrorCode.invalidForkchoice);
    await layer.close();
  });

  it("that has ended answers that it is gone, and has told so", async () => {
    let told: string | undefined;
    const layer = await WorkerExecutionLayer.start(options(), {
      onExit: (reason) => {
        told = reason;
      },
    });
    await layer.close();
    expect(told).toBeDefined();
    await expect(layer.chainId()).rejects.toThrow(TemporaryError);
  });

  it("does not start when its port is taken, and says which", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    const start = WorkerExecutionLayer.start({ ...options(), rpc: { host: "127.0.0.1", port } });
    await expect(start).rejects.toThrow(CriticalError);
    await expect(start).rejects.toThrow(`port ${port}`);
    other.close();
  });
});
