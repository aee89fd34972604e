import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";

/** What the project's files import and declare, read off their text. Paths are relative to the root, with slashes. */
export interface Module {
  readonly path: string;
  readonly text: string;
  /** Names imported by name, each behind the package that it is of: `packages/evm Trie`. */
  readonly names: ReadonlySet<string>;
  /** Relative imports, as paths. */
  readonly imports: readonly string[];
  readonly exports: ReadonlySet<string>;
}

/** A section that a docstring names, the file it stands in, and the declaration after it. */
export interface Citation {
  readonly section: string;
  readonly path: string;
  readonly symbol: string;
}

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return name === "node_modules" || name === "generated" ? [] : filesBelow(path);
    return name.endsWith(".ts") ? [path] : [];
  });
}

function readModule(root: string, file: string): Module {
  const text = readFileSync(file, "utf8");
  const names = new Set<string>();
  const imports: string[] = [];
  for (const [, clause, from] of text.matchAll(/import\s+(?:type\s+)?([^;]*?)\s+from\s+"([^"]+)"/g)) {
    const target = from!.startsWith(".") ? relative(root, normalize(join(dirname(file), from!))) : from!.replace("@pangaea/", "packages/");
    for (const name of (clause ?? "").replace(/[{}]/g, ",").split(",")) {
      const imported = name.trim().replace(/^type\s+/, "").split(/\s+as\s+/)[0]!;
      if (imported !== "") names.add(`${packageOf(target)} ${imported}`);
    }
    if (from!.startsWith(".")) imports.push(target);
  }
  const exports = new Set([...text.matchAll(/^export (?:declare |abstract |async )*(?:function\*?|class|const|let|interface|type) (\w+)/gm)].map(([, name]) => name!));
  return { path: relative(root, file), text, names, imports, exports };
}

/** Every module of the packages, sources and tests, and the fuzzing. */
export function readModules(root: string): readonly Module[] {
  const packages = readdirSync(join(root, "packages")).map((name) => join(root, "packages", name));
  const folders = [...packages.flatMap((folder) => [join(folder, "src"), join(folder, "test")]), join(root, "fuzz")];
  return folders.flatMap(filesBelow).sort().map((file) => readModule(root, file));
}

/** `a/{b,c}.md` as `a/b.md` and `a/c.md`. */
function expand(section: string): string[] {
  const [, before, choices, after] = /^([^{]*)\{([^}]*)\}(.*)$/.exec(section) ?? [];
  return choices === undefined ? [section] : choices.split(",").map((choice) => `${before}${choice}${after}`);
}

const DECLARATION = /^\s*(?:export )?(?:declare |abstract |async |readonly )*(?:function\*?|class|const|let|interface|type)?\s*(\w+)/;

/** Every place whose docstring says what it is made after. */
export function citationsOf({ path, text }: Module): readonly Citation[] {
  return [...text.matchAll(/\/\*\*(?:[^*]|\*(?!\/))*\*\//g)].flatMap((comment) => {
    const source = /Source: ([\s\S]*?)(?:\.\s|\.?\s*\*\/|$)/.exec(comment[0].replace(/\s*\n\s*\*(?!\/)\s*/g, " "))?.[1];
    if (source === undefined) return [];
    const symbol = DECLARATION.exec(text.slice(comment.index + comment[0].length).replace(/^\s*\n/, ""))?.[1] ?? "";
    const specs = /\bspecs?\s+((?:`[^`]+`(?:,\s*(?:and )?)?)+)/g;
    const cited = [...source.matchAll(specs)].flatMap(([, list]) => [...list!.matchAll(/`([^`]+)`/g)].flatMap(([, section]) => expand(section!)).map((section) => `specs ${section}`));
    const others = source.replace(specs, "").split(/[,;]\s*/).map((part) => part.trim().replaceAll("`", "").replace(/\.$/, "")).filter((part) => /^(?:EIP-|execution-apis|op-|geth|beacon-APIs|consensus-specs|RFC|superchain-registry|snappy)/.test(part));
    return [...cited, ...others].map((section) => ({ section, path, symbol }));
  });
}

/** The tests of a declaration: those that name it in an import, themselves or by what they share with other tests. */
export class Coverage {
  readonly #modules: readonly Module[];
  /** Names that a test imports, with those of the support modules that it imports. */
  readonly #tests: readonly { readonly path: string; readonly names: ReadonlySet<string>; readonly files: ReadonlySet<string> }[];

  constructor(modules: readonly Module[]) {
    this.#modules = modules;
    const byPath = new Map(modules.map((one) => [one.path, one]));
    const reach = (path: string, seen: Set<string>): void => {
      const one = byPath.get(path);
      if (one === undefined || seen.has(path)) return;
      seen.add(path);
      if (!path.includes("/src/") || path.startsWith("fuzz/")) for (const next of one.imports) reach(next, seen);
    };
    this.#tests = modules.filter(({ path }) => path.endsWith(".test.ts")).map(({ path }) => {
      const files = new Set<string>();
      reach(path, files);
      const own = [...files].map((file) => byPath.get(file)!).filter((one) => !one.path.includes("/src/") || one.path.startsWith("fuzz/"));
      return { path, files, names: new Set(own.flatMap(({ names }) => [...names])) };
    });
  }

  /** Test files, most direct first; `through` is the file that stands between when no test names the declaration or its file's others. */
  testsOf({ path, symbol }: Pick<Citation, "path" | "symbol">): { readonly tests: readonly string[]; readonly through?: string } {
    const own = this.#naming(new Set([symbol]), path);
    if (own.length > 0) return { tests: own };
    const seen = new Set([path]);
    let level = [path];
    for (let depth = 0; level.length > 0 && depth < 4; depth++) {
      for (const file of level) {
        const exports = this.#modules.find((one) => one.path === file)?.exports ?? new Set();
        const tests = this.#naming(exports, file);
        if (tests.length > 0) return file === path ? { tests } : { tests, through: file };
      }
      const next = this.#modules.filter((one) => one.path.includes("/src/") && !/^packages\/\w+\/src\/index\.ts$/.test(one.path) && !seen.has(one.path) && this.#uses(one, level)).map((one) => one.path);
      for (const file of next) seen.add(file);
      level = next;
    }
    return { tests: [] };
  }

  #uses(one: Module, level: readonly string[]): boolean {
    return level.some((file) => {
      if (one.imports.includes(file)) return true;
      const target = this.#modules.find(({ path }) => path === file);
      return target !== undefined && packageOf(one.path) !== packageOf(file) && [...target.exports].some((name) => one.names.has(`${packageOf(file)} ${name}`));
    });
  }

  #naming(symbols: ReadonlySet<string>, file: string): readonly string[] {
    const home = packageOf(file);
    const found = this.#tests.filter(({ names, files }) => files.has(file) || [...symbols].some((name) => names.has(`${home} ${name}`))).map(({ path }) => path);
    return found.sort((a, b) => Number(packageOf(b) === home) - Number(packageOf(a) === home) || a.localeCompare(b));
  }
}

export const packageOf = (path: string): string => path.split("/").slice(0, 2).join("/");
