import { createAddress } from "@pangaea/evm";
import { type Hex, toQuantity } from "@pangaea/primitives";
import type { Block } from "../block/block.ts";
import type { Blockchain } from "../chain/blockchain.ts";
import { opRulesAt } from "../op-rules.ts";
import { AccessListTracer } from "../tracing/access-list-tracer.ts";
import type { CallRequest } from "./parameters.ts";
import { simulate } from "./simulate.ts";

/** A list changes gas, and gas may change what is touched; it nearly always holds still after two. */
const MAX_ROUNDS = 8;

/** The access list that a call would best carry, and its gas with it. Source: geth's `eth_createAccessList`. */
export function createAccessList(chain: Blockchain, block: Block, call: CallRequest): unknown {
  const target = call.to ?? createAddress(call.from, chain.stateAt(block).nonce(call.from));
  const warm: ReadonlySet<Hex> = new Set([call.from, target, ...opRulesAt(chain.config, block.header.timestamp).evm.precompiles.keys()]);
  let { accessList } = call;
  for (let round = 1; ; round++) {
    const tracer = new AccessListTracer(warm, accessList);
    const result = simulate(chain, block, { ...call, accessList }, {}, tracer);
    const next = tracer.list();
    const settled = entries(next) === entries(accessList);
    accessList = next;
    if (settled || round === MAX_ROUNDS) return { accessList, gasUsed: toQuantity(result.gasUsed), ...(result.error === undefined ? {} : { error: result.error }) };
  }
}

const entries = (list: CallRequest["accessList"]): number => list.reduce((sum, { storageKeys }) => sum + 1 + storageKeys.length, 0);
