import { rollupConfigToJson, type RollupConfig } from "@pangaea/config";
import { l2BlockRefFromPayload } from "@pangaea/derivation";
import { type ExecutionLayer, type ExecutionPayloadEnvelope, headerHash, InvalidInputError, isHex, outputRootV0, payloadToHeader, quantityToNumber, ZERO_HASH } from "@pangaea/primitives";
import { payloadEnvelopeFromJson, RpcError, RpcErrorCode, type RpcMethods } from "@pangaea/rpc";
import type { Driver } from "../driver.ts";
import type { SafeHeadDb } from "../safe-head-db.ts";
import type { Sequencer } from "../sequencer/sequencer.ts";
import { l2RefToJson, type SyncStatus } from "../sync-status.ts";

export interface NodeRpcModules {
  readonly config: RollupConfig;
  readonly execution: ExecutionLayer;
  readonly safeHeads: SafeHeadDb;
  readonly driver: Driver;
  readonly sequencer: Sequencer | undefined;
  readonly status: () => SyncStatus;
  readonly version: string;
  readonly setLogLevel?: (level: string) => void;
}

/** `optimism_*`: the rollup node's own API. Source: specs `protocol/rollup-node.md`. */
export function optimismMethods({ config, execution, safeHeads, status, version }: NodeRpcModules): RpcMethods {
  return {
    optimism_syncStatus: () => status(),
    optimism_rollupConfig: () => rollupConfigToJson(config),
    optimism_version: () => version,
    optimism_outputAtBlock: async ([number]) => {
      const { payload } = await execution.payloadByNumber(quantityToNumber(number, "block number"));
      const withdrawalStorageRoot = await execution.messagePasserStorageRoot(payload.blockHash);
      const outputRoot = outputRootV0({ stateRoot: payload.stateRoot, messagePasserStorageRoot: withdrawalStorageRoot, blockHash: payload.blockHash });
      return { version: ZERO_HASH, outputRoot, blockRef: l2RefToJson(l2BlockRefFromPayload(config, payload)), withdrawalStorageRoot, stateRoot: payload.stateRoot, syncStatus: status() };
    },
    optimism_safeHeadAtL1Block: ([number]) => safeHeads.safeHeadAtL1(quantityToNumber(number, "L1 block number")),
  };
}

/** `admin_*`: served only when asked for. */
export function adminMethods({ driver, sequencer, setLogLevel }: NodeRpcModules): RpcMethods {
  const required = (): Sequencer => {
    if (sequencer === undefined) throw new RpcError(RpcErrorCode.server, "sequencer not enabled: start the node with --vn.<id>.sequencer.enabled");
    return sequencer;
  };
  return {
    admin_startSequencer: ([hash]) => {
      if (!isHex(hash, 32)) throw new InvalidInputError("admin_startSequencer wants the hash of the unsafe head, 32 bytes of hex");
      required().start(hash);
      driver.wake();
      return null;
    },
    admin_stopSequencer: () => required().stop(),
    admin_sequencerActive: () => required().active,
    admin_resetDerivationPipeline: () => {
      driver.requestReset();
      return null;
    },
    admin_setRecoverMode: ([on]) => {
      required().setRecoverMode(on === true);
      return null;
    },
    admin_postUnsafePayload: ([envelope]) => {
      driver.addUnsafePayload(checkedEnvelope(envelope));
      return null;
    },
    admin_setLogLevel: ([level]) => {
      if (setLogLevel === undefined) throw new RpcError(RpcErrorCode.server, "the log level of this process cannot be changed: restart it with --log.level");
      if (typeof level !== "string") throw new InvalidInputError("admin_setLogLevel wants the name of a level");
      setLogLevel(level);
      return null;
    },
    admin_overrideLeader: () => null,
    admin_conductorEnabled: () => false,
  };
}

/** An envelope from outside whose hash is that of its content. Throws `InvalidInputError`. */
function checkedEnvelope(json: unknown): ExecutionPayloadEnvelope {
  const envelope = payloadEnvelopeFromJson(json);
  const computed = headerHash(payloadToHeader(envelope));
  if (computed !== envelope.payload.blockHash) throw new InvalidInputError(`the payload says that its hash is ${envelope.payload.blockHash}, its content hashes to ${computed}`);
  return envelope;
}
