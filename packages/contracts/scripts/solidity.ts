import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";

const artifact = z.object({ abi: z.array(z.unknown()), evm: z.object({ bytecode: z.object({ object: z.string() }), deployedBytecode: z.object({ object: z.string() }) }) });
const outputSchema = z.object({
  errors: z.array(z.object({ severity: z.string(), formattedMessage: z.string() })).default([]),
  contracts: z.record(z.string(), z.record(z.string(), artifact)).default({}),
});

const root = fileURLToPath(new URL("..", import.meta.url));
/** Where the compiled contracts stand. */
export const GENERATED = join(root, "src/generated");
/** The oldest EVM that a chain may begin with: code for it runs on every later one. */
const EVM_VERSION = "paris";
/** Sources below this folder keep values for one transaction, which chains have since Ecotone. */
const INTEROP = { folder: "interop", evmVersion: "cancun" } as const;

/** Compiles each contract that is named as its file under `solidity/`: the text of each generated file by its name. Throws with the compiler's errors. */
export function compileContracts(): ReadonlyMap<string, string> {
  const sources = join(root, "solidity");
  const solc: { version(): string; compile(input: string): string } = createRequire(import.meta.url)("solc");
  const files = readdirSync(sources, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".sol")).sort();
  const compile = (some: readonly string[], evmVersion: string): z.infer<typeof outputSchema>["contracts"] => {
    const input = {
      language: "Solidity",
      sources: Object.fromEntries(some.map((file) => [file, { content: readFileSync(join(sources, file), "utf8") }])),
      settings: {
        optimizer: { enabled: true, runs: 999_999 },
        evmVersion,
        metadata: { bytecodeHash: "none", appendCBOR: false },
        outputSelection: { "*": { "*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"] } },
      },
    };
    const output = outputSchema.parse(JSON.parse(solc.compile(JSON.stringify(input))));
    const failures = output.errors.filter(({ severity }) => severity === "error");
    if (failures.length > 0) throw new Error(failures.map(({ formattedMessage }) => formattedMessage).join("\n"));
    return output.contracts;
  };
  const isInterop = (file: string): boolean => file.startsWith(INTEROP.folder);
  const contracts = { ...compile(files.filter((file) => !isInterop(file)), EVM_VERSION), ...compile(files.filter(isInterop), INTEROP.evmVersion) };

  const generated = new Map<string, string>();
  for (const file of files) {
    const name = basename(file, ".sol");
    const compiled = contracts[file]?.[name];
    if (compiled === undefined || compiled.abi.length === 0) continue;
    generated.set(`${name}.ts`, [
      `// Compiled from solidity/${file} by solc ${solc.version()}; made by "npm run contracts".`,
      `export const ${name} = {`,
      `  abi: ${JSON.stringify(compiled.abi)},`,
      `  bytecode: "0x${compiled.evm.bytecode.object}",`,
      `  deployedBytecode: "0x${compiled.evm.deployedBytecode.object}",`,
      "} as const;",
      "",
    ].join("\n"));
  }
  generated.set("index.ts", [...generated.keys(), ""].join("\n").replace(/^(.+)$/gm, 'export * from "./$1";'));
  return generated;
}
