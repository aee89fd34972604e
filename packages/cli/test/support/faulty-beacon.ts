import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A beacon API before another one, which can be made to have no blobs. */
export interface FaultyBeacon {
  readonly url: string;
  hasBlobs: boolean;
  close(): Promise<void>;
}

export async function startFaultyBeacon(behind: string): Promise<FaultyBeacon> {
  const server = createServer(async (request, response) => {
    const isBlob = /^\/eth\/v1\/beacon\/blob/.test(request.url ?? "");
    const upstream = isBlob && !beacon.hasBlobs ? undefined : await fetch(`${behind}${request.url}`);
    response.writeHead(upstream?.status ?? 404, { "content-type": "application/json" });
    response.end(upstream === undefined ? '{"code":404,"message":"no blobs"}' : await upstream.text());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const beacon: FaultyBeacon = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hasBlobs: true,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return beacon;
}
