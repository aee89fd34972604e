import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { BLOB_SIZE, bytesToHex, type Hex, type L1BlockRef, ZERO_HASH } from "@pangaea/primitives";
import { afterEach, expect, it } from "vitest";
import { BeaconClient } from "../src/index.ts";
import { versionedHashOf } from "../src/kzg/versioned-hash.ts";

const BLOCK: L1BlockRef = { hash: ZERO_HASH, number: 7, parentHash: ZERO_HASH, timestamp: 1_024 };
const GENESIS = { data: { genesis_time: "1000" } };
const SPEC = { data: { SECONDS_PER_SLOT: "12" } };

/** A blob that a stand-in for KZG knows by its first byte, which its commitment repeats. */
const blob = (byte: number): Uint8Array => new Uint8Array(BLOB_SIZE).fill(byte, 0, 1);
const commitment = (byte: number): Uint8Array => new Uint8Array(48).fill(byte);
const hashOf = (byte: number): Hex => bytesToHex(versionedHashOf(commitment(byte)));
const sidecar = (byte: number, index: number, content = byte) => ({ index: String(index), blob: bytesToHex(blob(content)), kzg_commitment: bytesToHex(commitment(byte)), kzg_proof: bytesToHex(new Uint8Array(48)) });
const kzg = { matches: async (bytes: Uint8Array, hash: Hex) => hashOf(bytes[0]!) === hash };
const wanted = [1, 2].map((byte) => ({ index: byte, versionedHash: hashOf(byte) }));

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

/** A beacon node with the given routes (path to reply or status), and the paths that it was asked for. */
async function beacon(routes: Readonly<Record<string, unknown>>): Promise<{ readonly url: string; readonly asked: string[] }> {
  const asked: string[] = [];
  const all: Readonly<Record<string, unknown>> = { "/eth/v1/beacon/genesis": GENESIS, "/eth/v1/config/spec": SPEC, ...routes };
  const server = createServer((request, response) => {
    asked.push(request.url!);
    const reply = all[request.url!.split("?")[0]!] ?? 404;
    if (typeof reply === "number") response.writeHead(reply).end("{}");
    else response.end(typeof reply === "string" ? reply : JSON.stringify(reply));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}
const SIDECARS = "/eth/v1/beacon/blob_sidecars/2";
const BLOBS = "/eth/v1/beacon/blobs/2";
const firstBytes = (blobs: readonly Uint8Array[]) => blobs.map(([byte]) => byte);

it("blobs come from the sidecars of the slot, in the order asked for", async () => {
  const { url, asked } = await beacon({ [SIDECARS]: { data: [sidecar(2, 2), sidecar(1, 1)] } });
  const client = new BeaconClient([url], kzg);
  expect(firstBytes(await client.blobs(BLOCK, wanted))).toEqual([1, 2]);
  expect(asked).toContain(`${SIDECARS}?indices=1,2`);
  await client.blobs(BLOCK, wanted);
  expect(asked.filter((path) => path.includes("config/spec"))).toHaveLength(1);
});

it("where sidecars are gone, blobs come by their versioned hashes, and sidecars are not tried again", async () => {
  const { url, asked } = await beacon({ [SIDECARS]: 410, [BLOBS]: { data: [bytesToHex(blob(1)), bytesToHex(blob(2))] } });
  const client = new BeaconClient([url], kzg);
  expect(firstBytes(await client.blobs(BLOCK, wanted))).toEqual([1, 2]);
  await client.blobs(BLOCK, wanted);
  expect(asked.filter((path) => path.startsWith(SIDECARS))).toHaveLength(1);
  expect(asked).toContain(`${BLOBS}?versioned_hashes=${wanted.map(({ versionedHash }) => versionedHash).join(",")}`);
});

it("sidecars of another block at the slot do not hide blobs that are asked for by hash", async () => {
  const { url } = await beacon({ [SIDECARS]: { data: [sidecar(8, 1), sidecar(9, 2)] }, [BLOBS]: { data: [bytesToHex(blob(1)), bytesToHex(blob(2))] } });
  expect(firstBytes(await new BeaconClient([url], kzg).blobs(BLOCK, wanted))).toEqual([1, 2]);
});

it("what one node does not have, cannot give or gives wrongly is had from the next", async () => {
  const good = await beacon({ [SIDECARS]: { data: [sidecar(1, 1), sidecar(2, 2)] } });
  for (const bad of [{}, { [SIDECARS]: 500, [BLOBS]: 500 }, { [SIDECARS]: { data: [sidecar(1, 1), sidecar(2, 2, 3)] } }, { "/eth/v1/beacon/genesis": "<html>" }]) {
    const faulty = await beacon(bad);
    expect(firstBytes(await new BeaconClient([faulty.url, good.url], kzg).blobs(BLOCK, wanted))).toEqual([1, 2]);
  }
});

it("a blob that no node has is not found, and the remedy is named", async () => {
  const nodes = [await beacon({}), await beacon({ [SIDECARS]: { data: [] }, [BLOBS]: { data: [bytesToHex(blob(1))] } })];
  await expect(new BeaconClient(nodes.map(({ url }) => url), kzg).blobs(BLOCK, wanted)).rejects.toMatchObject({ kind: "not-found", message: expect.stringContaining("--l1.beacon") });
});

it("as long as one node cannot be asked, a blob does not count as missing", async () => {
  const nodes = [await beacon({}), await beacon({ [SIDECARS]: 503, [BLOBS]: 503 })];
  await expect(new BeaconClient(nodes.map(({ url }) => url), kzg).blobs(BLOCK, wanted)).rejects.toMatchObject({ kind: "temporary" });
});

it("a wrong blob is refused", async () => {
  const { url } = await beacon({ [SIDECARS]: { data: [sidecar(1, 1, 5), sidecar(2, 2)] } });
  await expect(new BeaconClient([url], kzg).blobs(BLOCK, wanted)).rejects.toMatchObject({ kind: "temporary", message: expect.stringContaining("gave a blob that is not") });
});

it("what is no beacon API, or not a URL, is named", async () => {
  const { url } = await beacon({ "/eth/v1/config/spec": { data: {} } });
  await expect(new BeaconClient([url], kzg).blobs(BLOCK, wanted)).rejects.toThrow("check --l1.beacon");
  expect(() => new BeaconClient(["localhost"], kzg)).toThrow("--l1.beacon: not a URL");
});
