import type { EvmFork } from "../rules.ts";
import { addArithmetic } from "./arithmetic.ts";
import { addEnvironment } from "./environment.ts";
import { addMemory } from "./memory.ts";
import { addStack } from "./stack.ts";
import { addStorage } from "./storage.ts";
import { addSystem } from "./system.ts";
import type { OperationTable } from "./table.ts";

const tables = new Map<EvmFork, OperationTable>();

/** The operations of a fork by opcode; undefined where there is none. */
export function operationsOf(fork: EvmFork, has: Readonly<Record<EvmFork, boolean>>): OperationTable {
  let table = tables.get(fork);
  if (table === undefined) {
    table = new Array(256).fill(undefined);
    addArithmetic(table, has.osaka);
    addStack(table, has.shanghai);
    addMemory(table, has.cancun);
    addEnvironment(table, has.cancun);
    addStorage(table, has.cancun);
    addSystem(table);
    tables.set(fork, table);
  }
  return table;
}
