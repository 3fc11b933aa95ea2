/** Who may import whom (docs/ARCHITECTURE.md), and what the core may never contain. */
import { describe, expect, test } from 'vitest'
import { type Import, importsOf, type SourceFile, sourceFiles, withoutComments } from './source-files.ts'

const ALL = sourceFiles('lib', 'functions', 'cdk', 'local', 'cli', 'console', 'examples', 'demo', 'bench')
/** Numbers that functions and construct have to agree on. */
const TIMES = 'lib/core/times.ts'
const inFolder = (folder: string): SourceFile[] => ALL.filter(({ path }) => path.startsWith(`${folder}/`))

/** Every import of the folder that is not allowed. */
const offences = (folder: string, allowed: (imported: Import, path: string) => boolean): string[] =>
  inFolder(folder).flatMap(({ path, imports }) =>
    imports
      .filter((imported) => !allowed(imported, path))
      .map(({ from, typeOnly }) => `${path} → ${from}${typeOnly ? ' (types)' : ''}`),
  )
const among =
  (...places: readonly string[]) =>
  ({ from }: Import): boolean =>
    places.some((place) => from === place || from.startsWith(`${place}/`))

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

  test('the core imports the core, and zod', () => {
    expect(offences('lib/core', among('lib/core', 'zod', 'node:buffer'))).toEqual([])
  })

  test('the times import nothing', () => {
    expect(ALL.filter(({ path }) => path === TIMES).map(({ imports }) => imports)).toEqual([[]])
  })

  test('ports import the core', () => {
    expect(offences('lib/ports', among('lib/core', 'lib/ports'))).toEqual([])
  })

  test('use cases import core and ports, never adapters', () => {
    expect(
      offences('lib/use-cases', among('lib/core', 'lib/ports', 'lib/use-cases', 'zod', 'p-retry')),
    ).toEqual([])
  })

  test('adapters import core and ports, never use cases', () => {
    const allowed = (imported: Import, path: string) =>
      imported.isLocal
        ? among('lib/core', 'lib/ports', path.split('/').slice(0, 3).join('/'))(imported)
        : true
    expect(offences('lib/adapters', allowed)).toEqual([])
  })

  test('only adapters, and the API where it puts them together, import the AWS SDK', () => {
    const composes = ['lib/lambda/clients.ts', 'lib/api/wiring.ts']
    const allowed = (imported: Import, path: string) =>
      !imported.from.startsWith('@aws-sdk') || path.startsWith('lib/adapters/') || composes.includes(path)
    expect([...offences('lib', allowed), ...offences('functions', allowed)]).toEqual([])
  })

  test('nothing in lib imports what is built on it', () => {
    const outside = among('cdk', 'local', 'functions', 'test', 'examples', 'demo', 'bench', 'cli', 'console')
    expect(offences('lib', (imported) => !outside(imported))).toEqual([])
  })

  test('what functions share does not know the API', () => {
    expect(offences('lib/lambda', (imported) => !among('lib/api')(imported))).toEqual([])
  })

  test('functions import lib', () => {
    expect(offences('functions', (imported) => !imported.isLocal || among('lib')(imported))).toEqual([])
  })

  test('the construct knows types of lib and its times, never logic', () => {
    const logic = ({ from, isLocal, typeOnly }: Import) =>
      isLocal && !from.startsWith('cdk/') && from !== TIMES && !typeOnly
    const app = ({ from }: Import, path: string) => path === 'cdk/app.ts' && from.startsWith('examples/')
    expect(offences('cdk', (imported, path) => !logic(imported) || app(imported, path))).toEqual([])
  })

  test('go round in no circle', () => {
    expect(circles(ALL)).toEqual([])
    const circle = [fake('a.ts', 'b.ts'), fake('b.ts', 'c.ts'), fake('c.ts', 'a.ts')]
    expect(circles(circle)).toEqual(['a.ts → b.ts → c.ts → a.ts'])
  })
})

describe('the core', () => {
  const IMPURE =
    /Date\.now|new Date\(\)|Math\.random|\bcrypto\b|setTimeout|setInterval|performance\.|\bprocess\.|\bfetch\(|\bconsole\./
  test('has no clock, no chance and no environment', () => {
    const found = inFolder('lib/core').filter(({ text }) => IMPURE.test(withoutComments(text)))
    expect(found.map(({ path }) => path)).toEqual([])
    for (const word of ['Date.now()', 'new Date()', 'Math.random()', 'process.env'])
      expect(word).toMatch(IMPURE)
    expect('new Date(now)').not.toMatch(IMPURE)
  })
})

function fake(path: string, from: string): SourceFile {
  return { path, text: '', imports: [{ from, isLocal: true, typeOnly: false }] }
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
