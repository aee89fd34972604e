import { commitmentTxData, type DaCommitment, type DaStore, keccakCommitment, TemporaryError } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { turn } from "../../node/test/support/stepped-clock.ts";
import { DaUploads } from "../src/index.ts";

const item = (value: number) => Uint8Array.of(0, value);

/** A DA server whose puts end when the test says so. */
class HeldStore implements DaStore {
  readonly puts: { readonly input: Uint8Array; readonly end: (error?: Error) => void }[] = [];

  put(input: Uint8Array): Promise<DaCommitment> {
    return new Promise((resolve, reject) => {
      this.puts.push({ input, end: (error) => (error === undefined ? resolve(keccakCommitment(input)) : reject(error)) });
    });
  }
}

function open(most: number) {
  const store = new HeldStore();
  const uploads = new DaUploads(store, { most });
  const sent: number[] = [];
  const { signal } = new AbortController();
  const put = (value: number) => uploads.put(item(value), async (data) => {
    expect(data).toEqual({ kind: "calldata", data: commitmentTxData(keccakCommitment(item(value))) });
    sent.push(value);
    return value;
  }, signal);
  return { store, uploads, sent, put };
}

describe("data that go to a DA server", () => {
  it("are put several at once, no more than may be, and their commitments sent in order", async () => {
    const { store, uploads, sent, put } = open(2);
    const all = [1, 2, 3].map(put);
    await turn();
    expect([store.puts.length, uploads.pending]).toEqual([2, 3]);
    store.puts[1]!.end();
    await turn();
    expect([store.puts.length, sent]).toEqual([3, []]);
    store.puts[2]!.end();
    store.puts[0]!.end();
    expect(await Promise.all(all)).toEqual([1, 2, 3]);
    expect([sent, uploads.pending]).toEqual([[1, 2, 3], 0]);
  });

  it("fail with those before them, so that none goes ahead, and begin anew", async () => {
    const { store, sent, put } = open(3);
    const all = [1, 2, 3].map((value) => put(value).catch((error: unknown) => error));
    await turn();
    store.puts[1]!.end();
    store.puts[0]!.end(new Error("refused"));
    store.puts[2]!.end();
    for (const failure of await Promise.all(all)) expect(failure).toBeInstanceOf(TemporaryError);
    expect(sent).toEqual([]);
    const again = put(1);
    await turn();
    store.puts[3]!.end();
    expect(await again).toBe(1);
  });

  it("are not put once the batcher stops", async () => {
    const { store, uploads } = open(1);
    const abort = new AbortController();
    abort.abort(new Error("the batcher stops"));
    await expect(uploads.put(item(1), async () => 1, abort.signal)).rejects.toThrow("the batcher stops");
    expect(store.puts).toEqual([]);
  });

  it("give the fate of their transaction, which holds up no other", async () => {
    const { store, uploads, put } = open(1);
    const lost = uploads.put(item(1), async () => Promise.reject(new Error("the nonce is lost")), new AbortController().signal);
    await turn();
    store.puts[0]!.end();
    await expect(lost).rejects.toThrow("the nonce is lost");
    const next = put(2);
    await turn();
    store.puts[1]!.end();
    expect(await next).toBe(2);
  });
});
