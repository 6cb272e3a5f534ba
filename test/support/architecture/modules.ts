/** The source files of the house and what each of them imports, read with the TypeScript parser. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

export interface Import {
  /** The file imported, from the top of the repository; undefined for a package. */
  file: string | undefined
  /** The package imported, e.g. `express` or `node:fs`; undefined for a file of ours. */
  package: string | undefined
  /** Only types: nothing of it runs. */
  typeOnly: boolean
}

export interface Module {
  path: string
  lines: number
  imports: Import[]
  /** `process.env`, however it is spelled. */
  readsEnvironment: boolean
  usesConsole: boolean
}

export const top = fileURLToPath(new URL('../../..', import.meta.url))

/** Every source file that git knows or would know; generated code is not ours to judge. */
export function readModules(): Module[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: top, encoding: 'utf8' })
  return listed
    .split('\n')
    .filter((path) => /\.(ts|tsx|mts|mjs|js)$/.test(path) && !path.startsWith('admin/client/') && existsSync(join(top, path)))
    .map((path) => parseModule(path, readFileSync(join(top, path), 'utf8')))
}

export function parseModule(path: string, text: string): Module {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true)
  const module: Module = { path, lines: text.split('\n').length - 1, imports: [], readsEnvironment: false, usesConsole: false }
  const add = (specifier: ts.Node | undefined, typeOnly: boolean): void => {
    if (specifier && ts.isStringLiteralLike(specifier)) module.imports.push(resolveImport(path, specifier.text, typeOnly))
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      add(node.moduleSpecifier, isTypeOnly(node.importClause))
      if (ts.isStringLiteral(node.moduleSpecifier) && /^(node:)?process$/.test(node.moduleSpecifier.text)) {
        module.readsEnvironment ||= /\benv\b/.test(node.importClause?.getText(source) ?? '')
      }
    } else if (ts.isExportDeclaration(node)) {
      add(node.moduleSpecifier, node.isTypeOnly)
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(node.argument.literal, true)
    } else if (ts.isCallExpression(node) && (node.expression.kind === ts.SyntaxKind.ImportKeyword || node.expression.getText(source) === 'require')) {
      add(node.arguments[0], false)
    } else if (ts.isNewExpression(node) && node.expression.getText(source) === 'URL' && node.arguments?.[1]?.getText(source) === 'import.meta.url') {
      // How a worker's file is named: it is loaded, so it counts.
      const [first] = node.arguments
      if (first && ts.isStringLiteralLike(first) && /\.(ts|mjs|js)$/.test(first.text)) add(first, false)
    } else if (ts.isPropertyAccessExpression(node)) {
      if (node.expression.getText(source) === 'process' && node.name.text === 'env') module.readsEnvironment = true
      if (node.expression.getText(source) === 'console') module.usesConsole = true
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return module
}

function isTypeOnly(clause: ts.ImportClause | undefined): boolean {
  if (!clause) return false
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true
  const names = clause.namedBindings
  return clause.name === undefined && names !== undefined && ts.isNamedImports(names) && names.elements.length > 0 && names.elements.every((one) => one.isTypeOnly)
}

function resolveImport(from: string, specifier: string, typeOnly: boolean): Import {
  if (!specifier.startsWith('.')) {
    const name = specifier.startsWith('node:') ? specifier : specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/')
    return { file: undefined, package: name, typeOnly }
  }
  return { file: posix.normalize(posix.join(posix.dirname(from), specifier)), package: undefined, typeOnly }
}

/**
 * Groups of files that import each other in a circle, types included.
 * Tarjan's algorithm; a group of one counts when the file imports itself.
 */
export function findCycles(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const index = new Map<string, number>()
  const low = new Map<string, number>()
  const stack: string[] = []
  const onStack = new Set<string>()
  const cycles: string[][] = []
  const connect = (node: string): void => {
    index.set(node, index.size)
    low.set(node, index.size - 1)
    stack.push(node)
    onStack.add(node)
    for (const next of edges.get(node) ?? []) {
      if (!index.has(next)) {
        connect(next)
        low.set(node, Math.min(low.get(node) ?? 0, low.get(next) ?? 0))
      } else if (onStack.has(next)) {
        low.set(node, Math.min(low.get(node) ?? 0, index.get(next) ?? 0))
      }
    }
    if (low.get(node) !== index.get(node)) return
    const group = stack.splice(stack.indexOf(node))
    for (const one of group) onStack.delete(one)
    if (group.length > 1 || edges.get(node)?.includes(node)) cycles.push(group.sort())
  }
  for (const node of edges.keys()) if (!index.has(node)) connect(node)
  return cycles
}

/** The room a file lives in: `pbx/calls` for `pbx/calls/dial.ts`, `main.ts` for itself. */
export const folderOf = (path: string): string => (dirname(path) === '.' ? path : posix.dirname(path))
