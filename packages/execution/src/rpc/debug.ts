import type { Tracer } from "@pangaea/evm";
import { bytesToHex, decodeTransaction, encodeHeader, encodeReceipt, InvalidInputError, NotFoundError, toQuantity, transactionHash } from "@pangaea/primitives";
import { parseJson, type RpcMethods } from "@pangaea/rpc";
import { z } from "zod";
import type { Block } from "../block/block.ts";
import type { BlockBuilder } from "../block/block-builder.ts";
import type { EmbeddedExecutionLayer } from "../engine/embedded-execution-layer.ts";
import { CallTracer } from "../tracing/call-tracer.ts";
import { StructLogger } from "../tracing/struct-logger.ts";
import { encodeBlock } from "./format.ts";
import { callParam, hashParam, overridesParam, requireBlock } from "./parameters.ts";
import { simulate } from "./simulate.ts";

const optionsSchema = z.object({
  tracer: z.string().nullish(), tracerConfig: z.object({ onlyTopCall: z.boolean().default(false), withLog: z.boolean().default(false) }).nullish(), disableStack: z.boolean().default(false), disableStorage: z.boolean().default(false),
  enableMemory: z.boolean().default(false), enableReturnData: z.boolean().default(false), limit: z.number().int().nonnegative().nullish(), stateOverrides: z.unknown().optional(),
});
type TraceOptions = z.infer<typeof optionsSchema>;

/** What came of a traced transaction. */
interface Traced {
  readonly gas: number;
  readonly gasUsed: number;
  readonly failed: boolean;
  readonly output: Uint8Array;
  /** The outermost call, for a transaction that never ran. */
  readonly absent: Readonly<Record<string, unknown>>;
}

interface Recorder {
  readonly tracer: Tracer;
  result(traced: Traced): unknown;
}

function recorder(options: TraceOptions): Recorder {
  const { tracer: name, tracerConfig } = options;
  if (name === "callTracer") {
    const tracer = new CallTracer(tracerConfig ?? { onlyTopCall: false, withLog: false });
    return { tracer, result: ({ gas, gasUsed, absent }) => tracer.result(gas, gasUsed, absent) };
  }
  if (name !== undefined && name !== null && name !== "") throw new InvalidInputError(`tracer ${name.slice(0, 40)} is not there: use callTracer, or no name for the struct logger`);
  const tracer = new StructLogger({ ...options, limit: options.limit === 0 ? undefined : (options.limit ?? undefined) });
  return { tracer, result: ({ gasUsed, failed, output }) => tracer.result(gasUsed, failed, output) };
}

const optionsParam = (value: unknown): TraceOptions => parseJson(optionsSchema, value ?? {}, "trace options");

/** `debug_*`: traces, by executing again on the state before, and raw encodings. Source: geth's debug namespace. */
export function debugMethods({ chain }: EmbeddedExecutionLayer): RpcMethods {
  /** A builder on the state before a block's transactions. */
  function before({ header }: Block): BlockBuilder {
    if (header.number === 0) throw new InvalidInputError("genesis is not traceable");
    return chain.simulate(chain.requireBlock(header.parentHash), {
      timestamp: header.timestamp, prevRandao: header.mixHash, suggestedFeeRecipient: header.coinbase, gasLimit: header.gasLimit, ...(header.parentBeaconBlockRoot === undefined ? {} : { parentBeaconBlockRoot: header.parentBeaconBlockRoot }),
    });
  }

  function traceNext(builder: BlockBuilder, block: Block, index: number, options: TraceOptions): unknown {
    const encoded = block.transactions[index]!;
    const { from } = chain.receipts(block.hash)[index]!;
    const { to, gas, value, data } = decodeTransaction(encoded);
    const { tracer, result } = recorder(options);
    builder.evm.tracer = tracer;
    const outcome = builder.add(encoded);
    builder.evm.tracer = undefined;
    return result({
      gas, gasUsed: outcome.gasUsed, failed: outcome.status === 0, output: outcome.output,
      absent: { type: to === undefined ? "CREATE" : "CALL", from, to, value: toQuantity(value), input: bytesToHex(data), error: outcome.error },
    });
  }

  function traceBlock(block: Block, options: TraceOptions): unknown {
    const builder = before(block);
    return block.transactions.map((encoded, index) => ({ txHash: transactionHash(encoded), result: traceNext(builder, block, index, options) }));
  }

  const located = (hash: unknown) => {
    const found = chain.locateTransaction(hashParam(hash));
    if (found === undefined) throw new NotFoundError(`transaction ${String(hash)} not found: it is in no block of this chain`);
    return found;
  };

  return {
    debug_traceTransaction: ([hash, given]) => {
      const options = optionsParam(given);
      const { block, index } = located(hash);
      const builder = before(block);
      for (const encoded of block.transactions.slice(0, index)) builder.add(encoded);
      return traceNext(builder, block, index, options);
    },
    debug_traceCall: ([given, at, rawOptions]) => {
      const options = optionsParam(rawOptions);
      const call = callParam(given);
      const { tracer, result } = recorder(options);
      const done = simulate(chain, requireBlock(chain, at), call, overridesParam(options.stateOverrides), tracer);
      return result({ gas: done.gas, gasUsed: done.gasUsed, failed: !done.success, output: done.output, absent: {} });
    },
    debug_traceBlockByNumber: ([number, options]) => traceBlock(requireBlock(chain, number), optionsParam(options)),
    debug_traceBlockByHash: ([hash, options]) => traceBlock(requireBlock(chain, hashParam(hash)), optionsParam(options)),
    debug_getRawHeader: ([at]) => bytesToHex(encodeHeader(requireBlock(chain, at).header)),
    debug_getRawBlock: ([at]) => bytesToHex(encodeBlock(requireBlock(chain, at))),
    debug_getRawTransaction: ([hash]) => {
      const { block, index } = located(hash);
      return bytesToHex(block.transactions[index]!);
    },
    debug_getRawReceipts: ([at]) => chain.receipts(requireBlock(chain, at).hash).map((receipt) => bytesToHex(encodeReceipt(receipt))),
  };
}
