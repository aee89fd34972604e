import { bytesToHex, type Hex, hexToBytes, InvalidInputError, isHex, shorten, toQuantity, toSafeNumber } from "@pangaea/primitives";
import { z } from "zod";

/** An account at genesis. Balance in wei; storage words by 32-byte key. */
export interface GenesisAccount {
  readonly balance: bigint;
  readonly nonce: number;
  readonly code: Uint8Array;
  readonly storage: Readonly<Record<Hex, Hex>>;
}

/** The first block of an L2 and the state that it starts from. */
export interface L2Genesis {
  readonly chainId: number;
  readonly timestamp: number;
  readonly gasLimit: number;
  readonly baseFeePerGas: bigint;
  readonly extraData: Uint8Array;
  readonly coinbase: Hex;
  readonly mixHash: Hex;
  readonly alloc: Readonly<Record<Hex, GenesisAccount>>;
}

const quantity = z.union([z.string(), z.number()]);
const account = z.object({ balance: quantity, nonce: quantity.optional(), code: z.string().optional(), storage: z.record(z.string(), z.string()).optional() });
const schema = z.object({
  config: z.object({ chainId: z.number().int().positive() }),
  timestamp: quantity,
  gasLimit: quantity,
  baseFeePerGas: quantity,
  extraData: z.string(),
  coinbase: z.string(),
  mixHash: z.string(),
  alloc: z.record(z.string(), account),
});

/** A quantity in hex or decimal, or a JSON number. Throws `InvalidInputError` naming the field. */
function wide(value: string | number, what: string): bigint {
  if (typeof value === "string" ? /^(?:0x[0-9a-fA-F]+|\d+)$/.test(value) : Number.isSafeInteger(value) && value >= 0) return BigInt(value);
  throw new InvalidInputError(`${what} wants a number from 0, in hex or decimal (is ${shorten(String(value))})`);
}

const small = (value: string | number, what: string): number => toSafeNumber(wide(value, what), what);

function hexOf(value: string, size: number, what: string): Hex {
  const prefixed = value.startsWith("0x") ? value : `0x${value}`;
  if (!isHex(prefixed, size)) throw new InvalidInputError(`${what} is not ${size} bytes of hex: ${shorten(value)}`);
  return prefixed.toLowerCase() as Hex;
}

/** Reads a `genesis.json` of op-geth's shape. Throws `InvalidInputError` naming the field. */
export function parseGenesis(json: unknown, where = "genesis.json"): L2Genesis {
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw new InvalidInputError(`${where}: ${parsed.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`).slice(0, 5).join("; ")}`);
  const file = parsed.data;
  const alloc: Record<Hex, GenesisAccount> = {};
  for (const [address, { balance, nonce, code, storage }] of Object.entries(file.alloc)) {
    const slots = Object.entries(storage ?? {}).map(([key, value]) => [hexOf(key, 32, `${where}: alloc.${address}.storage key`), hexOf(value, 32, `${where}: alloc.${address}.storage.${key}`)] as const);
    alloc[hexOf(address, 20, `${where}: alloc address`)] = { balance: wide(balance, `${where}: alloc.${address}.balance`), nonce: small(nonce ?? 0, `${where}: alloc.${address}.nonce`), code: hexToBytes(code ?? "0x"), storage: Object.fromEntries(slots) };
  }
  return {
    chainId: file.config.chainId,
    timestamp: small(file.timestamp, `${where}: timestamp`),
    gasLimit: small(file.gasLimit, `${where}: gasLimit`),
    baseFeePerGas: wide(file.baseFeePerGas, `${where}: baseFeePerGas`),
    extraData: hexToBytes(file.extraData),
    coinbase: hexOf(file.coinbase, 20, `${where}: coinbase`),
    mixHash: hexOf(file.mixHash, 32, `${where}: mixHash`),
    alloc,
  };
}

/** The genesis as `parseGenesis` reads it; `config` is the chain configuration that stands in the file. */
export function genesisToJson(genesis: L2Genesis, config: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return {
    config: { chainId: genesis.chainId, ...config },
    nonce: "0x0",
    timestamp: toQuantity(genesis.timestamp),
    extraData: bytesToHex(genesis.extraData),
    gasLimit: toQuantity(genesis.gasLimit),
    difficulty: "0x0",
    mixHash: genesis.mixHash,
    coinbase: genesis.coinbase,
    number: "0x0",
    gasUsed: "0x0",
    baseFeePerGas: toQuantity(genesis.baseFeePerGas),
    alloc: Object.fromEntries(
      Object.entries(genesis.alloc).map(([address, { balance, nonce, code, storage }]) => [
        address,
        { balance: toQuantity(balance), ...(nonce === 0 ? {} : { nonce: toQuantity(nonce) }), ...(code.length === 0 ? {} : { code: bytesToHex(code) }), ...(Object.keys(storage).length === 0 ? {} : { storage }) },
      ]),
    ),
  };
}
