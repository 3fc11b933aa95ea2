import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { MUTANTS } from '../sim/mutants/all.ts'
import { mutate } from '../sim/mutants/apply.ts'
import { TESTED_MUTANTS } from './all.ts'

/** What is parsed is checked for this rule alone. */
const RULE = '--only=correctness/noUndeclaredVariables'
const BIOME = fileURLToPath(new URL('../../node_modules/.bin/biome', import.meta.url))

test.each(TESTED_MUTANTS)('the mutant "$name" still finds its place and its tests', (mutant) => {
  expect(mutate(mutant)).not.toBe('')
  for (const file of mutant.tests)
    expect(existsSync(fileURLToPath(new URL(`../../${file}`, import.meta.url))), file).toBe(true)
})

test('no two mutants bear the same name', () => {
  expect(new Set(TESTED_MUTANTS.map(({ name }) => name)).size).toBe(TESTED_MUTANTS.length)
})

test('each mutant is a program: that one dies of a name which is not there proves nothing', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-mutants-'))
  try {
    const programs = [...MUTANTS, ...TESTED_MUTANTS]
      .filter(({ file }) => file.endsWith('.ts'))
      .map((mutant) => ({ name: mutant.name, source: mutate(mutant) }))
    const all = [...programs, { name: 'none, so that one is found', source: 'nowhere()' }]
    for (const [index, { source }] of all.entries()) writeFileSync(join(folder, `${index}.ts`), source)
    writeFileSync(join(folder, 'biome.json'), '{}')
    const { stdout } = spawnSync(BIOME, ['lint', RULE, '--reporter=github', '.'], { cwd: folder })
    const found = [...`${stdout}`.matchAll(/file=\S*?(\d+)\.ts,/g)].map(
      ([, index]) => all[Number(index)]?.name,
    )
    expect([...new Set(found)]).toEqual(['none, so that one is found'])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
