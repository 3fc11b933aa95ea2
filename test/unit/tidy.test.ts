/** What CONTRIBUTING says about how files look, as facts. */
import { describe, expect, test } from 'vitest'
import {
  exportsAtMost,
  functionLinesAtMost,
  headComment,
  linesAtMost,
  noAny,
  noAsNever,
  noAtOnce,
  parametersAtMost,
  type Rule,
} from './house-rules.ts'
import { sourceFiles, textFiles } from './source-files.ts'
import { type Syntax, syntaxOf } from './syntax.ts'

const PRODUCT = ['lib', 'functions', 'cdk', 'local', 'cli', 'console', 'examples', 'demo', 'bench']
const FILES = syntaxOf([...sourceFiles(...PRODUCT), ...sourceFiles('test')])
const TESTS = FILES.filter(({ path }) => path.startsWith('test/'))
const CODE = FILES.filter(({ path }) => !path.startsWith('test/'))

/** The public API is as long as it is; and of a table each row stands by itself. */
const LISTS: readonly string[] = ['lib/index.ts', 'lib/core/times.ts']

/** What people know of other schedulers: `schedule(task, name, rule, payload, options)`. */
const VERB_OF_FIVE = 'lib/api/schedules.ts'

const breaking = (files: readonly Syntax[], rule: Rule): string[] => files.flatMap(rule)

test('all files are read', () => {
  expect(CODE.length).toBeGreaterThan(200)
  expect(TESTS.length).toBeGreaterThan(150)
})

describe('code', () => {
  test.each<[string, Rule]>([
    ['has files of at most 200 lines', linesAtMost(200)],
    ['has functions of at most 40 lines', functionLinesAtMost(40)],
    [
      'has functions of at most four parameters',
      (file) => parametersAtMost(file.path === VERB_OF_FIVE ? 5 : 4)(file),
    ],
    ['says at the head of each file what it is about', headComment],
  ])('%s', (_what, rule) => expect(breaking(CODE, rule)).toEqual([]))

  test('exports at most 14 values a file', () => {
    expect(
      breaking(
        CODE.filter(({ path }) => !LISTS.includes(path)),
        exportsAtMost(14),
      ),
    ).toEqual([])
  })
})

/** A test tells a story, so its files may be longer; and a model goes through all operations of the protocol in one switch. */
describe('tests', () => {
  test.each<[string, Rule]>([
    ['have files of at most 300 lines', linesAtMost(300)],
    ['have functions of at most 80 lines', functionLinesAtMost(80)],
    ['have functions of at most five parameters', parametersAtMost(5)],
  ])('%s', (_what, rule) => expect(breaking(TESTS, rule)).toEqual([]))

  test('are never run alone', () => {
    const alone = /\b(?:test|describe|it)(?:\.\w+)*\.only\b/
    expect(TESTS.filter(({ text }) => alone.test(text)).map(({ path }) => path)).toEqual([])
  })
})

describe('all files', () => {
  test('have types', () => expect(breaking(FILES, noAny)).toEqual([]))

  test('let the compiler check everything', () => {
    const untyped = 'test/support/untyped.ts'
    expect(breaking(FILES, noAsNever).filter((found) => !found.startsWith(untyped))).toEqual([])
  })

  test('say simultaneously, or immediately', () => {
    expect([...FILES, ...textFiles('*.md', 'docs/**/*.md', 'test/**/*.md')].flatMap(noAtOnce)).toEqual([])
  })

  test('leave nothing for later', () => {
    const later = new RegExp(['TO', 'DO|FIX', 'ME|XX', 'X'].join(''))
    expect(FILES.filter(({ text }) => later.test(text)).map(({ path }) => path)).toEqual([])
  })
})

const lines = (count: number) => 'x()\n'.repeat(count)
/** A rule, a text that keeps it and one that breaks it. */
const CASES: readonly [string, Rule, string, string][] = [
  ['lines', linesAtMost(3), lines(3), lines(4)],
  [
    'lines of functions',
    functionLinesAtMost(4),
    `function f() {\n${lines(2)}}`,
    `function f() {\n${lines(3)}}`,
  ],
  [
    'lines of methods',
    functionLinesAtMost(4),
    `class A { f() {\n${lines(2)}} }`,
    `class A { f() {\n${lines(3)}} }`,
  ],
  [
    'lines of arrows',
    functionLinesAtMost(4),
    `const f = () => {\n${lines(2)}}`,
    `const f = () => {\n${lines(3)}}`,
  ],
  [
    'lines within',
    functionLinesAtMost(4),
    `f(() => {\n  g(() => {\n${lines(2)}})\n})`,
    `f(() => {\n  g(() => {\n${lines(3)}})\n})`,
  ],
  ['parameters', parametersAtMost(2), 'const f = (a, b) => a', 'const f = (a, { b, c }, d) => a'],
  [
    'parameters of constructors',
    parametersAtMost(1),
    'class A { constructor(a) {} }',
    'class A { constructor(a, b) {} }',
  ],
  [
    'exports',
    exportsAtMost(1),
    'export const a = 1\nexport type B = 1\nexport { type C } from "c"',
    'export const a = 1\nexport { b, type C } from "c"',
  ],
  [
    'functions as exports',
    exportsAtMost(1),
    'export async function a() {}',
    'export async function a() {}\nexport class B {}',
  ],
  ['heads', headComment, '/** What it is. */\nimport "a"', 'import "a"\n/** What it is. */'],
  [
    'heads of commands',
    headComment,
    '#!/usr/bin/env node\n/** What it is. */',
    '#!/usr/bin/env node\nimport "a"',
  ],
  ['any', noAny, 'const a: unknown = "any"', 'const a: any = 1'],
  ['any within', noAny, 'let a: Map<string, unknown>', 'let a: Map<string, any>'],
  ['never', noAsNever, 'const a = (b: never) => b as string', 'const a = f(b as never)'],
  ['words', noAtOnce, 'f() // at any moment, once', `f() // at${' '}once`],
]
const CASE_FILES = syntaxOf(
  CASES.flatMap(([, , kept, broken], n) => [
    { path: `${n}/kept.ts`, text: kept },
    { path: `${n}/broken.ts`, text: broken },
  ]),
)

test.each(CASES.map(([what, rule], n) => ({ what, rule, n })))(
  'a rule can be broken: $what',
  ({ rule, n }) => {
    const files = CASE_FILES.filter(({ path }) => path.startsWith(`${n}/`))
    expect(files.map((file) => rule(file).length)).toEqual([0, 1])
  },
)
