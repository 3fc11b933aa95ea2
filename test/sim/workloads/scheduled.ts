/** Which runs have schedules, when those begin and end, and what each version of the configuration says of schedules. */
import type { SimRandom } from '../world/random.ts'
import { drawClockOutage, longerFor } from './clock-outages.ts'
import { drawDeclared, drawDeclaredActs } from './declared.ts'
import { drawEnablings, enabledIn } from './enablings.ts'
import type { Plan, RunSpan } from './plan.ts'
import { drawPutByHand } from './put-by-hand.ts'
import { drawSchedules } from './schedule-plan.ts'
import { TRANSITIONS } from './schedule-rules.ts'
import type { Version } from './versions.ts'

const SHARE = 0.15

type Versions = Plan['versions']

interface Scheduled {
  versions(versions: Versions, span: RunSpan): Versions
  begin(drawn: number): number
  end(drawn: number): number
  plan(frame: Pick<Plan, 'versions' | 'epoch_ms' | 'faultsUntil' | 'weather'>): Pick<Plan, 'schedules'>
}

const NONE: Scheduled = {
  versions: (versions) => versions,
  begin: (drawn) => drawn,
  end: (drawn) => drawn,
  plan: () => ({}),
}

/** The first that is drawn. */
export const isScheduled = (random: SimRandom): boolean => random.chance(SHARE)

/**
 * @param random of its own, so that a run without schedules is what it was
 * @param latest and this one draws what was added later
 */
export function drawScheduled(random: SimRandom, latest: SimRandom): Scheduled {
  if (!isScheduled(random)) return NONE
  const transition = random.chance(0.35) ? random.pick(TRANSITIONS) : undefined
  const [isOut, isRestricted, isDeclared, isByHand] = [0.25, 0.25, 0.4, 0.3].map((share) =>
    latest.chance(share),
  )
  return {
    begin: (drawn) => (transition ? transition.at - random.int(20_000, 150_000) : drawn),
    end: (drawn) => (isOut ? longerFor(latest, drawn) : drawn),
    versions: (versions, span) => {
      const [first, ...others] = versions
      const all = [first, ...(others.length === 0 && random.chance(0.4) ? [first] : others)]
      const spreadOut = all.map((version) => spread(random, version))
      const restricted = isRestricted ? spreadOut.map((one) => enabledIn(latest, one)) : spreadOut
      return (isDeclared ? drawDeclared(latest, restricted, span) : restricted) as unknown as Versions
    },
    plan: ({ versions, epoch_ms: begin, faultsUntil: end, weather }) => {
      const isRough = weather === 'rough'
      const span = { begin, end, isRough, transition }
      const dynamic = drawSchedules(random, versions, span)
      const ofDeclared = isDeclared ? drawDeclaredActs(latest, versions, span) : []
      const drawn = { ...dynamic, acts: [...dynamic.acts, ...ofDeclared] }
      return {
        schedules: {
          ...(isByHand ? drawPutByHand(latest, drawn, { versions, ...span }) : drawn),
          ...(isOut ? { clockOutage: drawClockOutage(latest, { begin, end }) } : {}),
          ...(isRestricted ? { enablings: drawEnablings(latest, versions, { begin, end }) } : {}),
        },
      }
    },
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
