import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { bytesEqual, errorMessage, CriticalError } from "@pangaea/primitives";

/** exists: the same input is there already. conflict: another one is. full: the folder holds as much as it may. */
export type PutOutcome = "stored" | "exists" | "conflict" | "full";

const TEMPORARY = ".part";

/** Inputs on disk, a file each, named by the hex of the commitment; bounded in their sum, in bytes. What is there once is never changed or taken away. */
export class InputFolder {
  readonly #folder: string;
  readonly #maxBytes: number;
  #size: number;
  /** Puts happen one after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(folder: string, maxBytes: number, size: number) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
    this.#size = size;
  }

  /** Opens a folder, which is made when it is not there. Throws `CriticalError` when that cannot be done. */
  static async open(folder: string, { maxBytes }: { readonly maxBytes: number }): Promise<InputFolder> {
    try {
      await mkdir(folder, { recursive: true });
      let size = 0;
      for (const name of await readdir(folder)) {
        const path = join(folder, name);
        if (name.endsWith(TEMPORARY)) await rm(path);
        else size += (await stat(path)).size;
      }
      return new InputFolder(folder, maxBytes, size);
    } catch (error) {
      throw new CriticalError(`the folder of inputs ${folder} cannot be used (${errorMessage(error)}): give another --data-dir`);
    }
  }

  async get(commitment: Uint8Array): Promise<Uint8Array | undefined> {
    try {
      return new Uint8Array(await readFile(this.#path(commitment)));
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
      throw error;
    }
  }

  put(commitment: Uint8Array, input: Uint8Array): Promise<PutOutcome> {
    const done = this.#turn.then(() => this.#put(commitment, input));
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #put(commitment: Uint8Array, input: Uint8Array): Promise<PutOutcome> {
    const there = await this.get(commitment);
    if (there !== undefined) return bytesEqual(there, input) ? "exists" : "conflict";
    if (this.#size + input.length > this.#maxBytes) return "full";
    const path = this.#path(commitment);
    const file = await open(`${path}${TEMPORARY}`, "w");
    try {
      await file.writeFile(input);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(`${path}${TEMPORARY}`, path);
    this.#size += input.length;
    return "stored";
  }

  #path(commitment: Uint8Array): string {
    return join(this.#folder, Buffer.from(commitment).toString("hex"));
  }
}
