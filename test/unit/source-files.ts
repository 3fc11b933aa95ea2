/** The project's own TypeScript files and what they import. TypeScript 7 has no stable API that dependency-cruiser could use. */
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

const ROOT = normalize(join(import.meta.dirname, '../..'))

export interface SourceFile {
  /** From the root, e.g. `lib/core/keys.ts`. */
  readonly path: string
  readonly text: string
  readonly imports: readonly Import[]
}
export interface Import {
  /** A path from the root, or the name of a package or of a Node module. */
  readonly from: string
  readonly isLocal: boolean
  readonly typeOnly: boolean
}

/** `import … from 'x'`, `export … from 'x'`, `import 'x'`, `import('x')`. */
const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s+(type\s)?([^'"();=]*?)from\s+'([^']+)'|\bimport\s*\(?\s*'([^']+)'/g

export const sourceFiles = (...folders: readonly string[]): SourceFile[] =>
  folders
    .flatMap((folder) => globSync(`${folder}/**/*.ts`, { cwd: ROOT }))
    .sort()
    .map((path) => {
      const text = readFileSync(join(ROOT, path), 'utf8')
      return { path, text, imports: importsOf(path, text) }
    })

/** Any files by their patterns, without what packages bring along. */
export const textFiles = (
  ...patterns: readonly string[]
): { readonly path: string; readonly text: string }[] =>
  globSync([...patterns], { cwd: ROOT })
    .filter((path) => !path.includes('node_modules'))
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }))

export function importsOf(path: string, text: string): Import[] {
  return [...text.matchAll(IMPORT)].map(([, type, names = '', from, bare]) => {
    const target = from ?? bare ?? ''
    const isLocal = target.startsWith('.')
    return {
      from: isLocal ? join(dirname(path), target) : target,
      isLocal,
      typeOnly: type !== undefined || onlyTypes(names),
    }
  })
}

/** `{ type A, type B }` */
const onlyTypes = (names: string): boolean => {
  const inner = /^\s*\{([^}]*)\}\s*$/.exec(names)?.[1]
  return inner?.split(',').every((name) => name.trim() === '' || name.trim().startsWith('type ')) ?? false
}

/** Source without its comments, roughly: enough to look for forbidden words. */
export const withoutComments = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '')
