/** Which seed finds a mutant: the known one is tried first, then the others in their order. */
import type { Summary } from '../campaign/summary.ts'
import { CampaignWorker } from '../campaign/worker.ts'
import type { Mutant } from './mutant.ts'
import type { Unbroken } from './unbroken.ts'

export interface Verdict {
  readonly name: string
  readonly breaks: string
  /** The seed that it was expected to die by. */
  readonly known?: number
  /** The one that it does die by, and the check that sees it; absent where it survives. */
  readonly seed?: number
  readonly check?: string
}

/** A seed takes seconds, and its steps are counted: one without end is stuck between two of them. */
const LONGEST_SEED_MS = 300_000

interface Seeds {
  readonly known: number | undefined
  readonly others: readonly number[]
}

/** @throws where the mutant is no program: nothing that is checked would be what kills it */
export async function hunt(mutant: Mutant, { known, others }: Seeds, unbroken: Unbroken): Promise<Verdict> {
  const { name, breaks } = mutant
  const expected = { name, breaks, ...(known === undefined ? {} : { known }) }
  const seeds = known === undefined ? others : [known, ...others.filter((seed) => seed !== known)]
  let worker = new CampaignWorker(name)
  try {
    await worker.ready()
    for (const seed of seeds) {
      const found = await sees(worker, seed)
      if (found && (await unbroken.passes(seed))) return { ...expected, seed, check: found.check }
      if (!found?.isStuck) continue
      worker.stop()
      worker = new CampaignWorker(name)
    }
    return expected
  } finally {
    worker.stop()
  }
}

interface Found {
  readonly check: string
  /** Its process is of no use any more. */
  readonly isStuck?: true
}

const sees = (worker: CampaignWorker, seed: number): Promise<Found | undefined> =>
  worker.run([seed], LONGEST_SEED_MS).then(
    ({ violations: [violation] }: Summary) => violation && { check: violation.check },
    // It never comes to an end, or dies of it.
    (error) => ({ check: `no end: ${error instanceof Error ? error.message : error}`, isStuck: true }),
  )
