import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The owner's process id stands in the name. */
const NAME = /^pangaea-devnet-(\d+)-/;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Makes a folder for a devnet that keeps nothing; `remove` takes it away. Folders of processes that died before they could do so go too. */
export async function makeTemporaryFolder(parent: string = tmpdir()): Promise<{ readonly path: string; readonly remove: () => Promise<void> }> {
  for (const name of await readdir(parent)) {
    const pid = NAME.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) await rm(join(parent, name), { recursive: true, force: true }).catch(() => {});
  }
  const path = await mkdtemp(join(parent, `pangaea-devnet-${process.pid}-`));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
