import { once } from "node:events";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";

function methodsOf(body: string): readonly string[] {
  const parsed: unknown = JSON.parse(body);
  return (Array.isArray(parsed) ? parsed : [parsed]).map((call: unknown) => (typeof call === "object" && call !== null && "method" in call ? String(call.method) : "unknown"));
}

/** Stands before an L1 and counts what is asked of it: JSON-RPC calls by method, each of a batch by itself, and beacon requests by their path's last word. */
export class CountingProxy {
  readonly #server: Server;
  #counts = new Map<string, number>();

  private constructor(target: string) {
    const { hostname, port } = new URL(target);
    this.#server = createServer((incoming, outgoing) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("end", () => {
        const body = Buffer.concat(chunks);
        const path = incoming.url ?? "/";
        for (const method of incoming.method === "POST" ? methodsOf(body.toString()) : [/[a-z_]+(?=(\/\d+)?$)/.exec(path.split("?")[0]!)?.[0] ?? path]) this.#counts.set(method, (this.#counts.get(method) ?? 0) + 1);
        const onward = request({ hostname, port, path, method: incoming.method, headers: { ...incoming.headers, host: `${hostname}:${port}` } }, (reply) => {
          outgoing.writeHead(reply.statusCode ?? 502, reply.headers);
          reply.pipe(outgoing);
        });
        onward.on("error", () => outgoing.destroy());
        onward.end(body);
      });
    });
  }

  static async listen(target: string): Promise<CountingProxy> {
    const proxy = new CountingProxy(target);
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** What was counted since the last call. */
  take(): ReadonlyMap<string, number> {
    const counts = this.#counts;
    this.#counts = new Map();
    return counts;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
