import { engineMethods, executionMethods } from "@pangaea/execution";
import { bytesToHex, InvalidInputError } from "@pangaea/primitives";
import {
  answer, attributesFromJson, attributesToJson, blockFromJson, createJwt, forkchoiceFromJson, forkchoiceUpdatedFromJson, jwtProblem, parseJwtSecret, payloadEnvelopeFromJson, payloadFromJson, payloadStatusFromJson, payloadToJson, RpcErrorCode, transactionFromJson,
} from "@pangaea/rpc";
import { attributesAfter, BASE_FEE, GENESIS_TIME, openChain, transfer } from "../../../packages/execution/test/fixture.ts";
import { jsonTarget, jsonTextTarget, textTarget } from "../target.ts";
import { ADDRESS, blockJson, HASH, HEADER, KEY } from "./samples.ts";

const NOW = 1_700_000_000;
const LIMITS = { maxBatch: 10, timeoutMs: 60_000 };
const request = (method: string, ...params: readonly unknown[]) => ({ jsonrpc: "2.0", id: 1, method, params });

const ATTRIBUTES = { ...attributesToJson(attributesAfter(GENESIS_TIME)), withdrawals: [] };
const genesis = openChain().chain.head;
const STATE = { headBlockHash: genesis.hash, safeBlockHash: genesis.hash, finalizedBlockHash: genesis.hash };
const PAYLOAD = payloadToJson({
  parentHash: genesis.hash, feeRecipient: ADDRESS, stateRoot: HASH, receiptsRoot: HASH, logsBloom: new Uint8Array(256), prevRandao: HASH, blockNumber: 1, gasLimit: 30_000_000, gasUsed: 21_000, timestamp: GENESIS_TIME + 1,
  extraData: new Uint8Array(17), baseFeePerGas: BASE_FEE, blockHash: HASH, transactions: [transfer(0)], withdrawals: [], blobGasUsed: 0, excessBlobGas: 0, withdrawalsRoot: HASH,
});
const STATUS = { status: "VALID", latestValidHash: HASH, validationError: null };
const CALL = { from: ADDRESS, to: ADDRESS, gas: "0x5208", value: "0x0", data: "0x01", accessList: [{ address: ADDRESS, storageKeys: [HASH] }] };
const OVERRIDES = { [ADDRESS]: { balance: "0x1", nonce: "0x1", code: "0x6001", stateDiff: { [HASH]: HASH } } };

const ETH_REQUESTS = [
  request("eth_chainId"), request("eth_getBalance", ADDRESS, "latest"), request("eth_getBlockByNumber", "0x0", true), request("eth_getBlockByHash", genesis.hash, false), request("eth_call", CALL, "latest", OVERRIDES),
  request("eth_estimateGas", CALL), request("eth_getLogs", { fromBlock: "0x0", toBlock: "latest", address: [ADDRESS], topics: [[HASH], null] }), request("eth_feeHistory", "0x2", "latest", [10, 50]), request("eth_getProof", ADDRESS, [HASH], "latest"),
  request("eth_sendRawTransaction", bytesToHex(transfer(0))), request("eth_createAccessList", CALL, "latest"), request("eth_getStorageAt", ADDRESS, "0x0", { blockNumber: "0x0" }), request("eth_newFilter", { address: ADDRESS }),
  request("debug_traceCall", CALL, "latest", { tracer: "callTracer" }), request("txpool_content"), [request("eth_blockNumber"), request("net_version")],
];
const ENGINE_REQUESTS = [
  request("engine_forkchoiceUpdatedV3", STATE, ATTRIBUTES), request("engine_newPayloadV4", PAYLOAD, [], HASH, []), request("engine_getPayloadV4", "0x0000000000000001"), request("engine_exchangeCapabilities", ["engine_newPayloadV4"]),
  request("engine_getClientVersionV1", { code: "PG", name: "x", version: "1", commit: "0x00000000" }), request("engine_newPayloadV3", PAYLOAD, [], HASH), request("engine_forkchoiceUpdatedV2", STATE, null),
];

/** Answers a request as a server with a chain of its own does. A reply that owns up to an internal error is a find. */
async function serve(text: string, isEngine: boolean): Promise<void> {
  const { layer } = openChain();
  const reply = await answer(text, isEngine ? engineMethods(layer) : executionMethods(layer), {}, LIMITS);
  await layer.close();
  if (reply?.includes(`"code":${RpcErrorCode.internal}`)) throw new Error(`the reply is an internal error: ${/"message":"([^"]*)/.exec(reply)?.[1]}`);
}

const SECRET = "7".repeat(64);
/** A token with its last part made anew, so that what is before it is looked at. */
const TOKENS = [createJwt(parseJwtSecret(SECRET, "secret"), NOW), "a.b.c", `${Buffer.from("{}").toString("base64url")}.e30.`];

export const RPC_TARGETS = [
  jsonTextTarget("json-rpc", ETH_REQUESTS, (text) => serve(text, false)),
  jsonTextTarget("engine-api", ENGINE_REQUESTS, (text) => serve(text, true)),
  jsonTarget("engine-payload", [PAYLOAD], payloadFromJson),
  jsonTarget("engine-payload-envelope", [{ executionPayload: PAYLOAD, parentBeaconBlockRoot: HASH }], payloadEnvelopeFromJson),
  jsonTarget("engine-attributes", [ATTRIBUTES], attributesFromJson),
  jsonTarget("engine-forkchoice", [STATE], forkchoiceFromJson),
  jsonTarget("engine-status", [STATUS, { status: "INVALID", validationError: "no", latestValidHash: null }, { status: "SYNCING" }], payloadStatusFromJson),
  jsonTarget("engine-forkchoice-updated", [{ payloadStatus: STATUS, payloadId: "0x0000000000000001" }], forkchoiceUpdatedFromJson),
  jsonTarget("execution-client-block", [blockJson(HEADER)], (json) => blockFromJson(json)),
  jsonTarget("execution-client-transaction", [{ type: "0x7e", sourceHash: HASH, from: ADDRESS, gas: "0x1", value: "0x0", input: "0x", nonce: "0x0" }], (json) => transactionFromJson(json)),
  textTarget("jwt-token", TOKENS, (token) => {
    const problem = jwtProblem(KEY, token, NOW);
    if (problem === undefined) throw new Error("a token of another secret is taken");
    const [header, payload] = token.split(".");
    if (header === undefined || payload === undefined) throw new InvalidInputError(problem);
    jwtProblem(parseJwtSecret(SECRET, "secret"), token, NOW);
  }),
  textTarget("jwt-secret", [SECRET, `0x${SECRET}\n`], (text) => parseJwtSecret(text, "secret")),
];
