/** Rules of schedules, each with so few ticks that a run comes to its end; and the moments at which clocks change. */

import type { RuleInput } from '../../../lib/core/schedule/rule-input.ts'
import { parseDuration } from '../../../lib/core/text/duration.ts'
import type { SimRandom } from '../world/random.ts'

/** When the clocks of a zone change, and by how many minutes they are ahead of UTC before and after. */
export interface Transition {
  readonly zone: string
  readonly at: number
  readonly before_min: number
  readonly after_min: number
}

const HOUR = 60
export const TRANSITIONS: readonly [Transition, ...Transition[]] = [
  { zone: 'Europe/Berlin', at: Date.UTC(2025, 2, 30, 1), before_min: HOUR, after_min: 2 * HOUR },
  { zone: 'Europe/Berlin', at: Date.UTC(2025, 9, 26, 1), before_min: 2 * HOUR, after_min: HOUR },
  { zone: 'America/New_York', at: Date.UTC(2025, 2, 9, 7), before_min: -5 * HOUR, after_min: -4 * HOUR },
  { zone: 'America/New_York', at: Date.UTC(2025, 10, 2, 6), before_min: -4 * HOUR, after_min: -5 * HOUR },
  { zone: 'Australia/Lord_Howe', at: Date.UTC(2025, 9, 4, 15, 30), before_min: 630, after_min: 660 },
  { zone: 'Australia/Lord_Howe', at: Date.UTC(2025, 3, 5, 15), before_min: 660, after_min: 630 },
  // Where midnight is removed.
  { zone: 'America/Santiago', at: Date.UTC(2025, 8, 7, 4), before_min: -4 * HOUR, after_min: -3 * HOUR },
]

export interface RuleSpan {
  readonly begin: number
  readonly end: number
  readonly transition: Transition | undefined
}

const MOST_TICKS = 25
const MINUTE_MS = 60_000
const DAY_MIN = 1440
const STEPS_S = [10, 15, 20, 30] as const
const PACES_MS = [10_000, 15_000, 30_000, 60_000, 120_000] as const

export function drawRule(random: SimRandom, { begin, end, transition }: RuleSpan): RuleInput {
  const least_ms = Math.max(2000, Math.floor((end - begin) / MOST_TICKS))
  const kind = random.pick(['cron', 'cron', 'every', 'every', 'aligned', 'once', 'once'])
  if (transition && random.chance(0.6)) return fixedNear(random, transition)
  switch (kind) {
    case 'cron':
      return { cron: drawCron(random, least_ms), timeZone: transition?.zone ?? 'UTC' }
    case 'every':
      return { every: random.int(least_ms, 4 * least_ms) }
    case 'aligned':
      return { every: PACES_MS.find((pace) => pace >= least_ms) ?? 120_000, aligned: true }
    default:
      return { at: random.int(begin - 2 * MINUTE_MS, end + MINUTE_MS) }
  }
}

function drawCron(random: SimRandom, least_ms: number): string {
  const steps = STEPS_S.filter((step) => step * 1000 >= least_ms)
  const step = steps[random.int(0, steps.length)]
  return step === undefined ? '* * * * *' : `*/${step} * * * * *`
}

/** A time of day a few minutes about the change, as the clocks show it before or after. */
function fixedNear(random: SimRandom, { zone, at, before_min, after_min }: Transition): RuleInput {
  const shown_min = at / MINUTE_MS + random.pick([before_min, after_min]) + random.int(-3, 8)
  const minute = ((shown_min % DAY_MIN) + DAY_MIN) % DAY_MIN
  return { cron: `${minute % HOUR} ${Math.floor(minute / HOUR)} * * *`, timeZone: zone }
}

/** The shortest time between two of its ticks. */
export function gapOf(rule: RuleInput): number {
  if ('every' in rule) return parseDuration(rule.every) ?? MINUTE_MS
  const step = 'cron' in rule ? /^\*\/(\d+) /.exec(rule.cron)?.[1] : undefined
  return step === undefined ? MINUTE_MS : Number(step) * 1000
}
