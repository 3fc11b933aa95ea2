/**
 * A process with one vitest that stays, and runs each mutant that its parent names. What no mutant changes is transformed once
 * for all of them: to start vitest anew for each would take most of the time.
 */
import { createVitest, type Reporter, type Vitest } from 'vitest/node'
import { mutantNamed } from './all.ts'
import { MUTANT_VARIABLE, pathOf } from './plugin.ts'

/** What the parent sends: the name of a mutant, or none for the product as it is, and the files to be run. */
export interface Hunt {
  readonly mutant?: string
  readonly tests: readonly string[]
}
/** Whether nothing was found wrong. */
export interface Found {
  readonly passes: boolean
}

/** One test that fails is enough. (`bail` would count the failures of earlier mutants, too.) */
const firstFailureEnds: Reporter = {
  onTestCaseResult: (test) => {
    if (test.result().state === 'failed') void vitest.cancelCurrentRun('test-failure')
  },
}
const vitest = await createVitest('test', { watch: false, reporters: [firstFailureEnds], maxWorkers: 1 })
await vitest.standalone()
process.on('message', (asked: Hunt) => void hunt(vitest, asked).then((found) => process.send?.(found)))

async function hunt(vitest: Vitest, { mutant, tests }: Hunt): Promise<Found> {
  const before = process.env[MUTANT_VARIABLE]
  for (const name of [before, mutant])
    if (name !== undefined) vitest.invalidateFile(pathOf(mutantNamed(name)))
  if (mutant === undefined) delete process.env[MUTANT_VARIABLE]
  else process.env[MUTANT_VARIABLE] = mutant
  const specifications = await vitest.globTestSpecifications([...tests])
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specifications)
  const passes = testModules.length >= tests.length && testModules.every((module) => module.ok())
  return { passes: passes && unhandledErrors.length === 0 }
}
