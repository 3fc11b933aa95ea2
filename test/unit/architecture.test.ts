/** Who may import whom (docs/ARCHITECTURE.md), and what the core may never contain. */
import { describe, expect, test } from 'vitest'
import { DIGEST, IMPORT_RULES, type ImportRule } from './imports.ts'
import { importsOf, type SourceFile, sourceFiles, withoutComments } from './source-files.ts'

const PRODUCT = ['lib', 'functions', 'cdk', 'local', 'cli', 'console', 'examples', 'demo', 'bench']
const ALL = sourceFiles(...PRODUCT, 'test')

const CREATE_HASH = "import { createHash } from 'node:crypto'"

const within = ({ path }: SourceFile, folder: string): boolean =>
  path === folder || path.startsWith(`${folder}/`)
const inFolder = (folder: string): SourceFile[] => ALL.filter((file) => within(file, folder))

/** Every import of the rule's folder that is not allowed. */
const offences = ({ folder, allowed }: ImportRule, files: readonly SourceFile[]): string[] =>
  files
    .filter((file) => within(file, folder))
    .flatMap(({ path, imports }) =>
      imports
        .filter((imported) => !allowed(imported, path))
        .map(({ from, typeOnly }) => `${path} → ${from}${typeOnly ? ' (types)' : ''}`),
    )

describe('imports', () => {
  test('are found at all', () => {
    const text = `import a from './a.ts'\nimport {\n  type B,\n  c,\n} from '../b.ts'\nexport * from 'p'\nimport type { D } from 'd'\nimport { type E } from 'e'\nawait import('./f.ts')`
    expect(importsOf('lib/x/y.ts', text)).toEqual([
      { from: 'lib/x/a.ts', isLocal: true, typeOnly: false },
      { from: 'lib/b.ts', isLocal: true, typeOnly: false },
      { from: 'p', isLocal: false, typeOnly: false },
      { from: 'd', isLocal: false, typeOnly: true },
      { from: 'e', isLocal: false, typeOnly: true },
      { from: 'lib/x/f.ts', isLocal: true, typeOnly: false },
    ])
    expect(inFolder('lib').flatMap(({ imports }) => imports).length).toBeGreaterThan(100)
  })

  test.each(IMPORT_RULES)('$what', (rule) => {
    const [path, from] = rule.forbids
    expect(offences(rule, [fake(path, from)])).toEqual([`${path} → ${from}`])
    expect(inFolder(rule.folder).length).toBeGreaterThan(0)
    expect(offences(rule, ALL)).toEqual([])
  })

  // The world of the simulation and its parts know each other.
  test('go round in no circle', () => {
    expect(circles(ALL.filter((file) => !within(file, 'test')))).toEqual([])
    const circle = [fake('a.ts', 'b.ts'), fake('b.ts', 'c.ts'), fake('c.ts', 'a.ts')]
    expect(circles(circle)).toEqual(['a.ts → b.ts → c.ts → a.ts'])
  })
})

describe('the core', () => {
  const IMPURE =
    /Date\.now|new Date\(\)|Math\.random|\bcrypto\b|setTimeout|setInterval|performance\.|\bprocess\.|\bfetch\(|\bconsole\./
  test('has no clock, no chance and no environment', () => {
    const code = ({ path, text }: SourceFile) =>
      path === DIGEST ? withoutComments(text).replace(CREATE_HASH, '') : withoutComments(text)
    const found = inFolder('lib/core').filter((file) => IMPURE.test(code(file)))
    expect(found.map(({ path }) => path)).toEqual([])
    for (const word of ['Date.now()', 'new Date()', 'Math.random()', 'process.env'])
      expect(word).toMatch(IMPURE)
    expect('new Date(now)').not.toMatch(IMPURE)
  })
})

function fake(path: string, from: string): SourceFile {
  return { path, text: '', imports: [{ from, isLocal: from.endsWith('.ts'), typeOnly: false }] }
}

/** Depth first; a file that is still open when it is met again closes a circle. */
function circles(files: readonly SourceFile[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const done = new Set<string>()
  const found: string[] = []
  const visit = (path: string, open: readonly string[]): void => {
    if (open.includes(path)) found.push([...open.slice(open.indexOf(path)), path].join(' → '))
    if (done.has(path) || open.includes(path)) return
    for (const { from, isLocal } of byPath.get(path)?.imports ?? []) if (isLocal) visit(from, [...open, path])
    done.add(path)
  }
  for (const { path } of files) visit(path, [])
  return found
}
