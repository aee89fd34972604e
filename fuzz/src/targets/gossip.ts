import { blockSigner, decodeBlockMessage, decodePayloadSsz, decodeSignedPart, decodeSnappyBlock, encodeBlockMessage, encodePayloadSsz, encodeSnappyBlock, enginePayloadOf, PAYLOAD_VERSIONS, type PayloadVersion, signBlock, signedPart, type SszPayload } from "@pangaea/gossip";
import { payloadBlockHash } from "@pangaea/primitives";
import { bytesTarget, expectSame } from "../target.ts";
import { ADDRESS, DEPOSIT, FEE_MARKET, HASH, KEY, L2_CHAIN_ID } from "./samples.ts";

const payloadOf = (version: PayloadVersion): SszPayload => ({
  parentHash: HASH, feeRecipient: ADDRESS, stateRoot: HASH, receiptsRoot: HASH, logsBloom: new Uint8Array(256), prevRandao: HASH, blockNumber: 7, gasLimit: 30_000_000, gasUsed: 9, timestamp: 1_700_000_000, extraData: new Uint8Array(9),
  baseFeePerGas: 10n, blockHash: HASH, transactions: [DEPOSIT, FEE_MARKET],
  ...(version >= 2 ? { withdrawals: [] } : {}), ...(version >= 3 ? { blobGasUsed: 11, excessBlobGas: 0 } : {}), ...(version >= 4 ? { withdrawalsRoot: HASH } : {}),
});
const messageOf = (version: PayloadVersion) => signBlock({ payload: payloadOf(version), ...(version >= 3 ? { parentBeaconBlockRoot: HASH } : {}) }, version, L2_CHAIN_ID, KEY);

export const GOSSIP_TARGETS = [
  bytesTarget("snappy", [encodeSnappyBlock(new Uint8Array(500)), encodeSnappyBlock(FEE_MARKET)], (input) => {
    const data = decodeSnappyBlock(input, 1 << 20);
    expectSame(data, decodeSnappyBlock(encodeSnappyBlock(data), 1 << 20));
  }),
  ...PAYLOAD_VERSIONS.flatMap((version) => [
    bytesTarget(`gossip-envelope-v${version}`, [encodeBlockMessage(messageOf(version), version)], (input) => blockSigner(decodeBlockMessage(input, version), version, L2_CHAIN_ID)),
    bytesTarget(`gossip-block-v${version}`, [signedPart(messageOf(version), version)], (input) => {
      const { payload, parentBeaconBlockRoot } = decodeSignedPart(input, version);
      payloadBlockHash({ payload: enginePayloadOf(payload), ...(parentBeaconBlockRoot === undefined ? {} : { parentBeaconBlockRoot }) });
    }),
    bytesTarget(`ssz-payload-v${version}`, [encodePayloadSsz(payloadOf(version), version)], (input) => expectSame(input, encodePayloadSsz(decodePayloadSsz(input, version), version))),
  ]),
];
