/**
 * npm run mutants -- [--only name] [--json]: breaks the product in each way of the list, and runs the tests that have to
 * notice. They have to pass first as it is, or their failing would prove nothing.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { mutate } from '../sim/mutants/apply.ts'
import { mutantNamed, TESTED_MUTANTS } from './all.ts'
import type { TestedMutant } from './mutant.ts'
import { MUTANT_VARIABLE } from './plugin.ts'

interface Verdict {
  readonly name: string
  readonly breaks: string
  readonly dies: boolean
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const VITEST = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url))

const { values } = parseArgs({
  options: { only: { type: 'string' }, json: { type: 'boolean', default: false } },
})
const mutants = values.only === undefined ? TESTED_MUTANTS : [mutantNamed(values.only)]
for (const mutant of mutants) mutate(mutant)
const tests = [...new Set(mutants.flatMap((mutant) => mutant.tests))]
if (!(await passes(tests))) throw new Error('the tests fail already without a mutant: mend that first')

const verdicts: Verdict[] = []
const waiting = mutants.values()
await Promise.all(Array.from({ length: availableParallelism() }, lane))
const survivors = verdicts.filter(({ dies }) => !dies)
console.log(
  values.json ? JSON.stringify(verdicts) : `${verdicts.length} mutants, ${survivors.length} survive`,
)
process.exitCode = survivors.length > 0 ? 1 : 0

async function lane(): Promise<void> {
  for (const mutant of waiting) {
    const verdict = await hunt(mutant)
    verdicts.push(verdict)
    console[values.json ? 'error' : 'log'](`${verdict.name.padEnd(56)} ${verdict.dies ? 'dies' : 'SURVIVES'}`)
  }
}

async function hunt({ name, breaks, tests }: TestedMutant): Promise<Verdict> {
  return { name, breaks, dies: !(await passes(tests, name)) }
}

/** Whether vitest finds nothing wrong in these files. */
async function passes(files: readonly string[], mutant?: string): Promise<boolean> {
  const env = mutant === undefined ? process.env : { ...process.env, [MUTANT_VARIABLE]: mutant }
  const run = spawn(process.execPath, [VITEST, 'run', '--bail', '1', ...files], {
    cwd: ROOT,
    env,
    stdio: 'ignore',
  })
  const [code] = await once(run, 'exit')
  return code === 0
}
