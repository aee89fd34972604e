import { describe, expect, it } from "vitest";
import { EVM_FORKS, type EvmFork, precompileAddress, rulesOf } from "../src/index.ts";
import { assemble } from "./support/assembler.ts";
import { run } from "./support/machine.ts";
import { OP } from "./support/opcodes.ts";

const from = (fork: EvmFork): readonly EvmFork[] => EVM_FORKS.slice(EVM_FORKS.indexOf(fork));

describe("the forks of the EVM", () => {
  it.each([["PUSH0", "shanghai"], ["TLOAD", "cancun"], ["TSTORE", "cancun"], ["MCOPY", "cancun"], ["BLOBHASH", "cancun"], ["BLOBBASEFEE", "cancun"], ["CLZ", "osaka"]] as const)("%s is there from %s", (name, first) => {
    expect(EVM_FORKS.filter((fork) => run(assemble(0n, 0n, 0n, OP[name]), { fork }).error !== "invalid opcode")).toEqual(from(first));
  });

  it.each([["PREVRANDAO", "paris"], ["BASEFEE", "paris"], ["CREATE2", "paris"], ["SAR", "paris"], ["SELFBALANCE", "paris"]] as const)("%s is there from the first, %s", (name, first) => {
    expect(EVM_FORKS.filter((fork) => run(assemble(0n, 0n, 0n, 0n, OP[name]), { fork }).error !== "invalid opcode")).toEqual(from(first));
  });

  it("no fork has an opcode beyond the known ones", () => {
    const known = new Set<number>([...Object.values(OP).filter((opcode) => opcode !== OP.INVALID), ...Array.from({ length: 32 }, (_, i) => OP.PUSH1 + i), ...Array.from({ length: 16 }, (_, i) => OP.DUP1 + i), ...Array.from({ length: 16 }, (_, i) => OP.SWAP1 + i), 0xa2, 0xa3]);
    for (const fork of EVM_FORKS) for (let opcode = 0; opcode < 256; opcode++) if (!known.has(opcode)) expect([opcode, run(Uint8Array.of(opcode), { fork }).error]).toEqual([opcode, "invalid opcode"]);
  });

  it.each([[0x09, "paris"], [0x0a, "cancun"], [0x0b, "prague"], [0x11, "prague"], [0x100, "osaka"]] as const)("the precompile %i is there from %s", (number, first) => {
    expect(EVM_FORKS.filter((fork) => rulesOf(fork).precompiles.has(precompileAddress(number)))).toEqual(from(first));
  });

  it("initcode is paid by the word from Shanghai", () => {
    const cost = (fork: EvmFork) => run(assemble(320n, 0n, 0n, OP.CREATE), { fork }).gasUsed;
    expect(EVM_FORKS.map((fork) => cost(fork) - cost("paris"))).toEqual([0, 20, 20, 20, 20]);
  });

  it("a chain may put its own precompiles in place of the fork's", () => {
    const own = () => ({ gas: 1, run: () => Uint8Array.of(7) });
    const rules = rulesOf("osaka", new Map([[precompileAddress(4), own], [precompileAddress(0x200), own]]));
    expect([rules.precompiles.get(precompileAddress(4)), rules.precompiles.get(precompileAddress(0x200))]).toEqual([own, own]);
    expect(rulesOf("osaka").precompiles.get(precompileAddress(4))).not.toBe(own);
  });
});
