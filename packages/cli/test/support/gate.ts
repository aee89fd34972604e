import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** An endpoint before another one, which can be shut: then it answers nobody. */
export interface Gate {
  readonly url: string;
  /** Requests let through. */
  readonly passed: () => number;
  isShut: boolean;
  close(): Promise<void>;
}

export async function startGate(behind: string): Promise<Gate> {
  let passed = 0;
  const server = createServer(async (request, response) => {
    if (gate.isShut) {
      request.socket.destroy();
      return;
    }
    passed++;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const upstream = await fetch(`${behind}${request.url}`, { method: request.method ?? "GET", headers: { "content-type": "application/json" }, ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks) }) });
    response.writeHead(upstream.status, { "content-type": "application/json" });
    response.end(Buffer.from(await upstream.arrayBuffer()));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const gate: Gate = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    passed: () => passed,
    isShut: false,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return gate;
}
