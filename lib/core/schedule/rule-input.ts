/** A rule as people write it, in the client, in the configuration and by hand in the table; and the checks of one that is kept. */
import * as z from 'zod'
import { clipValue } from '../text/clip.ts'
import { type Duration, parseDuration } from '../text/duration.ts'
import { isValidInstant } from '../text/instant.ts'
import { describeIssues } from '../text/issues.ts'
import { type Parsed, parsed, refused } from '../text/parsed.ts'
import { cronProblem, spelledAlike } from './cron.ts'
import type { CronRule, IntervalRule, OnceRule, Rule } from './rule.ts'
import { nextTick } from './ticks.ts'

const SHORTEST_INTERVAL_MS = 1000
const LONGEST_INTERVAL_MS = 366 * 86_400_000

/** When a schedule ticks: exactly one of `cron`, `every` and `at`. */
export type RuleInput = CronInput | IntervalInput | OnceInput

/** `{ cron: '0 9 * * MON-FRI', timeZone: 'Europe/Berlin' }` */
export interface CronInput {
  /**
   * Minute, hour, day, month, weekday, or six fields with seconds first. If day and weekday are both given, it ticks on either. Times
   * without `*` and `/` are fixed: each ticks exactly once on each of its local dates. One that daylight saving removes is moved to
   * when the clocks have jumped, and its job says so; one that occurs twice ticks the first time. With a wildcard or a step it
   * ticks as often as the clocks show such a time.
   */
  readonly cron: string
  /** An IANA name, like `Europe/Berlin`. Default: UTC. */
  readonly timeZone?: string | undefined
}

/** `{ every: '15m' }` */
export interface IntervalInput {
  /** Ms, or text like `30s`: from 1 s to 366 days. The first tick comes so long after the schedule is made. */
  readonly every: Duration | string
  /**
   * Ticks are whole intervals from 1970-01-01T00:00Z, whenever the schedule is made: `{ every: '1h', aligned: true }` ticks on the hour.
   * Default: they are counted from when it is made, and scheduling it again with the same interval leaves them where they are.
   */
  readonly aligned?: boolean | undefined
}

/** `{ at: '2030-01-31T09:00:00Z' }` */
export interface OnceInput {
  /** A Date, epoch ms, or ISO 8601 with its zone. If it is past, it ticks now. */
  readonly at: Date | string | number
}

const KINDS = ['cron', 'every', 'at'] as const

/** Of a strict object that has them beside others. `toRule` makes a rule of them. */
export const ruleFields = {
  cron: z.string().optional(),
  timeZone: z.string().optional(),
  every: z.union([z.number(), z.string()], 'is a number of ms, or text like "30s"').optional(),
  aligned: z.boolean().optional(),
  at: z.union([z.date(), z.string(), z.number()], 'is a Date, epoch ms, or text as ISO 8601').optional(),
}
const rulesSchema = z.strictObject(ruleFields)
type RuleFields = z.output<typeof rulesSchema>

/** The rule that a caller gave, or what has to be changed about it. Intervals that are not aligned count from `now`. */
export function parseRule(input: unknown, now: number): Parsed<Rule> {
  const fields = rulesSchema.safeParse(input)
  return fields.success ? toRule(fields.data, now) : refused(describeIssues(fields.error))
}

export function toRule(fields: RuleFields, now: number): Parsed<Rule> {
  const [kind, another] = KINDS.filter((name) => fields[name] !== undefined)
  if (kind === undefined) return refused('a rule has cron, every or at: give one of them')
  if (another !== undefined)
    return refused(`a rule has one of cron, every and at: leave ${kind} or ${another} out`)
  if (fields.timeZone !== undefined && kind !== 'cron')
    return refused(`timeZone goes with cron: leave it out beside ${kind}`)
  if (fields.aligned !== undefined && kind !== 'every')
    return refused(`aligned goes with every: leave it out beside ${kind}`)
  switch (kind) {
    case 'cron':
      return toCron(fields, now)
    case 'every':
      return toInterval(fields, now)
    case 'at':
      return toOnce(fields)
  }
}

function toCron({ cron = '', timeZone = 'UTC' }: RuleFields, now: number): Parsed<CronRule> {
  const rule: CronRule = { kind: 'cron', cron: spelledAlike(cron), timeZone }
  const problem = cronProblem(rule)
  if (problem !== undefined) return refused(problem)
  return nextTick(rule, now) === undefined
    ? refused(`the cron expression "${rule.cron}" never ticks: no date is in all of its fields`)
    : parsed(rule)
}

function toInterval({ every, aligned = false }: RuleFields, now: number): Parsed<IntervalRule> {
  const every_ms = parseDuration(every)
  if (every_ms === undefined)
    return refused(`every "${clipValue(every)}" is not a duration: write ms, or text like "30s", "5m", "1h"`)
  if (every_ms < SHORTEST_INTERVAL_MS || every_ms > LONGEST_INTERVAL_MS)
    return refused(`every "${clipValue(every)}" is not from 1 s to 366 days`)
  return parsed({ kind: 'every', every_ms, from: aligned ? 0 : now })
}

/** Without a zone each machine would read it as another instant. */
const withZone = z.iso.datetime({ offset: true })

function toOnce({ at }: RuleFields): Parsed<OnceRule> {
  if (typeof at === 'string' && !withZone.safeParse(at).success)
    return refused(
      `at "${clipValue(at)}" is not ISO 8601 with its zone, like 2030-01-31T09:00:00Z or …+01:00`,
    )
  const time = at === undefined ? Number.NaN : new Date(at).getTime()
  return isValidInstant(time)
    ? parsed({ kind: 'at', at: time })
    : refused(`at "${clipValue(at)}" is not a time between 1970 and 9999`)
}

/** The rule that stays, if somebody gives a schedule this one anew: an interval goes on counting from where it has begun. */
export const continued = (earlier: Rule, rule: Rule): Rule =>
  earlier.kind === 'every' &&
  rule.kind === 'every' &&
  earlier.every_ms === rule.every_ms &&
  bothCount(earlier, rule)
    ? earlier
    : rule

const bothCount = (one: IntervalRule, other: IntervalRule): boolean => (one.from === 0) === (other.from === 0)

const instant = z.number().refine(isValidInstant, 'is no time: epoch ms, a whole number up to the year 9999')

/** A rule as it is kept. This process may not know its zone, or read it as the one that has written it. */
export const ruleSchema: z.ZodType<Rule> = z.discriminatedUnion('kind', [
  z
    .strictObject({ kind: z.literal('cron'), cron: z.string(), timeZone: z.string() })
    .superRefine(({ cron, timeZone }, context) => {
      const problem = cronProblem({ cron, timeZone })
      if (problem !== undefined) context.addIssue({ code: 'custom', message: problem })
    }),
  z.strictObject({
    kind: z.literal('every'),
    every_ms: z.int().min(SHORTEST_INTERVAL_MS).max(LONGEST_INTERVAL_MS),
    from: instant,
  }),
  z.strictObject({ kind: z.literal('at'), at: instant }),
])
