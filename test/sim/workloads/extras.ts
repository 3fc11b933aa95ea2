/**
 * What some runs have beside all others: keys, queues that may be full. Drawn by a generator of its own, so that a run without
 * them is what it was.
 */
import type { SimRandom } from '../world/random.ts'
import { withKeys } from './keyed.ts'
import type { JobPlan, Plan } from './plan.ts'
import { drawRecounts, withSizes } from './sized.ts'

type Versions = Plan['versions']

export interface Extras {
  versions(versions: Versions): Versions
  jobs(jobs: readonly JobPlan[]): readonly JobPlan[]
  acts(versions: Versions, begin: number, end: number): Pick<Plan, 'recounts'>
}

export function drawExtras(random: SimRandom): Extras {
  const has = random.chance(0.5)
  const isKeyed = random.chance(0.4) && has
  const isSized = random.chance(0.4) && has
  return {
    versions: (versions) => (isSized ? withSizes(random, versions) : versions),
    jobs: (jobs) => (isKeyed ? withKeys(random, jobs) : jobs),
    acts: (versions, begin, end) => ({
      ...(isSized ? { recounts: drawRecounts(random, versions, begin, end) } : {}),
    }),
  }
}
