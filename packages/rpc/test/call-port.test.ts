import { CriticalError, EngineError, InvalidBlockError, NotFoundError, ResetError, TemporaryError } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { CallPort, type WorkerMethods } from "../src/worker/call-port.ts";

/** Two ends of one line; what crosses is cloned, as between threads. */
function line(left: WorkerMethods = {}, right: WorkerMethods = {}, onEvent: (event: string, data: unknown) => void = () => {}) {
  const ends: { left: CallPort; right: CallPort } = {
    left: new CallPort((message) => ends.right.receive(structuredClone(message)), { peer: "right", methods: left, onEvent }),
    right: new CallPort((message) => ends.left.receive(structuredClone(message)), { peer: "left", methods: right }),
  };
  return ends;
}

describe("calls between two threads", () => {
  it("go both ways over one line, also one within another", async () => {
    const { left, right } = line({ double: (n: number) => 2 * n }, { sum: async (n: number) => n + Number(await right.call("double", n)) });
    expect(await left.call("sum", 5)).toBe(15);
    expect(await Promise.all([right.call("double", 1), left.call("sum", 1), right.call("double", 3)])).toEqual([2, 3, 6]);
  });

  it.each([new TemporaryError("t"), new ResetError("r"), new CriticalError("c"), new InvalidBlockError("i"), new NotFoundError("n"), new EngineError(-38001, "e")])("carry %s by its kind, from either end", async (error) => {
    const fail = () => {
      throw error;
    };
    const { left, right } = line({ fail }, { fail });
    for (const end of [left, right]) {
      const thrown: unknown = await end.call("fail").catch((caught: unknown) => caught);
      expect(thrown).toBeInstanceOf(error.constructor);
      expect(thrown).toMatchObject({ message: error.message, ...(error instanceof EngineError ? { code: error.code } : {}) });
    }
  });

  it.each(["missing", "toString"])("of the method %s, which the other end has not, fail", async (method) => {
    await expect(line().left.call(method)).rejects.toThrow(`another thread asked for the method ${method}, which is not there`);
  });

  it("with what cannot be cloned fail, as argument and as result", async () => {
    const { left } = line({}, { give: () => () => 1, take: () => 1 });
    await expect(left.call("take", () => 1)).rejects.toThrow(/could not be cloned/);
    await expect(left.call("give")).rejects.toThrow(/could not be cloned/);
    expect(await left.call("take", 1)).toBe(1);
  });

  it("under way and later fail as temporary when the other end is gone", async () => {
    const { left } = line({}, { hang: () => new Promise(() => {}) });
    const call = left.call("hang");
    left.end("right is gone");
    await expect(call).rejects.toThrow(TemporaryError);
    await expect(left.call("hang")).rejects.toThrow("right is gone");
  });

  it("are refused as temporary when ten thousand wait", async () => {
    const { left } = line({}, { hang: () => new Promise(() => {}) });
    for (let i = 0; i < 10_000; i++) left.call("hang").catch(() => {});
    await expect(left.call("hang")).rejects.toThrow("right: 10000 calls are waiting; retry later");
    left.end("done");
  });

  it("stand beside events", () => {
    const heard: unknown[] = [];
    const { right } = line({}, {}, (...event) => heard.push(event));
    right.emit("log", { n: 1 });
    expect(heard).toEqual([["log", { n: 1 }]]);
  });
});
