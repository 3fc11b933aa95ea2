import { expect, test } from 'vitest'
import { sourceFiles } from './source-files.ts'

const MAX_LINES = 250
const CODE = sourceFiles('lib', 'functions', 'cdk', 'local', 'cli', 'console', 'examples', 'demo', 'bench')
const TESTS = sourceFiles('test')
const paths = (files: readonly { path: string }[]) => files.map(({ path }) => path)

test(`no file has more than ${MAX_LINES} lines`, () => {
  expect(CODE.length).toBeGreaterThan(50)
  expect(paths(CODE.filter(({ text }) => text.split('\n').length > MAX_LINES))).toEqual([])
})

test('nothing is left for later', () => {
  const later = new RegExp(['TO', 'DO|FIX', 'ME|XX', 'X'].join(''))
  expect(paths([...CODE, ...TESTS].filter(({ text }) => later.test(text)))).toEqual([])
})

test('no test is run alone', () => {
  const alone = /\b(?:test|describe|it)(?:\.\w+)*\.only\b/
  expect(paths(TESTS.filter(({ text }) => alone.test(text)))).toEqual([])
})
