/** Which seed finds a mutant: the known one is tried first, then the others in their order. */
import type { Summary } from '../campaign/summary.ts'
import { CampaignWorker } from '../campaign/worker.ts'
import type { Mutant } from './mutant.ts'

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

/** @throws where the mutant is no program: nothing that is checked would be what kills it */
export async function hunt(
  mutant: Mutant,
  known: number | undefined,
  seeds: readonly number[],
): Promise<Verdict> {
  const { name, breaks } = mutant
  const expected = { name, breaks, ...(known === undefined ? {} : { known }) }
  const worker = new CampaignWorker(name)
  try {
    await worker.ready()
    for (const seed of known === undefined ? seeds : [known, ...seeds.filter((one) => one !== known)]) {
      const check = await checkThatSees(worker, seed)
      if (check !== undefined) return { ...expected, seed, check }
    }
    return expected
  } finally {
    worker.stop()
  }
}

async function checkThatSees(worker: CampaignWorker, seed: number): Promise<string | undefined> {
  return worker.run([seed], LONGEST_SEED_MS).then(
    ({ violations: [violation] }: Summary) => violation?.check,
    // It never comes to an end, or dies of it.
    (error) => `no end: ${error instanceof Error ? error.message : error}`,
  )
}
