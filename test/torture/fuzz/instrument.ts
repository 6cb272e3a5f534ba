/**
 * Counts which branches of the modules under test were taken: they are loaded with a counter at every branch.
 * V8's own coverage can only be read for all code at once, which is too slow to do after every case.
 */
import { registerHooks } from 'node:module'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const MOST_BRANCHES = 1 << 14

/** How often each branch was taken since it was cleared; wraps at 256. */
export const counters = new Uint8Array(MOST_BRANCHES)
/** Loops and calls that the case at hand may still take; what is done while loading is not counted. */
const steps = { left: Infinity }
let branches = 0

export class TooManySteps extends Error {}

/** @param limit loops and calls after which a case counts as one that never ends */
export function begin(limit: number): void {
  counters.fill(0, 0, branches)
  steps.left = limit
}

/** Branches there are in what was loaded so far. */
export function branchCount(): number {
  return branches
}

const NAME = '__fuzz'
Object.assign(globalThis, {
  [NAME]: {
    counters,
    step(branch: number) {
      counters[branch] = (counters[branch] as number) + 1
      if (--steps.left < 0) throw new TooManySteps('too many steps')
    },
  },
})

/** From now on modules whose URL fits are loaded with counters. */
export function instrument(fits: (url: string) => boolean): void {
  registerHooks({
    load(url, context, next) {
      if (!url.startsWith('file:') || !url.endsWith('.ts') || !fits(url)) return next(url, context)
      return { format: 'module', source: withCounters(fileURLToPath(url)), shortCircuit: true }
    },
  })
}

function withCounters(path: string): string {
  const result = ts.transpileModule(readFileSync(path, 'utf8'), {
    fileName: path,
    compilerOptions: { target: ts.ScriptTarget.ES2024, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true },
    transformers: { before: [(context) => (file) => ts.visitEachChild(file, (node) => visit(node, context), context)] },
  })
  return result.outputText
}

function visit(node: ts.Node, context: ts.TransformationContext): ts.Node {
  const { factory } = context
  const id = (): ts.Expression => {
    if (branches >= MOST_BRANCHES) throw new Error('more branches than counters')
    return factory.createNumericLiteral(branches++)
  }
  const member = (name: string): ts.Expression => factory.createPropertyAccessExpression(factory.createIdentifier(NAME), name)
  const count = (): ts.Expression => factory.createPostfixIncrement(factory.createElementAccessExpression(member('counters'), id()))
  const step = (): ts.Statement => factory.createExpressionStatement(factory.createCallExpression(member('step'), undefined, [id()]))
  const counted = (expression: ts.Expression): ts.Expression => factory.createParenthesizedExpression(factory.createComma(count(), expression))
  const block = (statement: ts.Statement, first: ts.Statement): ts.Block =>
    factory.createBlock(ts.isBlock(statement) ? [first, ...statement.statements] : [first, statement], true)
  const plain = (): ts.Statement => factory.createExpressionStatement(count())

  const inner = ts.visitEachChild(node, (child) => visit(child, context), context)
  if (ts.isIfStatement(inner)) return factory.updateIfStatement(inner, inner.expression, block(inner.thenStatement, plain()), block(inner.elseStatement ?? factory.createBlock([]), plain()))
  if (ts.isConditionalExpression(inner)) return factory.updateConditionalExpression(inner, inner.condition, inner.questionToken, counted(inner.whenTrue), inner.colonToken, counted(inner.whenFalse))
  if (ts.isBinaryExpression(inner) && [ts.SyntaxKind.AmpersandAmpersandToken, ts.SyntaxKind.BarBarToken, ts.SyntaxKind.QuestionQuestionToken].includes(inner.operatorToken.kind)) {
    return factory.updateBinaryExpression(inner, inner.left, inner.operatorToken, counted(inner.right))
  }
  if (ts.isForStatement(inner)) return factory.updateForStatement(inner, inner.initializer, inner.condition, inner.incrementor, block(inner.statement, step()))
  if (ts.isForOfStatement(inner)) return factory.updateForOfStatement(inner, inner.awaitModifier, inner.initializer, inner.expression, block(inner.statement, step()))
  if (ts.isWhileStatement(inner)) return factory.updateWhileStatement(inner, inner.expression, block(inner.statement, step()))
  if (ts.isCaseClause(inner)) return factory.updateCaseClause(inner, inner.expression, [plain(), ...inner.statements])
  if (ts.isDefaultClause(inner)) return factory.updateDefaultClause(inner, [plain(), ...inner.statements])
  if (ts.isFunctionDeclaration(inner) && inner.body) {
    return factory.updateFunctionDeclaration(inner, inner.modifiers, inner.asteriskToken, inner.name, inner.typeParameters, inner.parameters, inner.type, block(inner.body, step()))
  }
  if (ts.isMethodDeclaration(inner) && inner.body) {
    return factory.updateMethodDeclaration(inner, inner.modifiers, inner.asteriskToken, inner.name, inner.questionToken, inner.typeParameters, inner.parameters, inner.type, block(inner.body, step()))
  }
  return inner
}
