/**
 * npm run sim:mutants -- [--only name] [--seeds 2000] [--json]: how many seeds until which check notices each. `--scheduled` leaves out
 * the seeds that have no schedules, which find no mutant of those.
 */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { CampaignWorker } from '../campaign/worker.ts'
import { hasSchedules } from '../workloads/draw.ts'
import { MUTANTS } from './all.ts'
import { mutantNamed, mutate } from './apply.ts'
import type { Mutant } from './mutant.ts'

interface Verdict {
  readonly name: string
  readonly breaks: string
  /** How many seeds it took; absent where it survived. */
  readonly seeds?: number
  readonly check?: string
}

const CHUNK = 20
/** A mutant that never comes to an end is found as well. */
const LONGEST_CHUNK_MS = 600_000

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    seeds: { type: 'string', default: '2000' },
    json: { type: 'boolean', default: false },
    scheduled: { type: 'boolean', default: false },
  },
})
const mutants = values.only === undefined ? MUTANTS : [mutantNamed(values.only)]
for (const mutant of mutants) mutate(mutant)

const verdicts: Verdict[] = []
const waiting = mutants.values()
await Promise.all(Array.from({ length: availableParallelism() }, lane))
if (values.json) console.log(JSON.stringify(verdicts))
const survivors = verdicts.filter(({ seeds }) => seeds === undefined)
if (!values.json) console.log(`${verdicts.length} mutants, ${survivors.length} survive`)
process.exitCode = survivors.length > 0 ? 1 : 0

async function lane(): Promise<void> {
  for (const mutant of waiting) {
    const verdict = await hunt(mutant, Number(values.seeds))
    verdicts.push(verdict)
    const { name, seeds, check } = verdict
    console[values.json ? 'error' : 'log'](
      `${name.padEnd(44)} ${seeds === undefined ? 'SURVIVES' : `${seeds}`.padStart(5)}  ${check ?? ''}`,
    )
  }
}

async function hunt({ name, breaks }: Mutant, most: number): Promise<Verdict> {
  const worker = new CampaignWorker(name)
  try {
    const all = Array.from({ length: most }, (_, n) => n + 1)
    const seeds = values.scheduled ? all.filter(hasSchedules) : all
    for (let first = 0; first < seeds.length; first += CHUNK) {
      const { violations } = await worker.run(seeds.slice(first, first + CHUNK), LONGEST_CHUNK_MS)
      const [violation] = violations
      if (violation) return { name, breaks, seeds: violation.seed, check: violation.check }
    }
    return { name, breaks }
  } catch (error) {
    return { name, breaks, seeds: 0, check: `no end: ${error instanceof Error ? error.message : error}` }
  } finally {
    worker.stop()
  }
}
