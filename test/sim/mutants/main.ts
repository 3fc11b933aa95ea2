/**
 * npm run sim:mutants -- [--only name] [--seeds 2000] [--from 1] [--json]: which seed and which check notice each. The known seed is tried
 * first, whatever the others are. `--keep` writes down the seeds that are found, `--unknown` leaves out the mutants that have one, and
 * `--scheduled` the seeds that have no schedules, which find no mutant of those.
 */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { hasSchedules } from '../workloads/draw.ts'
import { MUTANTS } from './all.ts'
import { mutantNamed, mutate } from './apply.ts'
import { hunt, type Verdict } from './hunt.ts'
import { keepSeed, readKnownSeeds } from './known-seeds.ts'
import { Unbroken } from './unbroken.ts'

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    seeds: { type: 'string', default: '2000' },
    from: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    unknown: { type: 'boolean', default: false },
    scheduled: { type: 'boolean', default: false },
  },
})
const known = readKnownSeeds()
const named = values.only === undefined ? MUTANTS : [mutantNamed(values.only)]
const mutants = named.filter(({ name }) => !values.unknown || known[name] === undefined)
for (const mutant of mutants) mutate(mutant)
const all = Array.from({ length: Number(values.seeds) }, (_, n) => Number(values.from) + n)
const seeds = values.scheduled ? all.filter(hasSchedules) : all

const verdicts: Verdict[] = []
const waiting = mutants.values()
const unbroken = new Unbroken()
try {
  await Promise.all(Array.from({ length: availableParallelism() }, lane))
} finally {
  unbroken.stop()
}
const survivors = verdicts.filter(({ seed }) => seed === undefined)
const stale = verdicts.filter(({ known, seed }) => known !== undefined && known !== seed)
if (values.json) console.log(JSON.stringify(verdicts))
else printSum()
process.exitCode = survivors.length > 0 ? 1 : 0

async function lane(): Promise<void> {
  for (const mutant of waiting) {
    const verdict = await hunt(mutant, { known: known[mutant.name], others: seeds }, unbroken)
    verdicts.push(verdict)
    const { name, seed, check } = verdict
    if (values.keep && seed !== undefined) keepSeed(name, seed)
    console[values.json ? 'error' : 'log'](
      `${name.padEnd(72)} ${seed === undefined ? 'SURVIVES' : `${seed}`.padStart(8)}  ${check ?? ''}`,
    )
  }
}

function printSum(): void {
  for (const { name, known, seed } of stale)
    console.log(`stale: "${name}" was found by seed ${known}, now by ${seed ?? 'none'} (--keep)`)
  console.log(
    `${verdicts.length} mutants, ${survivors.length} survive, ${stale.length} known seeds are stale`,
  )
}
