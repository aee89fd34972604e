import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** The built command's entry. */
    readonly pangaea: string;
  }
}

const root = fileURLToPath(new URL("../../../../", import.meta.url));

/** Builds the packages once for all tests of whole processes, which then run what is shipped; it starts in half the time that the sources take. */
export default function build(project: TestProject): () => void {
  const cache = join(root, "node_modules/.cache");
  mkdirSync(cache, { recursive: true });
  const out = mkdtempSync(join(cache, "pangaea-"));
  execFileSync(process.execPath, ["scripts/run.mjs", "scripts/build.ts", out], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  const names = readdirSync(out);
  mkdirSync(join(out, "node_modules/@pangaea"), { recursive: true });
  for (const name of names) symlinkSync(join(out, name), join(out, "node_modules/@pangaea", name));
  project.provide("pangaea", join(out, "cli/dist/main.js"));
  return () => rmSync(out, { recursive: true, force: true });
}
