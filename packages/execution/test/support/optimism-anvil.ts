import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { type AddressInfo, createServer } from "node:net";
import { gunzipSync } from "node:zlib";
import { type Hex, hexToBytes } from "@pangaea/primitives";
import { RpcClient } from "@pangaea/rpc";
import { z } from "zod";

const READY_TRIES = 400;
const READY_WAIT_MS = 25;

/** The binary of anvil's npm package, beside what imports it. */
function binary(): string {
  const name = `@foundry-rs/anvil-${process.platform}-${process.arch === "x64" ? "amd64" : process.arch}`;
  return createRequire(createRequire(import.meta.url).resolve("@foundry-rs/anvil/package.json")).resolve(`${name}/bin/anvil`);
}

const quantity = z.string().regex(/^0x[0-9a-f]+$/).transform(BigInt);
const number = quantity.transform(Number);
const hex = z.string().regex(/^0x[0-9a-f]*$/).transform((text) => text as Hex);

const accountSchema = z.object({ nonce: z.union([z.number(), number]), balance: quantity, code: hex, storage: z.record(hex, hex) });
const dumpSchema = z.object({ accounts: z.record(hex, accountSchema) });
const blockSchema = z.object({ number, hash: hex, parentHash: hex, timestamp: number, miner: hex, gasLimit: number, gasUsed: number, baseFeePerGas: quantity, mixHash: hex, stateRoot: hex, receiptsRoot: hex, parentBeaconBlockRoot: hex, transactions: z.array(hex) });
const receiptSchema = z.object({ status: number, gasUsed: number, cumulativeGasUsed: number, effectiveGasPrice: quantity, contractAddress: hex.nullable(), logs: z.array(z.object({ address: hex, topics: z.array(hex), data: hex })) });

export type AnvilAccount = z.output<typeof accountSchema>;
export type AnvilBlock = z.output<typeof blockSchema>;
export type AnvilReceipt = z.output<typeof receiptSchema>;

/** An anvil that executes as an OP Stack chain does, and mines when told. */
export interface OptimismAnvil {
  readonly rpc: RpcClient;
  /** Every account that there is. */
  dump(): Promise<Readonly<Record<Hex, AnvilAccount>>>;
  send(encoded: Hex): Promise<void>;
  /** Mines a block of what was sent, at a time (Unix seconds) and base fee (wei). */
  mine(timestamp: number, baseFee: bigint): Promise<AnvilBlock>;
  block(tag: "latest" | Hex): Promise<AnvilBlock>;
  receipt(hash: Hex): Promise<AnvilReceipt>;
  stop(): Promise<void>;
}

export async function startOptimismAnvil({ chainId, gasLimit, genesisTime, hardfork }: { readonly chainId: number; readonly gasLimit: number; readonly genesisTime: number; readonly hardfork: string }): Promise<OptimismAnvil> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  const flags = ["--network", "optimism", "--hardfork", hardfork, "--chain-id", String(chainId), "--port", String(port), "--gas-limit", String(gasLimit), "--timestamp", String(genesisTime), "--no-mining", "--order", "fifo", "--accounts", "1", "--quiet"];
  const child = spawn(binary(), flags, { stdio: ["ignore", "ignore", "pipe"] });
  let complaint = "";
  child.stderr.on("data", (chunk) => {
    complaint = (complaint + String(chunk)).slice(-2_000);
  });
  const rpc = new RpcClient(`http://127.0.0.1:${port}`);
  for (let attempt = 0; ; attempt++) {
    try {
      await rpc.call("eth_chainId");
      break;
    } catch (error) {
      if (attempt >= READY_TRIES || child.exitCode !== null) throw new Error(`anvil did not start: ${complaint}`, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, READY_WAIT_MS));
    }
  }
  const block = async (tag: string) => blockSchema.parse(await rpc.call(tag.length === 66 ? "eth_getBlockByHash" : "eth_getBlockByNumber", [tag, false]));
  return {
    rpc,
    block,
    dump: async () => dumpSchema.parse(JSON.parse(gunzipSync(hexToBytes(hex.parse(await rpc.call("anvil_dumpState")))).toString())).accounts,
    send: async (encoded) => void (await rpc.call("eth_sendRawTransaction", [encoded])),
    mine: async (timestamp, baseFee) => {
      await rpc.call("anvil_setNextBlockBaseFeePerGas", [`0x${baseFee.toString(16)}`]);
      await rpc.call("evm_setNextBlockTimestamp", [timestamp]);
      await rpc.call("evm_mine");
      return block("latest");
    },
    receipt: async (hash) => receiptSchema.parse(await rpc.call("eth_getTransactionReceipt", [hash])),
    stop: async () => {
      rpc.close();
      child.kill("SIGTERM");
      if (child.exitCode === null) await once(child, "exit");
    },
  };
}
