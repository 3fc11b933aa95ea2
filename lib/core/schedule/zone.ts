/**
 * What the clocks of a time zone show, and when they are changed. A local time is a number as well: the epoch ms at which the clocks of
 * UTC show the same, so that it can be compared and counted with. Some local times exist twice, and some never do.
 */
import { clip } from '../text/clip.ts'
import { remembered } from './remembered.ts'

const SECOND_MS = 1000
export const DAY_MS = 86_400_000

/** Time zones that few applications have more of; each holds some kilobytes. */
const MOST_ZONES = 600

/** IANA's longest has half as many characters. What is longer is not remembered. */
const LONGEST_NAME = 64

/**
 * Names without a place that the library behind `Intl` understands, and IANA does not know. It reads BST as Dhaka's time and IST as
 * Kolkata's, which is not what people in London and Dublin mean.
 */
const NO_IANA_NAME =
  /^(?:ACT|AET|AGT|ART|AST|BET|BST|CAT|CNT|CST|CTT|EAT|ECT|IET|IST|JST|MIT|NET|NST|PLT|PNT|PRT|PST|SST|VST|SystemV\/.*)$/i

/** Why there is no such time zone, or `undefined`. */
export function zoneProblem(timeZone: string): string | undefined {
  const mayBeName = timeZone.length <= LONGEST_NAME && !/^[+-]/.test(timeZone) && !NO_IANA_NAME.test(timeZone)
  const isKnown = mayBeName && formatOf(timeZone) !== undefined
  return isKnown
    ? undefined
    : `there is no time zone "${clip(timeZone)}": write its IANA name, like Europe/Berlin or UTC`
}

const formatOf = remembered(MOST_ZONES, (timeZone: string): Intl.DateTimeFormat | undefined => {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  } catch {
    return undefined // a RangeError: it knows no such zone
  }
})

/** The local time at an instant. */
export function localTime(at: number, timeZone: string): number {
  if (timeZone === 'UTC') return at
  const format = formatOf(timeZone)
  if (!format) throw new RangeError(zoneProblem(timeZone))
  const parts: Record<string, number> = {}
  for (const { type, value } of format.formatToParts(at)) parts[type] = Number(value)
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = parts
  return Date.UTC(year, month - 1, day, hour, minute, second, at % SECOND_MS)
}

const offset = (at: number, timeZone: string): number => localTime(at, timeZone) - at

/** Clocks that show `before` at the instant show `after` instead. */
export interface ClockChange {
  readonly at: number
  /** Local times. */
  readonly before: number
  readonly after: number
}

/** Not even the zones that change four times a year change twice within this. */
const STEP_MS = 7 * DAY_MS

/** The changes after an instant, and not after another one. */
export function clockChanges(timeZone: string, after: number, until: number): ClockChange[] {
  const changes: ClockChange[] = []
  for (let from = after; from < until; from += STEP_MS) {
    const change = changeWithin(timeZone, from, Math.min(from + STEP_MS, until))
    if (change) changes.push(change)
  }
  return changes
}

/** By halves, to the second: clocks are changed on whole ones. */
function changeWithin(timeZone: string, from: number, until: number): ClockChange | undefined {
  let [low, high] = [Math.floor(from / SECOND_MS), Math.floor(until / SECOND_MS)]
  const before = offset(low * SECOND_MS, timeZone)
  const after = offset(high * SECOND_MS, timeZone)
  if (before === after) return undefined
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (offset(middle * SECOND_MS, timeZone) === before) low = middle
    else high = middle
  }
  const at = high * SECOND_MS
  return { at, before: at + before, after: at + after }
}

/** The change that jumps over a local time. Absent: clocks show it, once or twice. */
export function gapAround(local: number, timeZone: string): ClockChange | undefined {
  const changes = clockChanges(timeZone, local - 2 * DAY_MS, local + 2 * DAY_MS)
  return changes.find(({ before, after }) => before <= local && local < after)
}

export const startOfDay = (local: number): number => Math.floor(local / DAY_MS) * DAY_MS
