import { type Logger, silentLogger } from "@pangaea/primitives";
import { RpcError } from "@pangaea/rpc";
import { expect, it } from "vitest";
import { Endpoints } from "../src/index.ts";
import { FakeL1, unreachable } from "./support/fake-l1.ts";

function endpointsOver(count: number, maxConcurrency?: number) {
  const fakes = Array.from({ length: count }, (_, i) => new FakeL1(`fake://${i}`));
  const warnings: string[] = [];
  const log: Logger = { ...silentLogger, warn: (message) => warnings.push(message) };
  const endpoints = new Endpoints(fakes.map(({ url }) => url), { log, connect: (url) => fakes.find((fake) => fake.url === url)!, ...(maxConcurrency === undefined ? {} : { maxConcurrency }) });
  return { fakes, warnings, endpoints };
}

it("the first endpoint is used as long as it answers, then the next, and that is said once", async () => {
  const { fakes: [first, second], warnings, endpoints } = endpointsOver(2);
  await endpoints.call("eth_chainId", []);
  expect(second!.requests).toEqual([]);
  first!.failure = unreachable();
  expect(await endpoints.call("eth_chainId", [])).toBe("0x384");
  expect(await endpoints.call("eth_chainId", [])).toBe("0x384");
  expect(first!.requests).toHaveLength(2);
  expect(warnings).toEqual(["L1 endpoint failed, taking the next"]);
});

it("requests that fail together move on by one endpoint, not past it", async () => {
  const { fakes: [first, second, third], endpoints } = endpointsOver(3);
  first!.failure = unreachable();
  await Promise.all([endpoints.call("eth_chainId", []), endpoints.call("eth_chainId", [])]);
  expect(second!.requests).toHaveLength(2);
  expect(third!.requests).toEqual([]);
});

it("an error about the request is passed on in the endpoint's words, without asking another", async () => {
  const { fakes: [first, second], endpoints } = endpointsOver(2);
  first!.failure = new RpcError(-32000, "nonce too low");
  await expect(endpoints.call("eth_sendRawTransaction", ["0x"])).rejects.toThrow("nonce too low");
  expect(second!.requests).toEqual([]);
});

it("an error of the endpoint itself, such as a limit, makes the next be asked", async () => {
  const { fakes: [first], endpoints } = endpointsOver(2);
  first!.failure = new RpcError(-32005, "limit exceeded");
  expect(await endpoints.call("eth_chainId", [])).toBe("0x384");
});

it("with all endpoints gone the request fails as temporary", async () => {
  const { fakes, endpoints } = endpointsOver(2);
  for (const fake of fakes) fake.failure = unreachable();
  await expect(endpoints.call("eth_chainId", [])).rejects.toMatchObject({ kind: "temporary" });
});

it("all endpoints can be asked at once, and each answers for itself", async () => {
  const { fakes: [, second], endpoints } = endpointsOver(2);
  second!.failure = unreachable();
  expect(await endpoints.callEach("eth_chainId", [])).toEqual([{ url: "fake://0", result: "0x384" }, { url: "fake://1", error: second!.failure }]);
});

it("requests are counted by method, and no more are under way than allowed", async () => {
  const { fakes: [fake], endpoints } = endpointsOver(1, 2);
  let running = 0;
  let most = 0;
  fake!.tamper = async (_method, _params, reply) => {
    most = Math.max(most, ++running);
    await Promise.resolve();
    running--;
    return reply;
  };
  await Promise.all(Array.from({ length: 8 }, () => endpoints.call("eth_chainId", [])));
  expect(most).toBe(2);
  expect(endpoints.counts.get("eth_chainId")).toBe(8);
});

it("no URL is refused with the flag's name", () => {
  expect(() => new Endpoints([], { log: silentLogger })).toThrow("--l1 is missing");
});
