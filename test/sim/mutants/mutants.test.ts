/** Whether mutants of the simulation have rotted; which of them it finds, `npm run sim:mutants` says. */
import { expect, test } from 'vitest'
import { MUTANTS } from './all.ts'
import { mutate } from './apply.ts'
import { readKnownSeeds } from './known-seeds.ts'

test.each(MUTANTS)('the mutant "$name" still finds its place', (mutant) => {
  expect(mutate(mutant)).not.toBe('')
})

test('no two mutants bear the same name', () => {
  expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length)
})

test('a seed is known of mutants only that there are', () => {
  const names = new Set(MUTANTS.map(({ name }) => name))
  expect(Object.keys(readKnownSeeds()).filter((name) => !names.has(name))).toEqual([])
})
