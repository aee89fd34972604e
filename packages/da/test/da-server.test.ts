import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bytesToHex, commitmentHex, CriticalError, genericCommitment, InvalidInputError, keccak256, keccakCommitment, NotFoundError, silentLogger, TemporaryError } from "@pangaea/primitives";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DaClient, type DaClientOptions, DaServer, type DaServerOptions, InputFolder } from "../src/index.ts";

const INPUT = Uint8Array.of(0, 1, 2, 3);
const COMMITMENT = keccakCommitment(INPUT);
const GENERIC = genericCommitment(Uint8Array.of(0xff, ...keccak256(INPUT)));
let folder: string;
const closers: (() => Promise<void>)[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pangaea-da-"));
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
  await rm(folder, { recursive: true, force: true });
});

async function start(options: Partial<DaServerOptions> & { readonly maxBytes?: number } = {}): Promise<string> {
  const inputs = await InputFolder.open(folder, { maxBytes: options.maxBytes ?? 1_000 });
  const server = new DaServer({ inputs, log: silentLogger }, { port: 0, isGeneric: false, maxInputBytes: 100, ...options });
  const { url } = await server.listen();
  closers.push(() => server.close());
  return url;
}

const clientOf = (url: string, options: Partial<DaClientOptions> = {}) => new DaClient({ url, isService: false, verifyOnRead: true, getTimeoutMs: 5_000, putTimeoutMs: 5_000, ...options });
const post = (url: string, body: Uint8Array | ReadableStream, method = "POST") => fetch(url, { method, body: body instanceof Uint8Array ? Buffer.from(body) : body, duplex: "half" } as RequestInit);

describe("a DA server and its client", () => {
  it.each([["keccak", false, COMMITMENT], ["generic", true, GENERIC]] as const)("give back what was put: %s commitments", async (_, isGeneric, commitment) => {
    const client = clientOf(await start({ isGeneric }), { isService: isGeneric });
    await expect(client.input(commitment)).rejects.toThrow(NotFoundError);
    expect(await client.put(INPUT)).toEqual(commitment);
    expect(await client.put(INPUT)).toEqual(commitment);
    expect(await client.input(commitment)).toEqual(INPUT);
  });

  it("keep what was put over a restart, and nothing that was not put to its end", async () => {
    await clientOf(await start()).put(INPUT);
    await closers.pop()?.();
    await writeFile(join(folder, "00ff.part"), INPUT);
    expect(await clientOf(await start()).input(COMMITMENT)).toEqual(INPUT);
    expect(await readdir(folder)).toEqual([commitmentHex(COMMITMENT).slice(2)]);
  });
});

describe("the server", () => {
  it("answers a put without a commitment with the input's keccak256", async () => {
    const answer = await post(`${await start()}/put`, INPUT);
    expect([answer.status, new Uint8Array(await answer.arrayBuffer())]).toEqual([200, COMMITMENT.encoded]);
  });

  it.each(["POST", "PUT"])("takes a commitment that the client made, by %s", async (method) => {
    const url = await start();
    expect((await post(`${url}/put/${commitmentHex(COMMITMENT)}`, INPUT, method)).status).toBe(200);
    expect(await clientOf(url).input(COMMITMENT)).toEqual(INPUT);
  });

  it.each<[string, number, (url: string) => Promise<Response>]>([
    ["a get of what was never put", 404, (url) => fetch(`${url}/get/${commitmentHex(COMMITMENT)}`)],
    ["a get without a commitment", 400, (url) => fetch(`${url}/get/`)],
    ["a get of what is no hex", 400, (url) => fetch(`${url}/get/0xzz`)],
    ["a get without 0x", 400, (url) => fetch(`${url}/get/${commitmentHex(COMMITMENT).slice(2)}`)],
    ["a get of an unknown kind", 400, (url) => fetch(`${url}/get/0x02ff`)],
    ["a get of a long commitment", 400, (url) => fetch(`${url}/get/0x01${"00".repeat(200)}`)],
    ["a get outside its folder", 400, (url) => fetch(`${url}/get/..%2f..%2fetc`)],
    ["a path with more in it", 400, (url) => fetch(`${url}/get/a/b`)],
    ["another method", 400, (url) => fetch(`${url}/get/${commitmentHex(COMMITMENT)}`, { method: "DELETE" })],
    ["a put of nothing", 400, (url) => post(`${url}/put`, new Uint8Array(0))],
    ["a put whose commitment is of another input", 400, (url) => post(`${url}/put/${commitmentHex(COMMITMENT)}`, Uint8Array.of(9))],
    ["a put of too much", 413, (url) => post(`${url}/put`, new Uint8Array(101))],
    ["a put of too much that does not say so ahead", 413, (url) => post(`${url}/put`, new Blob([new Uint8Array(101)]).stream())],
  ])("answers %s with status %i", async (_, status, request) => {
    expect((await request(await start())).status).toBe(status);
  });

  it("puts no other input in the place of one", async () => {
    const url = await start();
    const path = `${url}/put/${bytesToHex(Uint8Array.of(1, 7))}`;
    expect([(await post(path, INPUT)).status, (await post(path, INPUT)).status, (await post(path, Uint8Array.of(9))).status]).toEqual([200, 200, 409]);
    expect(await clientOf(url).input(genericCommitment(Uint8Array.of(7)))).toEqual(INPUT);
  });

  it("keeps no more than it may, also over a restart, and still gives what it has", async () => {
    const url = await start({ maxBytes: 6 });
    await clientOf(url).put(INPUT);
    await expect(clientOf(url).put(Uint8Array.of(1, 2, 3))).rejects.toThrow("status 507");
    const again = clientOf(await start({ maxBytes: 6 }));
    await expect(again.put(Uint8Array.of(1, 2, 3))).rejects.toThrow("status 507");
    expect(await again.input(COMMITMENT)).toEqual(INPUT);
    expect(await again.put(Uint8Array.of(1, 2))).toEqual(keccakCommitment(Uint8Array.of(1, 2)));
  });

  it("does not start on a port that is taken, or without its folder", async () => {
    const port = Number(new URL(await start()).port);
    await expect(start({ port })).rejects.toThrow(CriticalError);
    await writeFile(join(folder, "file"), "");
    await expect(InputFolder.open(join(folder, "file"), { maxBytes: 1 })).rejects.toThrow(CriticalError);
  });
});

describe("the client", () => {
  /** A server that answers everything the same. */
  async function answering(status: number, body: Uint8Array | "never"): Promise<string> {
    const { createServer } = await import("node:http");
    const server = createServer((_, response) => {
      if (body !== "never") response.writeHead(status).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    closers.push(() => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    });
    const address = server.address();
    return `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  }

  it("holds what it is given against the commitment, unless told otherwise", async () => {
    const url = await answering(200, Uint8Array.of(9));
    await expect(clientOf(url).input(COMMITMENT)).rejects.toThrow(TemporaryError);
    expect(await clientOf(url, { verifyOnRead: false }).input(COMMITMENT)).toEqual(Uint8Array.of(9));
    expect(await clientOf(url).input(GENERIC)).toEqual(Uint8Array.of(9));
  });

  it.each([500, 503, 400, 204])("takes status %i for a failure that may pass", async (status) => {
    const client = clientOf(await answering(status, new Uint8Array(0)));
    await expect(client.input(COMMITMENT)).rejects.toThrow(TemporaryError);
    await expect(client.put(INPUT)).rejects.toThrow(TemporaryError);
  });

  it("waits no longer than it may", async () => {
    const client = clientOf(await answering(200, "never"), { getTimeoutMs: 20, putTimeoutMs: 20 });
    await expect(client.input(COMMITMENT)).rejects.toThrow("no answer within 20 ms");
    await expect(client.put(INPUT)).rejects.toThrow("no answer within 20 ms");
  });

  it("ends a put when it is told to, with the reason", async () => {
    const abort = new AbortController();
    const put = clientOf(await answering(200, "never")).put(INPUT, abort.signal);
    abort.abort(new Error("the batcher stops"));
    await expect(put).rejects.toThrow("the batcher stops");
  });

  it("says how a server that is not there is put right", async () => {
    const url = await answering(200, INPUT);
    await closers.pop()?.();
    await expect(clientOf(url).input(COMMITMENT)).rejects.toThrow(/cannot be reached .*--altda.da-server/);
  });

  it.each([["no commitment", Uint8Array.of(9, 9)], ["more than a commitment", new Uint8Array(2_000)]])("refuses a service that answers a put with %s", async (_, body) => {
    await expect(clientOf(await answering(200, body), { isService: true }).put(INPUT)).rejects.toThrow(TemporaryError);
  });

  it.each(["da-server:3100", "ftp://da", ""])("refuses %j as an address", (url) => {
    expect(() => clientOf(url)).toThrow(InvalidInputError);
  });

  it("puts no empty input", async () => {
    await expect(clientOf("http://127.0.0.1:1").put(new Uint8Array(0))).rejects.toThrow(InvalidInputError);
  });
});
