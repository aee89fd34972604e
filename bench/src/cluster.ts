import { z } from "zod";

/** The line that `pangaea devnet --json` prints when ready. */
export const readySchema = z.object({
  l1: z.object({ url: z.string(), beacon: z.string() }),
  chains: z.array(z.object({ chainId: z.number(), url: z.string(), node: z.string(), rollupConfig: z.string(), genesis: z.string() })),
});
export type Ready = z.infer<typeof readySchema>;

const ref = z.object({ number: z.number() });
const statusSchema = z.object({ result: z.object({ current_l1: ref, head_l1: ref, unsafe_l2: ref, safe_l2: ref }) });
export type Status = z.infer<typeof statusSchema>["result"];

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** How far a chain is, by its node. */
export async function syncStatus(node: string): Promise<Status> {
  const response = await fetch(node, { method: "POST", headers: { "content-type": "application/json" }, body: '{"jsonrpc":"2.0","id":1,"method":"optimism_syncStatus","params":[]}' });
  return statusSchema.parse(await response.json()).result;
}
