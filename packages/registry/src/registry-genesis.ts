import { type L2Genesis, parseGenesis } from "@pangaea/config";
import { errorMessage, type Hex, InvalidInputError, isHex, quantityToNumber } from "@pangaea/primitives";
import { z } from "zod";

/** What a London genesis has where its file leaves the base fee out: 1 gwei. Source: EIP-1559, `INITIAL_BASE_FEE`. */
const INITIAL_BASE_FEE = "0x3b9aca00";
const ZERO_QUANTITY = /^0x0*$/;

const zero = z.string().refine((value) => ZERO_QUANTITY.test(value), "is not zero: only a chain that begins with its genesis block can be checked").nullish();
const schema = z.looseObject({
  alloc: z.record(z.string(), z.unknown()), timestamp: z.string(), gasLimit: z.string(), difficulty: z.string(), extraData: z.string(), coinbase: z.string(), mixHash: z.string(), baseFeePerGas: z.string().nullish(),
  number: zero, gasUsed: zero, parentHash: zero, nonce: zero, blobGasUsed: zero, excessBlobGas: zero,
  stateHash: z.custom<Hex>((value) => isHex(value, 32), "is not 32 bytes of hex").nullish(),
});

/**
 * The genesis of a chain of the registry. A chain whose state is older than the OP Stack of today has its first block's state root only
 * (OP Mainnet: its history before Bedrock).
 */
export type RegistryGenesis = { readonly kind: "allocation"; readonly genesis: L2Genesis } | { readonly kind: "state-root"; readonly stateRoot: Hex; readonly timestamp: number };

/** Reads a genesis file of the registry, decompressed. Throws `InvalidInputError` naming the field. */
export function parseRegistryGenesis(text: string, chainId: number, where: string): RegistryGenesis {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new InvalidInputError(`${where} is not JSON: ${errorMessage(error)}`);
  }
  const result = schema.safeParse(json);
  if (!result.success) throw new InvalidInputError(`${where}: ${result.error.issues.slice(0, 5).map(({ path, message }) => `${path.join(".")} ${message}`).join("; ")}`);
  const file = result.data;
  if (file.stateHash != null) {
    if (Object.keys(file.alloc).length > 0) throw new InvalidInputError(`${where} has a stateHash and an alloc; one of them is wrong`);
    return { kind: "state-root", stateRoot: file.stateHash, timestamp: quantityToNumber(file.timestamp, `${where}: timestamp`) };
  }
  if (!ZERO_QUANTITY.test(file.difficulty)) throw new InvalidInputError(`${where}: difficulty is ${file.difficulty}; an OP Stack genesis has 0`);
  return { kind: "allocation", genesis: parseGenesis({ ...file, config: { chainId }, baseFeePerGas: file.baseFeePerGas ?? INITIAL_BASE_FEE }, where) };
}
