import { errorMessage, PangaeaError } from "@pangaea/primitives";
import { RpcError, RpcErrorCode } from "./errors.ts";

/** What a method knows of its caller. On a WebSocket it can send notifications until the socket closes. */
export interface RpcContext {
  readonly notify?: (method: string, params: unknown) => void;
  readonly onClose?: (listener: () => void) => void;
}

/** A method: positional parameters in, a JSON value out. Throws `RpcError` for what the caller should see. */
export type RpcMethod = (params: readonly unknown[], context: RpcContext) => unknown;
export type RpcMethods = Readonly<Record<string, RpcMethod>>;

export interface RpcLimits {
  readonly maxBatch: number;
  readonly timeoutMs: number;
}

interface Reply {
  readonly jsonrpc: "2.0";
  readonly id: unknown;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

const failure = (id: unknown, code: number, message: string, data?: unknown): Reply => ({ jsonrpc: "2.0", id, error: { code, message, ...(data === undefined ? {} : { data }) } });

function failureOf(id: unknown, error: unknown): Reply {
  if (error instanceof RpcError) return failure(id, error.code, error.message, error.data);
  if (error instanceof PangaeaError) return failure(id, error.kind === "input" ? RpcErrorCode.invalidParams : RpcErrorCode.server, error.message);
  if (error instanceof Error && "code" in error && typeof error.code === "number") return failure(id, error.code, error.message);
  return failure(id, RpcErrorCode.internal, `internal error: ${errorMessage(error)}`);
}

async function within<T>(ms: number, work: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new RpcError(RpcErrorCode.server, `${what} took longer than ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function answerOne(request: unknown, methods: RpcMethods, context: RpcContext, limits: RpcLimits): Promise<Reply | undefined> {
  if (typeof request !== "object" || request === null || Array.isArray(request)) return failure(null, RpcErrorCode.invalidRequest, "a request is a JSON object");
  const { id, method, params, jsonrpc } = request as { id?: unknown; method?: unknown; params?: unknown; jsonrpc?: unknown };
  const hasId = id === null || typeof id === "string" || typeof id === "number";
  if (jsonrpc !== "2.0" || typeof method !== "string" || (id !== undefined && !hasId)) return failure(hasId ? id : null, RpcErrorCode.invalidRequest, 'a request has "jsonrpc":"2.0", a string "method" and a string or number "id"');
  if (params !== undefined && !Array.isArray(params)) return failure(id ?? null, RpcErrorCode.invalidParams, `${method} takes its parameters as an array`);
  const handler = Object.hasOwn(methods, method) ? methods[method] : undefined;
  if (handler === undefined) return id === undefined ? undefined : failure(id, RpcErrorCode.methodNotFound, `the method ${method.slice(0, 100)} does not exist/is not available`);
  try {
    const result = await within(limits.timeoutMs, Promise.resolve(handler(params ?? [], context)), method);
    return id === undefined ? undefined : { jsonrpc: "2.0", id, result: result ?? null };
  } catch (error) {
    return id === undefined ? undefined : failureOf(id, error);
  }
}

/** Answers the text of a request or batch. Gives the text of the reply, or undefined where JSON-RPC asks for silence. */
export async function answer(text: string, methods: RpcMethods, context: RpcContext, limits: RpcLimits): Promise<string | undefined> {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return JSON.stringify(failure(null, RpcErrorCode.parse, "the request is not JSON"));
  }
  if (!Array.isArray(body)) {
    const reply = await answerOne(body, methods, context, limits);
    return reply === undefined ? undefined : JSON.stringify(reply);
  }
  if (body.length === 0) return JSON.stringify(failure(null, RpcErrorCode.invalidRequest, "the batch is empty"));
  if (body.length > limits.maxBatch) return JSON.stringify(failure(null, RpcErrorCode.limit, `the batch has ${body.length} requests; at most ${limits.maxBatch} are answered at once`));
  const replies = (await Promise.all(body.map((request) => answerOne(request, methods, context, limits)))).filter((reply) => reply !== undefined);
  return replies.length === 0 ? undefined : JSON.stringify(replies);
}
