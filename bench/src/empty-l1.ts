import { type BlockHeader, bytesToHex, EMPTY_OMMERS_HASH, EMPTY_REQUESTS_HASH, EMPTY_TRIE_ROOT, headerHash, type Hex, type L1BlockInfo, toQuantity, ZERO_ADDRESS, ZERO_HASH } from "@pangaea/primitives";
import { RpcServer } from "@pangaea/rpc";

const BASE_FEE = 1_000_000_000n;
const GAS_LIMIT = 36_000_000;
/** Blocks between the head and what is safe, and between that and what is final. */
const EPOCH = 32;

/** An L1 of empty blocks with true hashes, served over HTTP: anvil takes hours to mine as many as a week has. */
export class EmptyL1 {
  readonly blocks: readonly L1BlockInfo[];
  readonly url: string;
  readonly close: () => Promise<void>;

  private constructor(blocks: readonly L1BlockInfo[], url: string, close: () => Promise<void>) {
    this.blocks = blocks;
    this.url = url;
    this.close = close;
  }

  /** Blocks of equal distance (seconds) from a time on (Unix seconds). */
  static async serve({ chainId, from, count, blockTime }: { readonly chainId: number; readonly from: number; readonly count: number; readonly blockTime: number }): Promise<EmptyL1> {
    const blocks: L1BlockInfo[] = [];
    for (let number = 0; number < count; number++) {
      const header = headerOf(number, from + number * blockTime, blocks.at(-1)?.hash ?? ZERO_HASH);
      const { parentHash, timestamp, mixHash, stateRoot } = header;
      blocks.push({ hash: headerHash(header), number, parentHash, timestamp, mixHash, stateRoot, baseFee: BASE_FEE, excessBlobGas: 0n, parentBeaconBlockRoot: ZERO_HASH });
    }
    const numbers = new Map(blocks.map(({ hash, number }) => [hash, number]));
    const json = (number: number | undefined) => {
      const block = number === undefined ? undefined : blocks[number];
      return block === undefined ? null : blockJson(headerOf(block.number, block.timestamp, block.parentHash), block.hash);
    };
    const labels: Readonly<Record<string, number>> = { latest: count - 1, safe: count - 1 - EPOCH, finalized: count - 1 - 2 * EPOCH };
    const server = new RpcServer({
      route: () => ({
        methods: {
          eth_chainId: () => toQuantity(chainId),
          web3_clientVersion: () => "bench",
          eth_getBlockByNumber: ([tag]) => json(labels[String(tag)] ?? Number(tag)),
          eth_getBlockByHash: ([hash]) => json(numbers.get(String(hash) as Hex)),
          eth_getBlockReceipts: () => [],
        },
      }),
    });
    const { port, close } = await server.listen({ port: 0 });
    return new EmptyL1(blocks, `http://127.0.0.1:${port}`, close);
  }
}

function headerOf(number: number, timestamp: number, parentHash: Hex): BlockHeader {
  return {
    parentHash, number, timestamp, ommersHash: EMPTY_OMMERS_HASH, coinbase: ZERO_ADDRESS, stateRoot: EMPTY_TRIE_ROOT, transactionsRoot: EMPTY_TRIE_ROOT, receiptsRoot: EMPTY_TRIE_ROOT, logsBloom: new Uint8Array(256), difficulty: 0n,
    gasLimit: GAS_LIMIT, gasUsed: 0, extraData: new Uint8Array(0), mixHash: ZERO_HASH, nonce: "0x0000000000000000", baseFeePerGas: BASE_FEE, withdrawalsRoot: EMPTY_TRIE_ROOT, blobGasUsed: 0, excessBlobGas: 0n,
    parentBeaconBlockRoot: ZERO_HASH, requestsHash: EMPTY_REQUESTS_HASH,
  };
}

function blockJson({ ommersHash, coinbase, ...header }: BlockHeader, hash: Hex): Readonly<Record<string, unknown>> {
  const inJson = (value: unknown) => (value instanceof Uint8Array ? bytesToHex(value) : typeof value === "number" || typeof value === "bigint" ? toQuantity(value) : value);
  return { ...Object.fromEntries(Object.entries(header).map(([key, value]) => [key, inJson(value)])), hash, sha3Uncles: ommersHash, miner: coinbase, transactions: [], withdrawals: [], uncles: [] };
}
