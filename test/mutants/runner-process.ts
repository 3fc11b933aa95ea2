/**
 * A process with one vitest that stays, and runs each mutant that its parent names. What no mutant changes is transformed once
 * for all of them: to start vitest anew for each would take most of the time.
 */
import { createVitest, type Reporter, type TestSpecification, type Vitest } from 'vitest/node'
import { mutantNamed } from './all.ts'
import { MUTANT_VARIABLE, pathOf } from './plugin.ts'

/** What the parent sends: the name of a mutant, or none for the product as it is, and the files to be run. */
export interface Hunt {
  readonly mutant?: string
  readonly tests: readonly string[]
}
/** Whether all tests were run and nothing was found wrong, and what was. */
export interface Found {
  readonly passes: boolean
  readonly failures: readonly string[]
  /** Its run goes on, perhaps for ever: the process is of no more use. */
  readonly isStuck?: true
}

/** What this run has seen: vitest itself remembers the results of earlier ones, too. */
let failures: string[] = []
let ended = new Set<string>()
let giveUp: NodeJS.Timeout | undefined

/** The other tests of a run that has failed may loop without end, or never come to it if they are cancelled. */
const FAILED_FOR_MS = 15_000

/** It is enough that one test fails; but `bail` would count the failures of earlier mutants, too. */
const remembers: Reporter = {
  onTestCaseResult: (test) => {
    const { state, errors = [] } = test.result()
    if (state !== 'failed') return
    failures.push(`${test.fullName}: ${errors.map(({ message }) => message).join('; ')}`)
    giveUp ??= setTimeout(
      () => process.send?.({ passes: false, failures, isStuck: true } satisfies Found),
      FAILED_FOR_MS,
    )
  },
  onTestModuleEnd: (module) => {
    ended.add(module.moduleId)
    failures.push(...module.errors().map(({ message }) => `${module.relativeModuleId}: ${message}`))
  },
}
const vitest = await createVitest('test', { watch: false, reporters: [remembers], maxWorkers: 1 })
await vitest.standalone()
process.on('message', (asked: Hunt) => void hunt(vitest, asked).then((found) => process.send?.(found)))

async function hunt(vitest: Vitest, { mutant, tests }: Hunt): Promise<Found> {
  const before = process.env[MUTANT_VARIABLE]
  for (const name of [before, mutant])
    if (name !== undefined) vitest.invalidateFile(pathOf(mutantNamed(name)))
  if (mutant === undefined) delete process.env[MUTANT_VARIABLE]
  else process.env[MUTANT_VARIABLE] = mutant
  const specifications = await vitest.globTestSpecifications([...tests])
  failures = []
  ended = new Set()
  const { unhandledErrors } = await vitest.runTestSpecifications(specifications)
  clearTimeout(giveUp)
  giveUp = undefined
  failures.push(...unhandledErrors.map(String))
  const hasRun = specifications.length >= tests.length && specifications.every(isEnded)
  return { passes: hasRun && failures.length === 0, failures }
}

const isEnded = ({ moduleId }: TestSpecification): boolean => ended.has(moduleId)
