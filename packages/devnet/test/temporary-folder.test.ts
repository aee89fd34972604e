import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeTemporaryFolder } from "../src/temporary-folder.ts";

describe("the folder of a devnet that keeps nothing", () => {
  let parent = "";
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), "pangaea-test-"));
  });
  afterEach(() => rmSync(parent, { recursive: true, force: true }));

  it("bears the process id, and goes with all that is in it", async () => {
    const { path, remove } = await makeTemporaryFolder(parent);
    expect(path.startsWith(join(parent, `pangaea-devnet-${process.pid}-`))).toBe(true);
    writeFileSync(join(path, "state"), "x");
    await remove();
    expect(existsSync(path)).toBe(false);
  });

  it("is made beside those of living processes, after those of dead ones and of nobody else's are gone", async () => {
    const dead = spawnSync(process.execPath, ["-e", ""]).pid;
    const folders = { dead: `pangaea-devnet-${dead}-abc`, alive: `pangaea-devnet-${process.pid}-abc`, other: `pangaea-${dead}-abc`, strange: "pangaea-devnet-x-abc" };
    for (const name of Object.values(folders)) mkdirSync(join(parent, name));
    await makeTemporaryFolder(parent);
    expect(Object.entries(folders).filter(([, name]) => !existsSync(join(parent, name))).map(([key]) => key)).toEqual(["dead"]);
  });
});
