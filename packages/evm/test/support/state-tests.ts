import { type Hex, hexToBytes, isHex } from "@pangaea/primitives";
import { describe, expect, it } from "vitest";
import { rulesOf } from "../../src/index.ts";
import { haveEthereumTests, readTest, testsBelow } from "./archive.ts";
import { SKIPPED, SLOW } from "./state-test-exceptions.ts";
import { runStateCase, type StateCase } from "./state-transition.ts";

interface Post {
  readonly hash: Hex;
  readonly logs: Hex;
  readonly indexes: { readonly data: number; readonly gas: number; readonly value: number };
  readonly expectException?: string;
}

interface Vector {
  readonly env: StateCase["env"];
  readonly pre: StateCase["pre"];
  readonly transaction: {
    readonly data: readonly Hex[]; readonly gasLimit: readonly Hex[]; readonly value: readonly string[]; readonly nonce: Hex; readonly sender: Hex; readonly to: string;
    readonly gasPrice?: Hex; readonly maxFeePerGas?: Hex; readonly maxPriorityFeePerGas?: Hex; readonly maxFeePerBlobGas?: Hex; readonly blobVersionedHashes?: readonly Hex[];
    readonly accessLists?: readonly (StateCase["transaction"]["accessList"] | null)[];
  };
  readonly post: Readonly<Record<string, readonly Post[]>>;
}

const FORK = "Cancun";
const ROOT = "GeneralStateTests/";
const MOST_SHOWN = 40;
/** With this set the slow cases run too. */
const everything = process.env.PANGAEA_ALL_STATE_TESTS === "1";
const TIMEOUT = everything ? 3_600_000 : 300_000;

const lower = (address: string): Hex => address.toLowerCase() as Hex;
const folderOf = (path: string): string => path.slice(ROOT.length, path.lastIndexOf("/"));

/** Folders that take their share of time together, so that workers share the tests evenly; "others" has what none names. */
const GROUPS = {
  "static calls": /^(?:stStaticCall|stStaticFlagEnabled|stQuadraticComplexityTest)$/,
  precompiles: /^(?:stPreCompiledContracts2?|stZeroKnowledge2?|Pyspecs\/cancun\/eip4844_blobs)$/,
  "long runs": /^(?:stTimeConsuming|stBadOpcode|stAttackTest|VMTests\/.*)$/,
} as const;
export type StateTestGroup = keyof typeof GROUPS | "others";

/** Folders of a group, as paths below the root of all state tests. */
function foldersOf(group: StateTestGroup): string[] {
  const folders = [...new Set(testsBelow(ROOT).map(folderOf))];
  return folders.filter((folder) => (group === "others" ? !Object.values(GROUPS).some((pattern) => pattern.test(folder)) : GROUPS[group].test(folder)));
}

function caseOf({ env, pre, transaction: tx }: Vector, { data, gas, value }: Post["indexes"]): StateCase {
  return {
    env,
    pre: Object.fromEntries(Object.entries(pre).map(([address, account]) => [address.toLowerCase(), account])),
    transaction: {
      sender: lower(tx.sender), to: isHex(tx.to, 20) ? lower(tx.to) : undefined, nonce: BigInt(tx.nonce), gas: BigInt(tx.gasLimit[gas]!), value: BigInt(tx.value[value]!.replace(/^0x:bigint /, "")), data: hexToBytes(tx.data[data]!),
      feeCap: BigInt(tx.maxFeePerGas ?? tx.gasPrice ?? "0x0"), tip: BigInt(tx.maxPriorityFeePerGas ?? tx.gasPrice ?? "0x0"),
      accessList: (tx.accessLists?.[data] ?? []).map(({ address, storageKeys }) => ({ address: lower(address), storageKeys })),
      blobFeeCap: tx.maxFeePerBlobGas === undefined ? undefined : BigInt(tx.maxFeePerBlobGas), blobHashes: tx.blobVersionedHashes ?? [],
    },
  };
}

/** What is wrong with the outcome of one case; undefined when nothing is. */
function problemOf(vector: Vector, post: Post): string | undefined {
  try {
    const { root, logs, invalid } = runStateCase(caseOf(vector, post.indexes), rulesOf("cancun"));
    const expected = post.expectException?.split("|").map((name) => name.replace("TransactionException.", ""));
    if (invalid !== undefined ? expected?.includes(invalid) !== true : expected !== undefined) return `${invalid ?? "valid"} instead of ${post.expectException ?? "valid"}`;
    return root !== post.hash ? "state root" : logs !== post.logs ? "logs" : undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The cases of one file that are to run, by name: `file index`, or `file/test index` where a file has several. */
function* casesOf(path: string): Generator<readonly [id: string, Vector, Post]> {
  const file = path.slice(path.lastIndexOf("/") + 1, -".json".length);
  for (const [name, vector] of Object.entries(readTest<Readonly<Record<string, Vector>>>(path))) {
    for (const [i, post] of (vector.post[FORK] ?? []).entries()) yield [name === file ? `${file} ${i}` : `${file}/${name.slice(name.lastIndexOf("/") + 1)} ${i}`, vector, post];
  }
}

const isExcepted = (table: Readonly<Record<string, string>>, folder: string, id: string): boolean => [id, id.split(" ")[0]!].some((name) => table[`${folder}/${name}`] !== undefined);

/** One test for each folder of a group: every case in it ends with the state, the logs and the verdict that it should. */
export function describeStateTests(group: StateTestGroup): void {
  const folders = foldersOf(group);
  describe.skipIf(!haveEthereumTests)(`the official state tests of ${FORK}: ${group}`, () => {
    it.each(folders)("%s", (folder) => {
      const failures: string[] = [];
      let run = 0;
      for (const path of testsBelow(`${ROOT}${folder}/`)) {
        if (folderOf(path) !== folder) continue;
        for (const [id, vector, post] of casesOf(path)) {
          if (isExcepted(SKIPPED, folder, id) || (!everything && isExcepted(SLOW, folder, id))) continue;
          run++;
          const problem = problemOf(vector, post);
          if (problem !== undefined) failures.push(`${id}: ${problem}`);
        }
      }
      expect(failures.slice(0, MOST_SHOWN), `${failures.length} of ${run} cases failed`).toEqual([]);
      expect(run).toBeGreaterThan(0);
    }, TIMEOUT);
  });
}

/** The exceptions that name nothing in the archive. */
export function idleExceptions(): string[] {
  const exceptions = [...Object.keys(SKIPPED), ...Object.keys(SLOW)];
  const names = new Set<string>();
  for (const path of testsBelow(ROOT)) {
    const file = path.slice(ROOT.length, -".json".length);
    if (!exceptions.some((name) => name.startsWith(file))) continue;
    for (const [id] of casesOf(path)) for (const name of [id, id.split(" ")[0]!]) names.add(`${folderOf(path)}/${name}`);
  }
  return exceptions.filter((name) => !names.has(name));
}
