import type { RpcMethods } from "@pangaea/rpc";
import { MESSAGE_FIELDS } from "./corrupt-message.ts";
import { equivocate } from "./equivocate.ts";
import type { FaultModules } from "./fault-modules.ts";
import { forceTransaction } from "./force-transaction.ts";
import { sendInvalidMessage } from "./invalid-message.ts";
import { reorgL1 } from "./l1-reorg.ts";
import { chainIdParameter, choiceParameter, transactionsParameter, wholeParameter } from "./parameters.ts";
import { CHAIN_PARTS, startPart, stopPart } from "./part.ts";
import { withholdBatch } from "./withhold-batch.ts";

const MAX_SECONDS = 86_400;
const MAX_DEPTH = 10_000;

/** `devnet_*`: faults on demand. A chain whose node does not run answers with `TemporaryError`, bad parameters with `InvalidInputError`. */
export function faultMethods(modules: FaultModules): RpcMethods {
  return {
    devnet_sendInvalidMessage: ([chainId, field, source]) =>
      sendInvalidMessage(modules, { chainId: chainIdParameter(chainId), field: choiceParameter(field ?? "payload", "field", MESSAGE_FIELDS), source: source === undefined || source === null ? undefined : chainIdParameter(source, "source") }),
    devnet_forceTransaction: ([chainId, raw, block]) =>
      forceTransaction(modules, { chainId: chainIdParameter(chainId), transactions: transactionsParameter(raw, "raw"), blockNumber: block === undefined || block === null ? undefined : wholeParameter(block, "block", 1, Number.MAX_SAFE_INTEGER) }),
    devnet_equivocate: ([chainId, raw]) => equivocate(modules, { chainId: chainIdParameter(chainId), transactions: raw === undefined || raw === null ? undefined : transactionsParameter(raw, "raw") }),
    devnet_withholdBatch: ([chainId, seconds]) => withholdBatch(modules, { chainId: chainIdParameter(chainId), seconds: wholeParameter(seconds, "seconds", 0, MAX_SECONDS) }),
    devnet_reorgL1: ([depth]) => reorgL1(modules, { depth: wholeParameter(depth, "depth", 1, MAX_DEPTH) }),
    devnet_stop: ([chainId, part]) => stopPart(modules, { chainId: chainIdParameter(chainId), part: choiceParameter(part, "part", CHAIN_PARTS) }),
    devnet_start: ([chainId, part]) => startPart(modules, { chainId: chainIdParameter(chainId), part: choiceParameter(part, "part", CHAIN_PARTS) }),
  };
}
