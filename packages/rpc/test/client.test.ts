import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { RpcClient } from "../src/index.ts";

describe("a client on kept-alive connections", () => {
  const sockets: Socket[] = [];
  let close: () => void = () => {};
  afterEach(() => close());

  /** A server whose connections each answer so many requests, then end abruptly when another comes. */
  async function serve(answers: number): Promise<string> {
    const server = createServer((socket) => {
      sockets.push(socket);
      let served = 0;
      socket.on("error", () => {});
      socket.on("data", (request) => {
        const answer = `{"jsonrpc":"2.0","id":${/"id":(\d+)/.exec(String(request))?.[1]},"result":"0x1"}`;
        if (served++ >= answers) socket.resetAndDestroy();
        else socket.write(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${answer.length}\r\n\r\n${answer}`);
      });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    close = () => {
      for (const socket of sockets.splice(0)) socket.destroy();
      server.close();
    };
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it("asks again on another one when the server ends the one that it takes up", async () => {
    const client = new RpcClient(await serve(1));
    for (const _ of [1, 2, 3]) expect(await client.call("eth_chainId")).toBe("0x1");
    expect(sockets).toHaveLength(3);
    client.close();
  });

  it("does not ask again when the server ends a new one", async () => {
    const client = new RpcClient(await serve(0));
    await expect(client.call("eth_chainId")).rejects.toThrow(/cannot be reached/);
    expect(sockets).toHaveLength(1);
    client.close();
  });
});
