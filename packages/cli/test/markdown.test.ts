import { expect, it } from "vitest";
import { examples, missing, promised } from "./support/markdown.ts";

const DOCUMENT = ["# A", "```sh test", "echo 1", "echo 2", "```", "It prints:", "```text", "1", "", "2", "```", "```sh", "rm x", "```", "```sh test devnet", "npm start", "```", "# B", "```text", "of another section", "```"].join("\n");

it("examples are the blocks marked for testing, each with the output that follows it in its section", () => {
  expect(examples("a.md", DOCUMENT)).toEqual([
    { file: "a.md", line: 3, kind: "once", commands: "echo 1\necho 2", output: ["1", "2"] },
    { file: "a.md", line: 16, kind: "devnet", commands: "npm start", output: [] },
  ]);
});

it.each([
  ["901    :9545  34 of 15", "  901  :12345  7 of 8 ", true],
  ["ready in 2.2 s", "ready in 10 s", true],
  ["ready in 2.2 s", "ready soon", false],
  ['{"a":"0xab…","b":[…', '{"a":"0x1234","b":[1,2]}', true],
  ['{"a":1}', '{"b":1}', false],
  ["(success)", "success", false],
])("%j stands for %j: %s", (line, printed, is) => {
  expect(promised(line).test(printed)).toBe(is);
});

it("promised lines must come in their order", () => {
  expect(missing(["a", "b"], ["x", "a", "y", "b"])).toEqual([]);
  expect(missing(["a", "b"], ["b", "a"])).toEqual(["b"]);
});
