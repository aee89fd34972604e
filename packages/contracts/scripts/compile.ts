import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Compiles every contract under `solidity/` into `src/generated/<Name>.ts`: ABI, creation and runtime code. */
interface Output {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[];
  readonly contracts: Readonly<Record<string, Readonly<Record<string, { readonly abi: unknown; readonly evm: { readonly bytecode: { readonly object: string }; readonly deployedBytecode: { readonly object: string } } }>>>>;
}

const root = fileURLToPath(new URL("..", import.meta.url));
const sources = join(root, "solidity");
const generated = join(root, "src/generated");
const solc: { version(): string; compile(input: string): string } = createRequire(import.meta.url)("solc");

const files = readdirSync(sources, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".sol")).sort();
const input = {
  language: "Solidity",
  sources: Object.fromEntries(files.map((file) => [file, { content: readFileSync(join(sources, file), "utf8") }])),
  settings: { optimizer: { enabled: true, runs: 999_999 }, evmVersion: "cancun", metadata: { bytecodeHash: "none", appendCBOR: false }, outputSelection: { "*": { "*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"] } } },
};
const output: Output = JSON.parse(solc.compile(JSON.stringify(input)));
const failures = (output.errors ?? []).filter(({ severity }) => severity === "error");
if (failures.length > 0) throw new Error(failures.map(({ formattedMessage }) => formattedMessage).join("\n"));

rmSync(generated, { recursive: true, force: true });
mkdirSync(generated, { recursive: true });
const names: string[] = [];
for (const file of files) {
  for (const [name, { abi, evm }] of Object.entries(output.contracts[file] ?? {})) {
    if (evm.bytecode.object === "") continue;
    names.push(name);
    const text = [
      `// Compiled from solidity/${file} by solc ${solc.version()}; made by "npm run contracts".`,
      `export const ${name} = {`,
      `  abi: ${JSON.stringify(abi)},`,
      `  bytecode: "0x${evm.bytecode.object}",`,
      `  deployedBytecode: "0x${evm.deployedBytecode.object}",`,
      "} as const;",
      "",
    ].join("\n");
    writeFileSync(join(generated, `${name}.ts`), text);
  }
}
writeFileSync(join(generated, "index.ts"), `${names.map((name) => `export * from "./${name}.ts";`).join("\n")}\n`);
console.log(`compiled ${names.length} contracts: ${names.join(", ")}`);
