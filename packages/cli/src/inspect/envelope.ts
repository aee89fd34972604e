import { flag, optionalWhole, whole } from "@pangaea/config";
import { blockSigner, decodeBlockMessage, encodeBlockMessage, enginePayloadOf, PAYLOAD_VERSIONS } from "@pangaea/gossip";
import { bytesEqual, InvalidInputError, payloadBlockHash, transactionHash } from "@pangaea/primitives";
import { inspection, needed } from "./inspection.ts";

const OP_MAINNET = 10;

/** A block as sequencers gossip it. */
export const envelope = inspection({
  summary: "a block message of gossip: block, signer, transactions",
  takesFile: true,
  flags: {
    version: optionalWhole("1 before Canyon, 2 from Canyon, 3 from Ecotone, 4 from Isthmus"),
    chain: whole("chain id that the signature is for", OP_MAINNET, 1, Number.MAX_SAFE_INTEGER, "ID"),
    encode: flag("encode the message again and say whether it is the same, byte for byte"),
  },
  run: async (read, { version: wanted, chain, encode }) => {
    const version = PAYLOAD_VERSIONS.find((one) => one === needed(wanted, "version"));
    if (version === undefined) throw new InvalidInputError(`--version ${wanted}: the versions are ${PAYLOAD_VERSIONS.join(", ")}`);
    const { bytes, name } = await read();
    const message = decodeBlockMessage(bytes, version);
    const { payload, parentBeaconBlockRoot, signature } = message;
    const { blockHash, transactions, logsBloom: _, withdrawals, ...rest } = payload;
    const root = parentBeaconBlockRoot === undefined ? {} : { parentBeaconBlockRoot };
    const computedBlockHash = payloadBlockHash({ payload: enginePayloadOf(payload), ...root });
    const encoded = encode ? encodeBlockMessage(message, version) : undefined;
    const found = {
      version, blockHash, computedBlockHash, chainId: chain, signer: blockSigner(message, version, chain), signature, ...root, ...rest, ...(withdrawals === undefined ? {} : { withdrawals }),
      transactions: transactions.map(transactionHash), ...(encoded === undefined ? {} : { encoded, isIdentical: bytesEqual(encoded, bytes) }),
    };
    return computedBlockHash === blockHash ? { found } : { found, problem: `${name}: the message says block ${blockHash}, its fields give ${computedBlockHash}` };
  },
});
