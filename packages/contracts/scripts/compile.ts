import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compileContracts, GENERATED } from "./solidity.ts";

const generated = compileContracts();
rmSync(GENERATED, { recursive: true, force: true });
mkdirSync(GENERATED, { recursive: true });
for (const [name, text] of generated) writeFileSync(join(GENERATED, name), text);
console.log(`compiled ${generated.size - 1} contracts into ${GENERATED}`);
