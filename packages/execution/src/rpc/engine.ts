import { type EngineApiVersions, engineApiVersions, isForkActiveAtBlock, newestFork } from "@pangaea/config";
import { EngineError, EngineErrorCode, type ExecutionPayloadEnvelope, type Hex, InvalidInputError, isHex, type PayloadAttributes, type PayloadStatus } from "@pangaea/primitives";
import { attributesFromJson, forkchoiceFromJson, forkchoiceUpdatedToJson, payloadFromJson, payloadStatusToJson, payloadToJson, RpcError, RpcErrorCode, type RpcMethod, type RpcMethods } from "@pangaea/rpc";
import type { EmbeddedExecutionLayer } from "../engine/embedded-execution-layer.ts";

const CLIENT = { code: "PG", name: "pangaea", version: "0.1.0", commit: "0x00000000" };
const NO_BLOBS = { commitments: [], proofs: [], blobs: [] };
const FIRST_WITH_BEACON_ROOT = 3;
const FIRST_WITH_REQUESTS = 4;

const invalidParams = (why: string): never => {
  throw new RpcError(RpcErrorCode.invalidParams, why);
};

/** `engine_*`: the Engine API with the OP Stack's fields, one entry a version. Source: execution-apis `engine`, specs `protocol/exec-engine.md`. */
export function engineMethods(layer: EmbeddedExecutionLayer): RpcMethods {
  const { forks } = layer.chain.config;

  function requireVersion(method: keyof EngineApiVersions, version: number, time: number): void {
    const versions = engineApiVersions(forks, time);
    const wanted = versions[method];
    // Blocks before Canyon are served by the first version and by the one that Canyon's blocks use.
    if (version === wanted || (version <= 2 && versions.forkchoiceUpdated === 1)) return;
    throw new EngineError(EngineErrorCode.unsupportedFork, `Unsupported fork: engine_${method}V${version} does not serve the time ${time} (${newestFork(forks, time)}), use V${wanted}`);
  }

  /** Attributes of another shape are refused like those that do not hold. */
  function attributesOf(given: unknown): PayloadAttributes | undefined {
    if (given === undefined || given === null) return undefined;
    try {
      return attributesFromJson(given);
    } catch (error) {
      if (error instanceof InvalidInputError) throw new EngineError(EngineErrorCode.invalidAttributes, `invalid payload attributes: ${error.message}`);
      throw error;
    }
  }

  const forkchoiceUpdated = (version: number): RpcMethod => async ([state, given]) => {
    const forkchoice = forkchoiceFromJson(state);
    const attributes = attributesOf(given);
    if (attributes !== undefined) requireVersion("forkchoiceUpdated", version, attributes.timestamp);
    return forkchoiceUpdatedToJson(await layer.forkchoiceUpdated(forkchoice, attributes));
  };

  const newPayload = (version: number): RpcMethod => async ([json, blobHashes, parentBeaconBlockRoot, requests]) => {
    const payload = payloadFromJson(json);
    requireVersion("newPayload", version, payload.timestamp);
    let envelope: ExecutionPayloadEnvelope = { payload };
    if (version >= FIRST_WITH_BEACON_ROOT) {
      if (!Array.isArray(blobHashes)) invalidParams("engine_newPayload wants the list of blob hashes, empty on the OP Stack");
      if (!isHex(parentBeaconBlockRoot, 32)) return invalidParams("engine_newPayload wants the parent beacon block root: 32 bytes of hex");
      envelope = { payload, parentBeaconBlockRoot: parentBeaconBlockRoot.toLowerCase() as Hex };
    }
    const withdrawn = isForkActiveAtBlock(forks, "canyon", payload.timestamp);
    if ((payload.withdrawals !== undefined) !== withdrawn) invalidParams(`engine_newPayload wants the payload ${withdrawn ? "with an empty list of withdrawals from" : "without withdrawals before"} Canyon`);
    if (version >= FIRST_WITH_REQUESTS && !Array.isArray(requests)) invalidParams("engine_newPayload wants the list of execution requests, empty on the OP Stack");
    const surplus = [blobHashes, requests].some((list) => Array.isArray(list) && list.length > 0);
    const status: PayloadStatus = surplus ? { status: "INVALID", validationError: "OP blocks have neither blobs nor execution requests" } : await layer.newPayload(envelope);
    return payloadStatusToJson(status);
  };

  const getPayload = (version: number): RpcMethod => async ([id]) => {
    if (!isHex(id, 8)) return invalidParams("engine_getPayload wants a payload id: 8 bytes of hex");
    const { payload, parentBeaconBlockRoot } = await layer.getPayload(id.toLowerCase() as Hex);
    requireVersion("getPayload", version, payload.timestamp);
    if (version === 1) return payloadToJson(payload);
    return {
      executionPayload: payloadToJson(payload),
      blockValue: "0x0",
      ...(version < FIRST_WITH_BEACON_ROOT ? {} : { blobsBundle: NO_BLOBS, shouldOverrideBuilder: false, parentBeaconBlockRoot }),
      ...(version < FIRST_WITH_REQUESTS ? {} : { executionRequests: [] }),
    };
  };

  const methods: RpcMethods = {
    engine_forkchoiceUpdatedV1: forkchoiceUpdated(1),
    engine_forkchoiceUpdatedV2: forkchoiceUpdated(2),
    engine_forkchoiceUpdatedV3: forkchoiceUpdated(3),
    engine_newPayloadV1: newPayload(1),
    engine_newPayloadV2: newPayload(2),
    engine_newPayloadV3: newPayload(3),
    engine_newPayloadV4: newPayload(4),
    engine_getPayloadV1: getPayload(1),
    engine_getPayloadV2: getPayload(2),
    engine_getPayloadV3: getPayload(3),
    engine_getPayloadV4: getPayload(4),
    engine_getClientVersionV1: () => [CLIENT],
  };
  return { ...methods, engine_exchangeCapabilities: () => Object.keys(methods) };
}
