/**
 * The jobs of a schedule that were put ahead of their ticks, and what becomes of it when they are taken back. A tick whose job was
 * surely taken back is as if nobody had fired it; one whose job was not there, or is claimed, has been fired.
 */
import { earliest } from '../earliest.ts'
import type { Config } from '../queue/configured.ts'
import { TICK_AHEAD_MS } from '../times.ts'
import { dueAtOf, idOfTick, jobOfTick } from './job-of-tick.ts'
import type { Schedule, WithdrawnJob } from './schedule.ts'
import { versionAfter } from './schedule-item.ts'
import { nextTick, previousTick } from './ticks.ts'

/** One that ticks each second has as many as there are seconds between two ticks of the clock, and in which a window is open. */
const MOST_AHEAD = 1000

/** Where the jobs stand that are not due yet, in the order of their ticks: also those whose tick is over and whose window is open. */
export function putAhead(config: Config, schedule: Schedule, now: number): WithdrawnJob[] {
  const { rule, lastAt, options } = schedule
  // Its jobs are put before it goes on: who has died in between has put some that it does not tell of.
  const last = options.delivery === 'atLeastOnce' ? now + TICK_AHEAD_MS : (lastAt ?? Number.NEGATIVE_INFINITY)
  const places: WithdrawnJob[] = []
  let at = nextTick(rule, now - dueAtOf(schedule, 0))
  for (let seen = 0; at !== undefined && at <= last && seen < MOST_AHEAD; seen++) {
    const place = placeOfTick(config, schedule, at)
    if (place) places.push(place)
    at = nextTick(rule, at)
  }
  return places
}

/** Where the job of a tick was put. Absent: none can be made by this configuration. */
export function placeOfTick(config: Config, schedule: Schedule, at: number): WithdrawnJob | undefined {
  const { task, name } = schedule
  const job = jobOfTick(config, schedule, { task, name, at, next: [] }, idOfTick(schedule, at))
  return job.ok ? { pk: job.value.pk, sk: job.value.sk } : undefined
}

/** The last tick whose job is due, if the schedule has fired it. */
export function lastDueTick(schedule: Schedule, now: number): number | undefined {
  const { rule, lastAt, createdAt, ruleFrom = createdAt } = schedule
  if (lastAt === undefined || dueAtOf(schedule, lastAt) <= now) return lastAt
  const before = previousTick(rule, now - dueAtOf(schedule, 0) + 1)
  return before !== undefined && before > ruleFrom ? before : undefined
}

/** The tick of which a job's key tells. */
export const tickOfPlace = ({ sk }: WithdrawnJob): number => Date.parse(sk.slice(sk.lastIndexOf('@') + 1))

/** One that was looked at, and whether its job is gone by the very write that says so. */
export interface LookedAt {
  readonly place: WithdrawnJob
  readonly isTakenBack: boolean
}

/** @param looked the last ones of `withdraw`, the latest first */
export function afterTakingBack(schedule: Schedule, looked: readonly LookedAt[], now: number): Schedule {
  const { withdraw = [], lastAt: _, nextAt: __, ...rest } = schedule
  const left = withdraw.slice(0, withdraw.length - looked.length)
  const lastAt = lastFired(schedule, looked, left)
  const nextAt = nextOf(schedule, lastAt, looked)
  const { withdraw: ___, ...others } = { withdraw, ...rest }
  return {
    ...others,
    ...(left.length === 0 ? {} : { withdraw: left }),
    ...(lastAt === undefined ? {} : { lastAt }),
    ...(nextAt === undefined ? {} : { nextAt }),
    version: versionAfter(schedule.version, now),
  }
}

/** Goes back over the ticks that were taken back, up to one that was not. */
function lastFired(
  schedule: Schedule,
  looked: readonly LookedAt[],
  left: readonly WithdrawnJob[],
): number | undefined {
  let { lastAt } = schedule
  for (const [index, { place, isTakenBack }] of looked.entries()) {
    const at = tickOfPlace(place)
    if (at > (lastAt ?? Number.NEGATIVE_INFINITY)) continue
    if (!isTakenBack || at !== lastAt) break
    const before = looked[index + 1]?.place ?? left.at(-1)
    lastAt = before ? tickOfPlace(before) : tickBefore(schedule, at)
  }
  return lastAt
}

/** Absent if another rule has come by the change that takes jobs back: of that one no tick was fired yet. */
function tickBefore(schedule: Schedule, at: number): number | undefined {
  const { rule, pause, createdAt, updatedAt, ruleFrom = createdAt } = schedule
  if (rule.kind === 'at' || (!pause && updatedAt === ruleFrom)) return undefined
  const before = previousTick(rule, at)
  return before !== undefined && before > ruleFrom ? before : undefined
}

/** What was taken back stays to be fired, and nothing else: ticks of a pause that is over are gone. */
function nextOf(
  { rule, nextAt, lastAt: before, pause, setAside, isRemoved, createdAt, ruleFrom = createdAt }: Schedule,
  lastAt: number | undefined,
  looked: readonly LookedAt[],
): number | undefined {
  if (pause || setAside || isRemoved) return nextAt
  if (rule.kind !== 'at')
    return lastAt === before ? nextAt : earliest(nextAt, nextTick(rule, Math.max(ruleFrom, lastAt ?? 0)))
  const own = looked.find(({ place }) => tickOfPlace(place) === rule.at)
  if (!own) return nextAt
  return own.isTakenBack ? rule.at : undefined
}
