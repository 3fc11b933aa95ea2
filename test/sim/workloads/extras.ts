/**
 * What some runs have beside all others: keys, queues that may be full, pauses, rates of apps. Drawn by a generator of its own, so that a run without
 * them is what it was.
 */
import type { SimRandom } from '../world/random.ts'
import { drawAppRates, withApps } from './app-rates.ts'
import { withContendedRates, withCrowd } from './contended.ts'
import { withKeys } from './keyed.ts'
import { withSets } from './limiter-acts.ts'
import { drawPauses } from './pauses.ts'
import type { JobPlan, Plan } from './plan.ts'
import { drawRecounts, withSizes } from './sized.ts'

type Versions = Plan['versions']

interface Span {
  readonly begin: number
  readonly end: number
}

export interface Extras {
  versions(versions: Versions): Versions
  jobs(jobs: readonly JobPlan[]): readonly JobPlan[]
  acts(plan: Pick<Plan, 'versions' | 'limiterActs' | 'jobs'>, span: Span): Acts
}

type Acts = Partial<Pick<Plan, 'recounts' | 'pauses' | 'appRates' | 'limiterActs'>>

export function drawExtras(random: SimRandom): Extras {
  const has = random.chance(0.5)
  const [isKeyed, isSized, isPaused, isDerived, isSet, isContended] = [0.4, 0.4, 0.3, 0.3, 0.4, 0.3].map(
    (share) => random.chance(share) && has,
  )
  return {
    versions: (versions) => {
      const sized = isSized ? withSizes(random, versions) : versions
      const derived = isDerived ? withApps(random, sized) : sized
      return isContended ? withContendedRates(random, derived) : derived
    },
    jobs: (jobs) => {
      const keyed = isKeyed ? withKeys(random, jobs) : jobs
      return isContended ? withCrowd(random, keyed) : keyed
    },
    acts: ({ versions, limiterActs, jobs }, { begin, end }) => ({
      ...(isSized ? { recounts: drawRecounts(random, versions, begin, end) } : {}),
      ...(isPaused ? { pauses: drawPauses(random, jobs, end) } : {}),
      ...(isDerived ? { appRates: drawAppRates(random, begin, end) } : {}),
      ...(isSet ? { limiterActs: withSets(random, limiterActs, versions) } : {}),
    }),
  }
}
