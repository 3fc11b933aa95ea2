/**
 * What some runs have beside all others: keys, queues that may be full, pauses, rates of apps, guarantees. Drawn by a generator of its own, so that a
 * run without them is what it was.
 */
import type { SimRandom } from '../world/random.ts'
import { drawAppRates, withApps } from './app-rates.ts'
import { withContendedRates, withCrowd } from './contended.ts'
import { withDividedTotals, withWaves } from './divided.ts'
import { withGuarantees, withTotals } from './guarantees.ts'
import { withKeys } from './keyed.ts'
import { withSets } from './limiter-acts.ts'
import { drawPauses } from './pauses.ts'
import type { JobPlan, Plan } from './plan.ts'
import { drawQueuePauses } from './queue-pauses.ts'
import { drawRecounts, withSizes } from './sized.ts'

type Versions = Plan['versions']

interface Span {
  readonly begin: number
  readonly end: number
}

export interface Extras {
  versions(versions: Versions): Versions
  jobs(jobs: readonly JobPlan[], versions: Versions): readonly JobPlan[]
  acts(plan: Known, span: Span): Acts
  later(plan: Known, end: number): Later
}

type Known = Pick<Plan, 'versions' | 'limiterActs' | 'jobs'>
type Acts = Partial<Pick<Plan, 'recounts' | 'pauses' | 'appRates' | 'limiterActs'>>
type Later = Partial<Pick<Plan, 'queuePauses' | 'limiterActs'>>

/** With deploys, whose limits contradict each other, crowds in chunks make so many visits that a run has no end. */
const isOne = (versions: Versions): boolean => versions.length === 1

/** @param latest draws what was added last, so that all else stays as it was */
export function drawExtras(random: SimRandom, latest: SimRandom): Extras {
  const has = random.chance(0.5)
  const [isKeyed, isSized, isPaused, isDerived, isSet, isContended] = [0.4, 0.4, 0.3, 0.3, 0.4, 0.3].map(
    (share) => random.chance(share) && has,
  )
  const [areQueuesPaused, isGuaranteed, isDivided] = [0.2, 0.15, 0.15].map((share) => latest.chance(share))
  return {
    versions: (versions) => {
      const sized = isSized ? withSizes(random, versions) : versions
      const derived = isDerived ? withApps(random, sized) : sized
      const contended = isContended ? withContendedRates(random, derived) : derived
      if (isDivided && isOne(versions)) return withDividedTotals(latest, contended)
      return isGuaranteed ? withTotals(latest, contended) : contended
    },
    jobs: (jobs, versions) => {
      const keyed = isKeyed ? withKeys(random, jobs) : jobs
      const crowded = isContended ? withCrowd(random, keyed) : keyed
      return isDivided && isOne(versions) ? withWaves(latest, crowded) : crowded
    },
    acts: ({ versions, limiterActs, jobs }, { begin, end }) => ({
      ...(isSized ? { recounts: drawRecounts(random, versions, begin, end) } : {}),
      ...(isPaused ? { pauses: drawPauses(random, jobs, end) } : {}),
      ...(isDerived ? { appRates: drawAppRates(random, begin, end) } : {}),
      ...(isSet ? { limiterActs: withSets(random, limiterActs, versions) } : {}),
    }),
    later: (plan, end) => ({
      ...(areQueuesPaused ? { queuePauses: drawQueuePauses(latest, plan.jobs, end) } : {}),
      ...(isGuaranteed ? { limiterActs: withGuarantees(latest, plan, end) } : {}),
    }),
  }
}
