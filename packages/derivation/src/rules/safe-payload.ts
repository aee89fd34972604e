import { type ExecutionLayer, type ExecutionPayload, NotFoundError, TemporaryError } from "@pangaea/primitives";

/** A block of the safe chain, which must be there: `TemporaryError` while it is not, so that a batch is never judged without it. */
export async function safePayloadByNumber(l2: Pick<ExecutionLayer, "payloadByNumber">, number: number): Promise<ExecutionPayload> {
  try {
    return (await l2.payloadByNumber(number)).payload;
  } catch (error) {
    if (error instanceof NotFoundError) throw new TemporaryError(`the execution layer does not have the safe L2 block ${number} that a span batch must be held against: ${error.message}`);
    throw error;
  }
}
