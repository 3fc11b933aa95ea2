/** Many seeds on all cores. */
import { availableParallelism } from 'node:os'
import { add, emptySummary, type Summary } from './summary.ts'
import { CampaignWorker } from './worker.ts'

/** Seeds a child runs between two looks at the time. */
const CHUNK = 10
const LONGEST_CHUNK_MS = 900_000

/** Runs seeds from `first` on until there have been `seeds` of them or the time is up. */
export async function campaign(
  first: number,
  seeds: number,
  until: number,
  progress: (sum: Summary) => void = () => {},
): Promise<Summary> {
  const sum = emptySummary()
  let next = first
  const lane = async () => {
    const worker = new CampaignWorker()
    try {
      while (next < first + seeds && Date.now() < until) {
        const chunk = Array.from({ length: Math.min(CHUNK, first + seeds - next) }, (_, n) => next + n)
        next += chunk.length
        add(sum, await worker.run(chunk, LONGEST_CHUNK_MS))
        progress(sum)
      }
    } finally {
      worker.stop()
    }
  }
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), Math.ceil(seeds / CHUNK)) }, lane))
  sum.violations.sort((a, b) => a.seed - b.seed)
  return sum
}
