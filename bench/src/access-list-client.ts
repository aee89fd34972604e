import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { percentile } from "./figure.ts";

/** What a client is to ask, and for how long. */
export interface Load {
  readonly port: number;
  /** One request each, in turn. */
  readonly bodies: readonly string[];
  readonly connections: number;
  readonly warmUpMs: number;
  readonly loadMs: number;
}

const HEAD_END = "\r\n\r\n";
const LAST_CHUNK = "0\r\n\r\n";

/** Whether a text is a whole HTTP answer. */
function isWhole(text: string): boolean {
  const head = text.indexOf(HEAD_END);
  if (head < 0) return false;
  const length = /\r\ncontent-length: (\d+)/i.exec(text)?.[1];
  return length === undefined ? text.endsWith(LAST_CHUNK) : text.length >= head + HEAD_END.length + Number(length);
}

function ask(socket: Socket, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const end = (error?: Error) => {
      socket.removeAllListeners();
      if (error === undefined) resolve(text);
      else reject(error);
    };
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      if (isWhole(text)) end();
    });
    socket.on("error", end);
    socket.on("close", () => end(new Error("the server closed the connection")));
    socket.write(`POST / HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
  });
}

/** Every connection asks again as soon as it is answered; the client is as thin as it can be, so that the time is the server's. */
async function run({ port, bodies, connections, warmUpMs, loadMs }: Load): Promise<{ readonly perSecond: number; readonly p50: number; readonly p99: number }> {
  const times: number[] = [];
  const began = performance.now() + warmUpMs;
  let next = 0;
  const loop = async () => {
    const socket = connect({ host: "127.0.0.1", port, noDelay: true });
    await once(socket, "connect");
    for (let now = performance.now(); now < began + loadMs; ) {
      const answer = await ask(socket, bodies[next++ % bodies.length]!);
      if (!answer.includes('"result":null')) throw new Error(`the server refused a message of the bench: ${answer}`);
      const then = now;
      now = performance.now();
      if (then >= began) times.push(now - then);
    }
    socket.destroy();
  };
  await Promise.all(Array.from({ length: connections }, loop));
  return { perSecond: (times.length / (performance.now() - began)) * 1_000, p50: percentile(times, 0.5), p99: percentile(times, 0.99) };
}

process.once("message", (load: Load) => {
  run(load).then((measured) => process.send?.(measured), (error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});
