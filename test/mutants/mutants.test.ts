import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { mutate } from '../sim/mutants/apply.ts'
import { TESTED_MUTANTS } from './all.ts'

test.each(TESTED_MUTANTS)('the mutant "$name" still finds its place and its tests', (mutant) => {
  expect(mutate(mutant)).not.toBe('')
  for (const file of mutant.tests)
    expect(existsSync(fileURLToPath(new URL(`../../${file}`, import.meta.url))), file).toBe(true)
})

test('no two mutants bear the same name', () => {
  expect(new Set(TESTED_MUTANTS.map(({ name }) => name)).size).toBe(TESTED_MUTANTS.length)
})
