/**
 * npm run mutants -- [--only name] [--part 1/4] [--json]: breaks the product in each way of the list, and runs the tests that have to
 * notice. They have to pass without a mutant, or their failing would prove nothing; afterwards one of them has to in each
 * process, or it may have been stuck in failing.
 */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { mutate } from '../sim/mutants/apply.ts'
import { partOf } from '../support/part.ts'
import { mutantNamed, TESTED_MUTANTS } from './all.ts'
import type { TestedMutant } from './mutant.ts'
import { openRunner, type Runner } from './runners.ts'

interface Verdict {
  readonly name: string
  readonly breaks: string
  readonly dies: boolean
}

/** Some loop without end. The tests of one take up to half a minute, and all of them minutes. */
const LONGEST_MS = 150_000
const LONGEST_ALL_MS = 1_800_000

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    part: { type: 'string', default: '1/1' },
    json: { type: 'boolean', default: false },
  },
})
const mutants = values.only === undefined ? partOf(TESTED_MUTANTS, values.part) : [mutantNamed(values.only)]
for (const mutant of mutants) mutate(mutant)
const tests = [...new Set(mutants.flatMap((mutant) => mutant.tests))]
const verdicts: Verdict[] = []
const waiting = mutants.values()
const runners = Array.from({ length: Math.min(mutants.length, availableParallelism()) }, openRunner)
try {
  await allPass('before any mutant', (index) => tests.filter((_, at) => at % runners.length === index))
  await Promise.all(runners.map(work))
  await allPass('after the mutants', () => tests.slice(0, 1))
} finally {
  for (const runner of runners) runner.close()
}
const survivors = verdicts.filter(({ dies }) => !dies)
console.log(
  values.json ? JSON.stringify(verdicts) : `${verdicts.length} mutants, ${survivors.length} survive`,
)
process.exitCode = survivors.length > 0 ? 1 : 0

async function work(runner: Runner): Promise<void> {
  for (const mutant of waiting) {
    const verdict = await hunt(runner, mutant)
    verdicts.push(verdict)
    console[values.json ? 'error' : 'log'](`${verdict.name.padEnd(56)} ${verdict.dies ? 'dies' : 'SURVIVES'}`)
  }
}

async function hunt(runner: Runner, { name, breaks, tests }: TestedMutant): Promise<Verdict> {
  const { passes, failures } = await runner.run({ mutant: name, tests }, LONGEST_MS)
  if (!passes && failures.length === 0)
    throw new Error(`${name}: its tests were not run (${tests.join(' ')})`)
  return { name, breaks, dies: !passes }
}

/** @param testsOf those of each runner */
async function allPass(when: string, testsOf: (runner: number) => readonly string[]): Promise<void> {
  const found = await Promise.all(
    runners.map((runner, index) => runner.run({ tests: testsOf(index) }, LONGEST_ALL_MS)),
  )
  if (found.every(({ passes }) => passes)) return
  const failures = found.flatMap(({ failures }) => failures).join('\n')
  throw new Error(`the tests fail without a mutant, ${when}: mend that first\n${failures}`)
}
