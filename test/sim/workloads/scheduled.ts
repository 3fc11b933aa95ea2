/** Which runs have schedules, when those begin, and over how many partitions each version of the configuration spreads them. */
import type { SimRandom } from '../world/random.ts'
import type { Plan } from './plan.ts'
import { drawSchedules } from './schedule-plan.ts'
import { TRANSITIONS } from './schedule-rules.ts'
import type { Version } from './versions.ts'

const SHARE = 0.15

type Versions = Plan['versions']

interface Scheduled {
  versions(versions: Versions): Versions
  begin(drawn: number): number
  plan(frame: Pick<Plan, 'versions' | 'epoch_ms' | 'faultsUntil' | 'weather'>): Pick<Plan, 'schedules'>
}

const NONE: Scheduled = { versions: (versions) => versions, begin: (drawn) => drawn, plan: () => ({}) }

/** The first that is drawn. */
export const isScheduled = (random: SimRandom): boolean => random.chance(SHARE)

/** @param random of its own, so that a run without schedules is what it was */
export function drawScheduled(random: SimRandom): Scheduled {
  if (!isScheduled(random)) return NONE
  const transition = random.chance(0.35) ? random.pick(TRANSITIONS) : undefined
  return {
    begin: (drawn) => (transition ? transition.at - random.int(20_000, 150_000) : drawn),
    versions: (versions) => {
      const [first, ...others] = versions
      const all = [first, ...(others.length === 0 && random.chance(0.4) ? [first] : others)]
      return all.map((version) => spread(random, version)) as unknown as Versions
    },
    plan: ({ versions, epoch_ms: begin, faultsUntil: end, weather }) => ({
      schedules: drawSchedules(random, versions, { begin, end, isRough: weather === 'rough', transition }),
    }),
  }
}

function spread(random: SimRandom, version: Version): Version {
  const rule = { task: false, source: 'payload', keys: ['tenant'] } as const
  const schedules = {
    declared: [],
    partitions: random.int(1, 4),
    ...(random.chance(0.3) ? { partitionBy: rule } : {}),
  }
  return { ...version, config: { ...version.config, schedules } }
}
