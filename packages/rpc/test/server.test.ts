import { once } from "node:events";
import { type AddressInfo, createServer, connect } from "node:net";
import { CriticalError, InvalidInputError, NotFoundError, TemporaryError } from "@pangaea/primitives";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { createJwt, jwtProblem, type Listening, parseJwtSecret, RpcClient, RpcError, type RpcMethods, RpcServer, type RpcServerModules, type RpcServerOptions } from "../src/index.ts";

const methods: RpcMethods = {
  echo: (params) => params,
  nothing: () => undefined,
  refuse: () => {
    throw new RpcError(3, "execution reverted", "0x1234");
  },
  malformed: () => {
    throw new InvalidInputError("the address is malformed");
  },
  missing: () => {
    throw new NotFoundError("header not found");
  },
  broken: () => {
    throw new TypeError("x is not a function");
  },
  hang: () => new Promise(() => {}),
  subscribe: (_, { notify, onClose }) => {
    notify?.("event", { n: 1 });
    onClose?.(() => closed.push("closed"));
    return "0x1";
  },
};
let closed: string[] = [];

let server: Listening | undefined;
let client: RpcClient | undefined;
afterEach(async () => {
  client?.close();
  await server?.close();
  server = client = undefined;
  closed = [];
});

async function serve(options: RpcServerOptions = {}, modules: Partial<RpcServerModules> = {}): Promise<string> {
  server = await new RpcServer({ route: () => ({ methods }), ...modules }, options).listen({ port: 0 });
  return `http://127.0.0.1:${server.port}`;
}

async function post(url: string, body: string, headers: Record<string, string> = {}): Promise<{ readonly status: number; readonly json: unknown }> {
  const response = await fetch(url, { method: "POST", body, headers });
  const text = await response.text();
  return { status: response.status, json: text.startsWith("{") || text.startsWith("[") ? JSON.parse(text) : text };
}
function withResolvers<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
const request = (method: string, params: unknown = [], id: unknown = 1) => ({ jsonrpc: "2.0", id, method, params });

describe("the JSON-RPC server", () => {
  it.each([
    ["what is not JSON", "{", { code: -32700 }, null],
    ["a number", "5", { code: -32600 }, null],
    ["an empty batch", "[]", { code: -32600 }, null],
    ["another version", '{"jsonrpc":"1.0","id":4,"method":"echo"}', { code: -32600 }, 4],
    ["an id that is an object", '{"jsonrpc":"2.0","id":{},"method":"echo"}', { code: -32600 }, null],
    ["an unknown method", JSON.stringify(request("constructor")), { code: -32601, message: "the method constructor does not exist/is not available" }, 1],
    ["named parameters", JSON.stringify(request("echo", { a: 1 })), { code: -32602 }, 1],
    ["a malformed parameter", JSON.stringify(request("malformed")), { code: -32602, message: "the address is malformed" }, 1],
    ["a thing that is not there", JSON.stringify(request("missing")), { code: -32000, message: "header not found" }, 1],
    ["a failure with data", JSON.stringify(request("refuse")), { code: 3, message: "execution reverted", data: "0x1234" }, 1],
  ])("answers %s with its code", async (_, body, error, id) => {
    expect((await post(await serve(), body)).json).toEqual({ jsonrpc: "2.0", id, error: expect.objectContaining(error) });
  });

  it("shows no stack of an error of its own", async () => {
    const { json } = await post(await serve(), JSON.stringify(request("broken")));
    expect(json).toMatchObject({ error: { code: -32603 } });
    expect(JSON.stringify(json)).not.toMatch(/server\.test|at /);
  });

  it("answers when its own route or a result fails, and lives on", async () => {
    const url = await serve({ webSocket: true }, {
      route: async (path) => {
        if (path === "/fails") throw new TypeError("no such chain yet");
        return { methods: { ...methods, odd: () => 5n } };
      },
    });
    expect(await post(`${url}/fails`, JSON.stringify(request("echo")))).toMatchObject({ status: 500, json: { error: { code: -32603 } } });
    expect(await post(url, JSON.stringify(request("odd")))).toMatchObject({ status: 500, json: { error: { code: -32603 } } });
    const socket = new WebSocket(`${url.replace("http", "ws")}/fails`);
    await once(socket, "open");
    socket.send(JSON.stringify(request("echo")));
    const [message] = await once(socket, "message");
    expect(JSON.parse(String(message))).toMatchObject({ error: { code: -32603 } });
    socket.terminate();
    expect((await post(url, JSON.stringify(request("echo", [1])))).json).toMatchObject({ result: [1] });
  });

  it("answers a batch in its order, leaves notifications without an answer, and makes undefined null", async () => {
    const { json } = await post(await serve(), JSON.stringify([request("echo", [1], "a"), { jsonrpc: "2.0", method: "echo" }, request("nothing", [], null), 7]));
    expect(json).toEqual([{ jsonrpc: "2.0", id: "a", result: [1] }, { jsonrpc: "2.0", id: null, result: null }, expect.objectContaining({ id: null, error: expect.objectContaining({ code: -32600 }) })]);
  });

  it("answers a lone notification with no content", async () => {
    expect(await post(await serve(), '{"jsonrpc":"2.0","method":"echo"}')).toEqual({ status: 204, json: "" });
  });

  it("refuses batches and bodies beyond its limits and says what they are", async () => {
    const url = await serve({ maxBatch: 2, maxBodyBytes: 400 });
    expect((await post(url, JSON.stringify([1, 2, 3].map((n) => request("echo", [n]))))).json).toMatchObject({ error: { code: -32005, message: expect.stringContaining("at most 2") } });
    expect(await post(url, JSON.stringify(request("echo", ["x".repeat(1_000)])))).toMatchObject({ status: 413, json: { error: { message: expect.stringContaining("larger than 400 bytes") } } });
    expect((await post(url, JSON.stringify(request("echo", ["fine"])))).json).toMatchObject({ result: ["fine"] });
  });

  it("ends a call that takes longer than allowed", async () => {
    expect((await post(await serve({ timeoutMs: 20 }), JSON.stringify(request("hang")))).json).toMatchObject({ error: { code: -32000, message: "hang took longer than 20 ms" } });
  });

  it("refuses requests beyond those it carries at once", async () => {
    const gate = withResolvers<{ readonly methods: RpcMethods }>();
    const arrived = withResolvers<void>();
    const route = () => {
      arrived.resolve();
      return gate.promise;
    };
    const url = await serve({ maxConcurrency: 1 }, { route });
    const first = post(url, JSON.stringify(request("echo")));
    await arrived.promise;
    expect(await post(url, JSON.stringify(request("echo")))).toEqual({ status: 503, json: "busy: 1 requests are under way; retry\n" });
    gate.resolve({ methods });
    expect((await first).status).toBe(200);
  });

  it("routes by path, waits for the route, and passes its refusal on", async () => {
    const url = await serve({}, { route: async (path) => (path === "/901/" ? { methods } : { status: 404, message: `no chain at ${path}` }) });
    expect((await post(`${url}/901/?x=1`, JSON.stringify(request("echo", [5])))).json).toMatchObject({ result: [5] });
    expect(await post(`${url}/7`, JSON.stringify(request("echo")))).toEqual({ status: 404, json: "no chain at /7\n" });
  });

  it("answers GET by page, and other verbs with what to do", async () => {
    const url = await serve({ allowOrigin: "*" }, { page: (path) => (path === "/livez" ? { status: 200, type: "text/plain", body: "ok" } : undefined) });
    expect(await (await fetch(`${url}/livez`)).text()).toBe("ok");
    expect((await fetch(`${url}/other`)).status).toBe(404);
    const options = await fetch(url, { method: "OPTIONS" });
    expect([options.status, options.headers.get("access-control-allow-origin")]).toEqual([204, "*"]);
    expect((await fetch(url, { method: "DELETE" })).status).toBe(405);
  });

  it("keeps an idle connection longer than clients in Go keep theirs", async () => {
    expect((await fetch(await serve(), { method: "POST", body: '{"jsonrpc":"2.0","id":1,"method":"echo"}' })).headers.get("keep-alive")).toBe("timeout=120");
  });

  it("names a port that is in use, and the remedy", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    const attempt = new RpcServer({ route: () => ({ methods }) }).listen({ port });
    await expect(attempt).rejects.toThrow(`port ${port} on 127.0.0.1 is in use: stop the other program or choose another port`);
    await expect(attempt).rejects.toBeInstanceOf(CriticalError);
    other.close();
  });

  it("outlives a client that leaves in the middle of its request", async () => {
    const url = await serve();
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    await once(socket, "connect");
    socket.write("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{");
    socket.destroy();
    expect((await post(url, JSON.stringify(request("echo", [1])))).json).toMatchObject({ result: [1] });
  });
});

describe("the JSON-RPC server over WebSocket", () => {
  const open = async (url: string, headers: Record<string, string> = {}): Promise<WebSocket> => {
    const socket = new WebSocket(url.replace("http", "ws"), { headers });
    await once(socket, "open");
    return socket;
  };

  it("answers, notifies, and tells subscriptions when the socket closes", async () => {
    const socket = await open(await serve({ webSocket: true }));
    const heard: unknown[] = [];
    const both = new Promise<void>((resolve) => socket.on("message", (data) => heard.push(JSON.parse(String(data))) === 2 && resolve()));
    socket.send(JSON.stringify(request("subscribe")));
    await both;
    expect(heard).toEqual([{ jsonrpc: "2.0", method: "event", params: { n: 1 } }, { jsonrpc: "2.0", id: 1, result: "0x1" }]);
    socket.close();
    await expect.poll(() => closed).toEqual(["closed"]);
  });

  it("takes no more sockets than it may, and none without a token where one is needed", async () => {
    const url = await serve({ webSocket: true, maxSockets: 1 });
    const socket = await open(url);
    await expect(open(url)).rejects.toThrow();
    socket.terminate();
    await server?.close();
    const secret = new Uint8Array(32).fill(1);
    const guarded = await serve({ webSocket: true, jwtSecret: secret });
    await expect(open(guarded)).rejects.toThrow();
    (await open(guarded, { authorization: `Bearer ${createJwt(secret, Date.now() / 1_000)}` })).terminate();
  });
});

describe("the JSON-RPC client", () => {
  it("calls one method or many in one request", async () => {
    client = new RpcClient(await serve());
    expect(await client.call("echo", [1])).toEqual([1]);
    expect(await client.callMany([{ method: "echo", params: [1] }, { method: "nothing", params: [] }])).toEqual([[1], null]);
    expect(await client.callMany([])).toEqual([]);
  });

  it("throws the server's error with its code and data", async () => {
    client = new RpcClient(await serve());
    await expect(client.call("refuse")).rejects.toMatchObject({ name: "RpcError", code: 3, data: "0x1234" });
    await expect(client.callMany([{ method: "echo", params: [] }, { method: "refuse", params: [] }])).rejects.toMatchObject({ code: 3 });
  });

  it("counts silence, oversize and what is not JSON-RPC as temporary", async () => {
    const url = await serve({}, { route: (path) => (path === "/text" ? { status: 502, message: "bad gateway" } : { methods }) });
    const cases: readonly (readonly [why: string, client: RpcClient, method: string])[] = [
      ["cannot be reached", new RpcClient("http://127.0.0.1:1"), "echo"],
      ["answered 502: bad gateway", new RpcClient(`${url}/text`), "echo"],
      ["no answer within 20 ms", new RpcClient(url, { timeoutMs: 20 }), "hang"],
      ["larger than 50 bytes", new RpcClient(url, { maxResponseBytes: 50 }), "echo"],
    ];
    for (const [why, each, method] of cases) {
      const failure = await each.call(method, ["x".repeat(100)]).catch((error: unknown) => error);
      each.close();
      expect(failure, why).toBeInstanceOf(TemporaryError);
      expect(String(failure)).toContain(why);
    }
  });

  it("wants an http URL", () => {
    expect(() => new RpcClient("localhost:8545")).toThrow(/not an http\(s\) URL/);
  });
});

describe("JWT", () => {
  const secret = new Uint8Array(32).fill(7);
  const now = 1_700_000_000;

  it("is good for a minute either way", () => {
    expect(jwtProblem(secret, createJwt(secret, now), now)).toBeUndefined();
    expect(jwtProblem(secret, createJwt(secret, now - 60), now)).toBeUndefined();
    expect(jwtProblem(secret, createJwt(secret, now - 61), now)).toMatch(/check the clocks/);
    expect(jwtProblem(secret, createJwt(secret, now + 61), now)).toMatch(/check the clocks/);
  });

  it("says why a token is refused", () => {
    const unsigned = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${Buffer.from(`{"iat":${now}}`).toString("base64url")}.`;
    expect(jwtProblem(secret, undefined, now)).toBe("no bearer token");
    expect(jwtProblem(secret, "abc", now)).toBe("malformed token");
    expect(jwtProblem(secret, unsigned, now)).toMatch(/algorithm none/);
    expect(jwtProblem(new Uint8Array(32), createJwt(secret, now), now)).toMatch(/different JWT secrets/);
  });

  it("reads a secret file and says what is wrong with a bad one", () => {
    expect(parseJwtSecret(` 0x${"07".repeat(32)}\n`, "jwt.hex")).toEqual(secret);
    expect(() => parseJwtSecret("0x07", "jwt.hex")).toThrow(/jwt\.hex holds no JWT secret.*openssl rand -hex 32/);
  });
});
