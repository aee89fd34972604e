import { type ExecutingDescriptor, parseExecutingDescriptor } from "@pangaea/interop";
import { InvalidInputError } from "@pangaea/primitives";
import { RpcError, type RpcMethod, type RpcMethods } from "@pangaea/rpc";
import { AccessListErrorCode, type Ingress, ingressPolicy, parseSafetyLevel } from "../ingress.ts";

/** Most entries of one request; a transaction with more would not fit into a block's gas. */
const MAX_ENTRIES = 20_000;

/**
 * `interop_checkAccessList`, and `supervisor_checkAccessList` by its older name: params are the storage keys under CrossL2Inbox, the least
 * safety level and the executing descriptor; null, or an error with the reference's code. Messages of the same timestamp are refused, as
 * the reference does. Source: op-interop-filter.
 */
export function checkAccessListMethods(ingress: Ingress): RpcMethods {
  const check: RpcMethod = ([entries, level, descriptor]) => {
    if (!Array.isArray(entries) || entries.length > MAX_ENTRIES || entries.some((entry) => typeof entry !== "string")) throw new InvalidInputError(`the first parameter wants a list of at most ${MAX_ENTRIES} 32-byte storage keys`);
    const answer = ingress.check(entries, withChain(parseExecutingDescriptor(descriptor)), ingressPolicy(parseSafetyLevel(level)));
    if (answer.kind !== "ok") throw new RpcError(answer.code, answer.message);
    return null;
  };
  return { interop_checkAccessList: check, supervisor_checkAccessList: check };
}

function withChain(descriptor: ExecutingDescriptor): ExecutingDescriptor & { readonly chainId: bigint } {
  const { chainId } = descriptor;
  if (chainId === undefined) throw new RpcError(AccessListErrorCode.unknownChain, "unknown chain: the executing descriptor has no chainID; give that of the chain that executes the messages");
  return { ...descriptor, chainId };
}

/** `admin_getFailsafeEnabled`, `admin_setFailsafeEnabled`: the switch that refuses all messages. */
export function failsafeMethods(ingress: Ingress): RpcMethods {
  return {
    admin_getFailsafeEnabled: () => ingress.failsafe.reason !== undefined,
    admin_setFailsafeEnabled: ([on]) => {
      if (typeof on !== "boolean") throw new InvalidInputError(`admin_setFailsafeEnabled wants true or false (is ${JSON.stringify(on)})`);
      ingress.failsafe.set(on ? "switched on by an operator; switch it off with admin_setFailsafeEnabled" : undefined);
      return null;
    },
  };
}
