import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Check, FORK_CHECKS, NAMED_CHECKS } from "./conformance/checks.ts";
import { citationsOf, Coverage, type Module, readModules } from "./conformance/sources.ts";

/**
 * Writes `docs/conformance.md` from the sources' docstrings, the tests' imports, the checks in `conformance/checks.ts`, the counts in
 * `docs/conformance/vectors.json` and the parts kept by hand beside them. `--check` writes nothing and fails when the file would change, when a
 * file or test that is named is not there, or when something that cites its source has no test. `--count` counts the conformance tests anew; it needs the data.
 */
const root = process.cwd();
const TARGET = "docs/conformance.md";
const PARTS = "docs/conformance";
const COUNTS = `${PARTS}/vectors.json`;
const RUNNERS = "packages/cli/test/vector-runners.spec.test.ts";
const MOST_TESTS = 4;

interface Count {
  readonly tests: number;
  /** Names of tests that do not run; each says why. */
  readonly skipped: readonly string[];
}
type Counts = Readonly<Record<string, Count>>;

const problems: string[] = [];
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const link = (path: string): string => `[${path.replace(/^packages\//, "").replace("/src/", "/").replace("/test/", "/")}](../${path})`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string => [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`).join("\n");
const part = (name: string): string => (existsSync(join(root, PARTS, name)) ? read(`${PARTS}/${name}`).trim() : "");

async function countTests(): Promise<Counts> {
  const { createVitest } = await import("vitest/node");
  const vitest = await createVitest("test", { watch: false, project: ["spec"] });
  const { testModules } = await vitest.collect();
  const counts = testModules.map((one): [string, Count] => {
    const tests = [...one.children.allTests()];
    return [one.relativeModuleId, { tests: tests.length, skipped: tests.filter(({ options }) => options.mode === "skip").map(({ name }) => name) }];
  });
  await vitest.close();
  return Object.fromEntries(counts.sort(([a], [b]) => a.localeCompare(b)));
}

function sections(modules: readonly Module[]): string {
  const coverage = new Coverage(modules);
  const cited = modules.filter(({ path }) => path.includes("/src/") && path.startsWith("packages/")).flatMap(citationsOf);
  const bySection = new Map<string, typeof cited>();
  for (const one of cited) bySection.set(one.section, [...(bySection.get(one.section) ?? []), one]);
  const rows = [...bySection].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([section, places]) =>
    places.map(({ path, symbol }, i) => {
      const { tests, through } = coverage.testsOf({ path, symbol });
      if (tests.length === 0) problems.push(`${path}: ${symbol} cites ${section}, and no test imports it, its file or what is made with it`);
      const shown = tests.slice(0, MOST_TESTS).map(link).join(", ") + (tests.length > MOST_TESTS ? " and more" : "");
      return { section, cells: [i === 0 ? `\`${section.replace(/^specs /, "")}\`` : "", `${link(path)} \`${symbol}\``, through === undefined ? shown : `${shown} (through ${link(through)})`] };
    }),
  );
  const head = ["section", "source", "tests"];
  const ofSpecs = rows.filter(({ section }) => section.startsWith("specs ")).map(({ cells }) => cells);
  const others = rows.filter(({ section }) => !section.startsWith("specs ")).map(({ cells }) => cells);
  return `## Specification, source, tests\n\nSections of the OP Stack's specifications.\n\n${table(head, ofSpecs)}\n\nWhat else is followed: Ethereum's proposals and API specifications, and programs where the specification is silent.\n\n${table(head, others)}`;
}

function checkRow(one: Check): readonly string[] {
  if ("gap" in one) return [one.name, "–", `not covered: ${one.gap}`];
  const [source, test] = [`packages/${one.source}`, `packages/${one.test}`];
  if (!existsSync(join(root, source))) problems.push(`check "${one.name}" names ${source}, which is not there`);
  if (!existsSync(join(root, test))) problems.push(`check "${one.name}" names ${test}, which is not there`);
  else if (!read(test).includes(one.shows)) problems.push(`check "${one.name}": ${test} has no test "${one.shows}"`);
  return [one.name, link(source), `${link(test)}: ${one.shows}`];
}

function checks(title: string, lead: string, groups: Readonly<Record<string, readonly Check[]>>): string {
  const all = Object.values(groups).flat();
  const gaps = all.filter((one) => "gap" in one).length;
  const tables = Object.entries(groups).map(([name, rows]) => `### ${name}\n\n${table(["what", "source", "test"], rows.map(checkRow))}`);
  return `## ${title}\n\n${lead} ${all.length - gaps} of ${all.length} are covered.\n\n${tables.join("\n\n")}`;
}

/** The test files that read a kind of data: the runner itself, or those that import it. */
function testsOfRunner(modules: readonly Module[], runner: string): readonly string[] {
  if (runner.endsWith(".test.ts")) return [runner];
  return modules.filter(({ path, imports }) => path.endsWith(".spec.test.ts") && imports.includes(runner)).map(({ path }) => path);
}

function vectors(modules: readonly Module[], counts: Counts): string {
  const specs = modules.filter(({ path }) => path.endsWith(".spec.test.ts")).map(({ path }) => path);
  for (const path of specs) if (counts[path] === undefined) problems.push(`${path} is not counted: run npm run conformance -- --count where the conformance data are`);
  for (const path of Object.keys(counts)) if (!specs.includes(path)) problems.push(`${COUNTS} counts ${path}, which is not there: run npm run conformance -- --count`);
  const cells = (paths: readonly string[]): readonly string[] => {
    const found = paths.flatMap((path) => counts[path] ?? []);
    const skipped = found.flatMap((one) => one.skipped);
    return [paths.map(link).join(", "), String(found.reduce((sum, { tests }) => sum + tests, 0) - skipped.length), skipped.length === 0 ? "–" : skipped.join("; ")];
  };
  const rows = [...read(RUNNERS).matchAll(/^ {2}\["([^"]+)", "([^"]+)"\],$/gm)].map(([, data, runner]) => {
    const tests = testsOfRunner(modules, `packages/${runner}`);
    if (tests.length === 0) problems.push(`${RUNNERS}: no test reads ${data} by ${runner}`);
    return [`\`${data}\``, ...cells(tests)];
  });
  if (rows.length === 0) problems.push(`${RUNNERS} has no table of data and runners that can be read`);
  const total = Object.values(counts).reduce((sum, { tests, skipped }) => sum + tests - skipped.length, 0);
  return `## Data that others made\n\nRun by \`npm run test:spec\` where the data are: ${total} tests in ${Object.keys(counts).length} files. The number is of all tests of the files named, which may read other data too.\n\n${table(["data", "tests", "run", "skipped"], rows)}`;
}

const isCheck = process.argv.includes("--check");
if (process.argv.includes("--count")) writeFileSync(join(root, COUNTS), `${JSON.stringify(await countTests(), null, 2)}\n`);
const modules = readModules(root);
const counts = JSON.parse(read(COUNTS)) as Counts;
const text = [
  "# Conformance",
  "<!-- Written by npm run conformance; what is said by hand stands in docs/conformance. npm run lint fails when it is out of date. -->",
  part("lead.md"),
  part("programs.md"),
  part("second-sources.md"),
  part("differences.md"),
  part("bounds.md"),
  vectors(modules, counts),
  checks("What each fork changes", "From the per-fork checklist of the core protocol's notes; each line is one thing that changes when the fork activates.", FORK_CHECKS),
  checks("Named checks", "Checks that the core protocol's notes suggest.", NAMED_CHECKS),
  sections(modules),
].filter((one) => one !== "").join("\n\n");
const written = `${text}\n`;
if (!isCheck) writeFileSync(join(root, TARGET), written);
else if (!existsSync(join(root, TARGET)) || read(TARGET) !== written) problems.push(`${TARGET} is out of date: run npm run conformance and commit it`);
for (const problem of problems) console.error(problem);
console.log(problems.length === 0 ? "conformance: every section that is cited has a test, and every test that is named is there" : `conformance: ${problems.length} problems`);
process.exit(problems.length === 0 ? 0 : 1);
