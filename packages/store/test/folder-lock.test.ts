import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { lockFolder } from "../src/index.ts";

const parent = mkdtempSync(join(tmpdir(), "pangaea-lock-"));
afterAll(() => rmSync(parent, { recursive: true, force: true }));
let next = 0;
const fresh = () => join(parent, String(next++));

describe("a folder's lock", () => {
  it("makes the folder, keeps others out until it is released, and leaves nothing behind", () => {
    const folder = fresh();
    const lock = lockFolder(folder);
    expect(() => lockFolder(folder)).toThrow(`the folder ${folder} is in use by process ${process.pid}: stop that, or give another --data-dir`);
    lock.release();
    expect(existsSync(join(folder, "lock"))).toBe(false);
    lockFolder(folder).release();
  });

  const left = (mark: string): string => {
    const folder = fresh();
    mkdirSync(folder);
    writeFileSync(join(folder, "lock"), mark);
    return folder;
  };
  const dead = spawnSync(process.execPath, ["-e", ""]).pid;

  it.each([
    ["a process that died", `${dead} 1\n`],
    ["an earlier process with our id", `${process.pid} 1\n`],
    ["a crash before the mark was written", ""],
    ["something else", "no process\n"],
  ])("left by %s is free", (_, mark) => {
    const folder = left(mark);
    const lock = lockFolder(folder);
    expect(readFileSync(join(folder, "lock"), "utf8")).toMatch(new RegExp(`^${process.pid} `));
    lock.release();
  });

  it("says that a folder cannot be made, with the remedy", () => {
    const file = join(parent, "file");
    writeFileSync(file, "");
    expect(() => lockFolder(join(file, "below"))).toThrow(/cannot be used \(.*\): give a --data-dir that this user may write to/);
  });
});
