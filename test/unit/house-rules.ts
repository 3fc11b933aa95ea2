/** The rules of the house that a program can check. */
import { isAsExpression, isFunctionLikeDeclaration, type Node, SyntaxKind } from 'typescript/unstable/ast'
import { lineOf, nodesOf, type Syntax } from './syntax.ts'

/** Returns what breaks the rule, and where, in words. */
export type Rule = (file: Syntax) => string[]

export const linesAtMost =
  (most: number): Rule =>
  ({ path, text }) => {
    const lines = text.split('\n').length - 1
    return lines > most ? [`${path} has ${lines} lines`] : []
  }

/** Lines of functions within do not count: an object of short functions, or a list of tests, is not one long function. */
export const functionLinesAtMost =
  (most: number): Rule =>
  (file) =>
    functionsOf(file).flatMap((fn) => {
      const within = outermostFunctions(fn).reduce((sum, one) => sum + linesOf(file, one) - 1, 0)
      const lines = linesOf(file, fn) - within
      return lines > most ? [`${placeOf(file, fn)} a function has ${lines} lines of its own`] : []
    })

export const parametersAtMost =
  (most: number): Rule =>
  (file) =>
    functionsOf(file)
      .filter(({ parameters }) => parameters.length > most)
      .map((fn) => `${placeOf(file, fn)} a function has ${fn.parameters.length} parameters`)

/** Types do not count: they describe what the others take and return. */
export const exportsAtMost =
  (most: number): Rule =>
  (file) => {
    const count = file.tree.statements.reduce(
      (sum, statement) => sum + exportsOf(statement.getText(file.tree)),
      0,
    )
    return count > most ? [`${file.path} exports ${count} values`] : []
  }

function exportsOf(statement: string): number {
  const names = /^export \{([^}]*)\}/.exec(statement)?.[1]
  if (names !== undefined) return names.split(',').filter((name) => /^\s*(?!type )\w/.test(name)).length
  return /^export (?:default|const|let|abstract|async|function|class|enum)\b/.test(statement) ? 1 : 0
}

export const headComment: Rule = ({ path, text }) =>
  /^(?:#!.*\n)?(?:\/\*\*|\/\/)/.test(text) ? [] : [`${path} does not say what it is about`]

export const noAny: Rule = (file) =>
  nodesOf(file.tree)
    .filter((node) => node.kind === SyntaxKind.AnyKeyword)
    .map((node) => `${placeOf(file, node)} any`)

/** It makes anything of anything, so that the compiler says no more. */
export const noAsNever: Rule = (file) =>
  nodesOf(file.tree)
    .filter((node) => isAsExpression(node) && node.type.kind === SyntaxKind.NeverKeyword)
    .map((node) => `${placeOf(file, node)} as never`)

/** The words mean two things, in the one product whose subject is concurrency: simultaneously, and immediately. */
export const noAtOnce = ({ path, text }: { readonly path: string; readonly text: string }): string[] =>
  text
    .split('\n')
    .flatMap((line, index) => (/\bat[ -]once\b/i.test(line) ? [`${path}:${index + 1} says ${AT_ONCE}`] : []))
const AT_ONCE = ['at', 'once'].join(' ')

const functionsOf = ({ tree }: Syntax) => nodesOf(tree).filter(isFunctionLikeDeclaration)

function outermostFunctions(node: Node): Node[] {
  const found: Node[] = []
  node.forEachChild((child) => {
    if (isFunctionLikeDeclaration(child)) found.push(child)
    else found.push(...outermostFunctions(child))
  })
  return found
}

const placeOf = ({ path, tree }: Syntax, node: Node): string => `${path}:${lineOf(tree, node.getStart(tree))}`

const linesOf = ({ tree }: Syntax, node: Node): number =>
  lineOf(tree, node.getEnd()) - lineOf(tree, node.getStart(tree)) + 1
