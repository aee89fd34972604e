import { readFileSync } from "node:fs";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";
import ts from "typescript";
import { COUNTERS } from "./counters.ts";

const SOURCES = /\/packages\/[a-z0-9]+\/src\/.*\.ts$/;
/** Code of contracts and tables: nothing to lead anyone. */
const DATA = /\/generated\/|\.data\.ts$/;

/** Sources with a counter put before each branch. `nextPlace` gives places their numbers. */
function instrument(source: string, file: string, nextPlace: () => number): string {
  const transformer: ts.TransformerFactory<ts.SourceFile> = (context) => {
    const f = context.factory;
    const count = () => f.createPostfixIncrement(f.createElementAccessExpression(f.createPropertyAccessExpression(f.createIdentifier("globalThis"), COUNTERS), nextPlace()));
    const counted = (expression: ts.Expression): ts.Expression => f.createParenthesizedExpression(f.createComma(count(), expression));
    const block = (statement: ts.Statement): ts.Statement => (ts.isBlock(statement) ? statement : f.createBlock([f.createExpressionStatement(count()), statement]));
    const visit = (node: ts.Node): ts.Node => {
      const seen = ts.visitEachChild(node, visit, context);
      if (ts.isBlock(seen)) return f.updateBlock(seen, [f.createExpressionStatement(count()), ...seen.statements]);
      if (ts.isCaseClause(seen)) return f.updateCaseClause(seen, seen.expression, [f.createExpressionStatement(count()), ...seen.statements]);
      if (ts.isIfStatement(seen)) return f.updateIfStatement(seen, seen.expression, block(seen.thenStatement), seen.elseStatement === undefined ? f.createBlock([f.createExpressionStatement(count())]) : block(seen.elseStatement));
      if (ts.isForStatement(seen)) return f.updateForStatement(seen, seen.initializer, seen.condition, seen.incrementor, block(seen.statement));
      if (ts.isForOfStatement(seen)) return f.updateForOfStatement(seen, seen.awaitModifier, seen.initializer, seen.expression, block(seen.statement));
      if (ts.isWhileStatement(seen)) return f.updateWhileStatement(seen, seen.expression, block(seen.statement));
      if (ts.isConditionalExpression(seen)) return f.updateConditionalExpression(seen, seen.condition, seen.questionToken, counted(seen.whenTrue), seen.colonToken, counted(seen.whenFalse));
      if (ts.isArrowFunction(seen) && !ts.isBlock(seen.body)) return f.updateArrowFunction(seen, seen.modifiers, seen.typeParameters, seen.parameters, seen.type, seen.equalsGreaterThanToken, counted(seen.body));
      if (ts.isBinaryExpression(seen) && [ts.SyntaxKind.AmpersandAmpersandToken, ts.SyntaxKind.BarBarToken, ts.SyntaxKind.QuestionQuestionToken].includes(seen.operatorToken.kind)) return f.updateBinaryExpression(seen, seen.left, seen.operatorToken, counted(seen.right));
      return seen;
    };
    return (root) => ts.visitEachChild(root, visit, context);
  };
  return ts.transpileModule(source, { fileName: file, compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true }, transformers: { before: [transformer] } }).outputText;
}

/** Bundles an entry with the packages' sources instrumented. Gives the number of places. */
export async function bundleInstrumented(root: string, entry: string, outfile: string): Promise<number> {
  let places = 0;
  const plugin: Plugin = {
    name: "instrument",
    setup(on) {
      on.onResolve({ filter: /^@pangaea\// }, ({ path }) => ({ path: join(root, "packages", path.slice("@pangaea/".length), "src/index.ts") }));
      on.onResolve({ filter: /^[^./]/ }, ({ path, kind }) => (kind === "entry-point" ? undefined : { path, external: true }));
      on.onLoad({ filter: SOURCES }, ({ path }) => (DATA.test(path) ? undefined : { contents: instrument(readFileSync(path, "utf8"), path, () => places++), loader: "js" }));
    },
  };
  await build({ entryPoints: [entry], outfile, bundle: true, format: "esm", platform: "node", target: "node20", plugins: [plugin], logLevel: "error" });
  return places;
}
