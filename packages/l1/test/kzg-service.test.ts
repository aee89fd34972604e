import { BLOB_SIZE } from "@pangaea/primitives";
import { expect, it } from "vitest";
import { KzgService } from "../src/index.ts";

it("a service that is closed lets the blobs under way end, and refuses those that wait", async () => {
  const kzg = new KzgService();
  await kzg.warmUp();
  const commitments = Promise.allSettled(Array.from({ length: 6 }, (_, i) => kzg.commit(new Uint8Array(BLOB_SIZE).map((_byte, at) => (at === 5 ? i : 0)))));
  await kzg.close();
  const results = await commitments;
  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "rejected", "rejected", "rejected"]);
  for (const result of results) if (result.status === "rejected") expect(String(result.reason)).toContain("closed");
});
