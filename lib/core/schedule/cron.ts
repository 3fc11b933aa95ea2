/**
 * Cron expressions, by `croner`. Its version is pinned exactly, for what it does on days on which clocks are changed differs between
 * versions. Fields without a wildcard or a step are fixed times: such a time that occurs twice runs once, and one that a
 * change removes runs when the clocks have jumped. Others count on: they run as often as the clocks show their times.
 */
import { Cron, CronPattern } from 'croner'
import { clip } from '../text/clip.ts'
import { remembered } from './remembered.ts'
import type { CronRule } from './rule.ts'
import { zoneProblem } from './zone.ts'

const OPTIONS = { fixedTimeRule: 'no-wildcard', mode: '5-or-6-parts' } as const
const FIELDS = 'five fields (minute, hour, day, month, weekday), or six with seconds first'
const LONGEST_EXPRESSION = 250
/** Expressions of different zones, each of which holds some kilobytes. */
const MOST_EXPRESSIONS = 500
/** A thousand schedules of nine o'clock ask the same: for the next five and the one before. */
const MOST_ANSWERS = 32

export interface ParsedCron {
  /** Strictly after an instant. */
  readonly nextAfter: (at: number) => number | undefined
  /** Strictly before it. */
  readonly lastBefore: (at: number) => number | undefined
  /** The next local time that the expression means, strictly after another one, whether clocks show it or not. */
  readonly nextLocal: (local: number) => number | undefined
  readonly isFixedTime: boolean
  readonly isEveryHour: boolean
}

/** The expression with one space between its fields. */
export const spelledAlike = (cron: string): string => cron.trim().split(/\s+/).join(' ')

/** Why the expression cannot be read in that zone, or `undefined`. */
export const cronProblem = ({ cron, timeZone }: Omit<CronRule, 'kind'>): string | undefined =>
  expressionProblem(cron) ?? zoneProblem(timeZone)

/** Nothing long is remembered. */
const expressionProblem = (cron: string): string | undefined =>
  cron.length > LONGEST_EXPRESSION
    ? `the cron expression is longer than ${LONGEST_EXPRESSION} characters`
    : patternProblem(cron)

/** Each reader of a schedule asks. */
const patternProblem = remembered(MOST_EXPRESSIONS, (cron: string): string | undefined => {
  const fields = cron === '' ? [] : cron.split(' ')
  if (fields.length !== 5 && fields.length !== 6)
    return `the cron expression "${clip(cron)}" has ${fields.length} fields: write ${FIELDS}`
  try {
    new CronPattern(cron, undefined, OPTIONS)
    return undefined
  } catch (error) {
    const problem = error instanceof Error ? error.message.replace(/^CronPattern: |\.$/g, '') : String(error)
    return `the cron expression "${clip(cron)}" is not valid: ${clip(problem, 200)}; write ${FIELDS}`
  }
})

const parsedCron = remembered(MOST_EXPRESSIONS, (text: string): ParsedCron => {
  const [timeZone = '', cron = ''] = text.split('|')
  // What is no pattern croner would take for a date.
  const { isFixedTime, hour } = new CronPattern(cron, undefined, OPTIONS)
  const inZone = new Cron(cron, { ...OPTIONS, timezone: timeZone, paused: true })
  const anywhere = new Cron(cron, { ...OPTIONS, utcOffset: 0, paused: true })
  return {
    nextAfter: remembered(MOST_ANSWERS, (at) => inZone.nextRun(new Date(at))?.getTime()),
    lastBefore: remembered(MOST_ANSWERS, (at) => inZone.previousRuns(1, new Date(at))[0]?.getTime()),
    nextLocal: (local) => anywhere.nextRun(new Date(local))?.getTime(),
    isFixedTime,
    isEveryHour: hour.every((runs) => runs === 1),
  }
})

/** @throws TypeError or RangeError if it has a `cronProblem` */
export const cronOf = ({ cron, timeZone }: CronRule): ParsedCron => parsedCron(`${timeZone}|${cron}`)
