import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { gunzipSync } from "node:zlib";
import { bytesToHex, concatBytes, type Hex, hexToBytes, keccak256Hex, NotFoundError, outputRootV0, quantityToNumber } from "@pangaea/primitives";
import { receiptsFromJson } from "@pangaea/rpc";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { BeaconClient, KzgService } from "../src/index.ts";
import { versionedHashOf } from "../src/kzg/versioned-hash.ts";
import { vectorPath, vectorsAreThere } from "./support/vectors.ts";

const FOLDER = "monorepo-2026-06/op-service-eth";
const SLOT = 7_422_094;
const bytesOf = (name: string): Buffer => {
  const raw = readFileSync(vectorPath(`${FOLDER}/${name}`));
  return name.endsWith(".gz") ? gunzipSync(raw) : raw;
};
const json = <T>(name: string): T => JSON.parse(bytesOf(name).toString()) as T;
const FILES: readonly (readonly [path: string, file: string])[] = [
  ["/eth/v1/beacon/genesis", "eth_v1_beacon_genesis_goerli.json"], ["/eth/v1/config/spec", "eth_v1_config_spec_goerli.json"], [`/eth/v1/beacon/blob_sidecars/${SLOT}`, "eth_v1_beacon_blob_sidecars_7422094_goerli.json.gz"],
];

describe.skipIf(!vectorsAreThere)("replies of a real beacon node", () => {
  const kzg = new KzgService();
  let server: Server;
  let url = "";
  beforeAll(async () => {
    server = createServer((request, response) => {
      const file = FILES.find(([path]) => request.url?.split("?")[0] === path)?.[1];
      response.writeHead(file === undefined ? 404 : 200, { "content-type": "application/json" }).end(file === undefined ? "{}" : bytesOf(file));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
  });
  afterAll(async () => {
    await kzg.close();
    await new Promise((resolve) => server.close(resolve));
  });

  it("genesis, spec and sidecars: the blobs of a block are found by its time and given in the order asked for", async () => {
    const { data } = z.object({ data: z.array(z.object({ index: z.string(), blob: z.string(), kzg_commitment: z.string() })) }).parse(json("eth_v1_beacon_blob_sidecars_7422094_goerli.json.gz"));
    const genesisTime = Number(json<{ data: { genesis_time: string } }>("eth_v1_beacon_genesis_goerli.json").data.genesis_time);
    const secondsPerSlot = Number(json<{ data: { SECONDS_PER_SLOT: string } }>("eth_v1_config_spec_goerli.json").data.SECONDS_PER_SLOT);
    const zero: Hex = `0x${"00".repeat(32)}`;
    const block = { hash: zero, parentHash: zero, number: 1, timestamp: genesisTime + SLOT * secondsPerSlot };
    const wanted = [...data].reverse();
    const hashes = wanted.map(({ index, kzg_commitment }) => ({ index: Number(index), versionedHash: bytesToHex(versionedHashOf(hexToBytes(kzg_commitment))) }));
    const client = new BeaconClient([url], kzg);
    const blobs = await client.blobs(block, hashes);
    expect(blobs.map((blob) => keccak256Hex(blob))).toEqual(wanted.map(({ blob }) => keccak256Hex(hexToBytes(blob))));
    await expect(client.blobs({ ...block, timestamp: block.timestamp + secondsPerSlot }, hashes)).rejects.toThrow(NotFoundError);
  });
});

describe.skipIf(!vectorsAreThere)("op-service's RPC shapes", () => {
  it("an output: its root is the hash of version, state root, storage root and block hash", () => {
    const output = json<{ stateRoot: Hex; messagePasserStorageRoot: Hex; blockHash: Hex }>("output_v0.json");
    expect(outputRootV0(output)).toBe(keccak256Hex(concatBytes(new Uint8Array(32), ...[output.stateRoot, output.messagePasserStorageRoot, output.blockHash].map((hash) => hexToBytes(hash)))));
  });

  it("a receipt with a withdrawal is read with all of its logs, in order", () => {
    const receipt = json<Record<string, unknown> & { logs: readonly { topics: readonly Hex[]; data: Hex }[]; cumulativeGasUsed: Hex }>("bridge-withdrawal.json");
    const read = receiptsFromJson([receipt])[0]!;
    expect(read).toMatchObject({ type: 2, status: 1, cumulativeGasUsed: quantityToNumber(receipt.cumulativeGasUsed) });
    expect(read.logs.map(({ topics, data }) => [...topics, data].map(bytesToHex))).toEqual(receipt.logs.map(({ topics, data }) => [...topics, data]));
  });

  it("the withdrawal in that receipt has the hash that its event says", () => {
    const logs = receiptsFromJson([json("bridge-withdrawal.json")])[0]!.logs;
    const passed = logs.find(({ topics }) => bytesToHex(topics[0]!) === keccak256Hex(new TextEncoder().encode("MessagePassed(uint256,address,address,uint256,uint256,bytes,bytes32)")))!;
    const word = (i: number) => passed.data.subarray(32 * i, 32 * i + 32);
    // nonce, sender and target are topics; value, gas limit, data and the hash are the event's data.
    const encoded = concatBytes(passed.topics[1]!, passed.topics[2]!, passed.topics[3]!, word(0), word(1), new Uint8Array([...new Uint8Array(31), 0xc0]), passed.data.subarray(128));
    expect(keccak256Hex(encoded)).toBe(bytesToHex(word(3)));
  });
});
