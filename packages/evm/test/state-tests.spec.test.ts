import { describe, expect, it } from "vitest";
import { haveEthereumTests } from "./support/archive.ts";
import { describeStateTests, idleExceptions } from "./support/state-tests.ts";

describeStateTests("others");

describe.skipIf(!haveEthereumTests)("the exceptions to the official state tests", () => {
  it("each name a test that there is", () => {
    expect(idleExceptions()).toEqual([]);
  });
});
