/**
 * What some runs have beside all others: keys, queues that may be full, pauses, rates of apps, guarantees, several pools. Drawn by a generator of its own, so that a
 * run without them is what it was.
 */
import type { SimRandom } from '../world/random.ts'
import { drawAppRates, withApps, withFloors } from './app-rates.ts'
import { withContendedRates, withCrowd } from './contended.ts'
import { withDividedTotals, withWaves } from './divided.ts'
import { withGuarantees, withTotals } from './guarantees.ts'
import { withKeys } from './keyed.ts'
import { withSets } from './limiter-acts.ts'
import { drawPauses } from './pauses.ts'
import type { JobPlan, Plan } from './plan.ts'
import { withOwnPools, withPools } from './pools.ts'
import { drawQueuePauses } from './queue-pauses.ts'
import { drawRaised } from './raised.ts'
import { withFullLines } from './short-lines.ts'
import { drawRecounts, withSizes } from './sized.ts'
import { withTagActs } from './tag-acts.ts'

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

/**
 * @param latest draws what was added later, so that all else stays as it was
 * @param last and this what was added after that
 * @param raising draws who raises the rate of an app
 */
export function drawExtras(
  random: SimRandom,
  latest: SimRandom,
  last: SimRandom,
  raising: SimRandom,
): Extras {
  const raised = drawRaised(raising)
  const has = random.chance(0.5)
  const [isKeyed, isSized, isPaused, isDerived, isSet, isContended] = [0.4, 0.4, 0.3, 0.3, 0.4, 0.3].map(
    (share) => random.chance(share) && has,
  )
  const [areQueuesPaused, isGuaranteed, isDivided] = [0.2, 0.15, 0.15].map((share) => latest.chance(share))
  const [isPooled, areJobsHeld, hasFloors, areLinesShort] = [0.2, 0.25, 0.5, 0.15].map((share) =>
    last.chance(share),
  )
  const limitedOf = (versions: Versions): Versions => {
    const sized = isSized ? withSizes(random, versions) : versions
    const derived = isDerived ? raised.versions(withApps(random, sized)) : sized
    const floored = isDerived && hasFloors ? withFloors(last, derived) : derived
    const rated = isContended ? withContendedRates(random, floored) : floored
    const contended = isPooled ? withPools(last, rated) : rated
    if (isDivided && isOne(versions)) return withDividedTotals(latest, contended)
    return isGuaranteed ? withTotals(latest, contended) : contended
  }
  return {
    versions: (versions) => {
      const limited = limitedOf(versions)
      return areLinesShort ? withFullLines(last, limited) : limited
    },
    jobs: (jobs, versions) => {
      const keyed = isKeyed ? withKeys(random, jobs) : jobs
      const crowded = isContended ? withCrowd(random, keyed) : keyed
      const waves = isDivided && isOne(versions) ? withWaves(latest, crowded) : crowded
      const pooled = isPooled ? withOwnPools(last, waves, versions) : waves
      return isDerived ? raised.jobs(pooled, versions) : pooled
    },
    acts: ({ versions, limiterActs, jobs }, { begin, end }) => ({
      ...(isSized ? { recounts: drawRecounts(random, versions, begin, end) } : {}),
      ...(isPaused ? { pauses: drawPauses(random, jobs, end) } : {}),
      ...(isDerived ? { appRates: raised.rates(drawAppRates(random, begin, end), jobs) } : {}),
      ...(isSet ? { limiterActs: withSets(random, limiterActs, versions) } : {}),
    }),
    later: (plan, end) => {
      const limiterActs = isGuaranteed ? withGuarantees(latest, plan, end) : plan.limiterActs
      return {
        ...(areQueuesPaused ? { queuePauses: drawQueuePauses(latest, plan.jobs, end) } : {}),
        limiterActs: areJobsHeld ? withTagActs(last, { ...plan, limiterActs }, end) : limiterActs,
      }
    },
  }
}
