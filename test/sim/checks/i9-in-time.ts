/**
 * I9: while the clock ticks, jobs are put ahead of their time; when nothing fails any more no schedule is left behind, and what has been
 * done or removed is gone.
 */
import { TICK_AHEAD_MS } from '../../../lib/core/times.ts'
import type { Plan } from '../workloads/plan.ts'
import type { Effect } from '../world/events.ts'
import type { Invocation } from '../world/invocation.ts'
import type { Check, Seen } from './check.ts'
import type { EnabledHistory } from './enabled.ts'
import { isBoundWhileTicking } from './i7-bound.ts'
import { isActive, isKeptOut, type Life, type Lives, type ScheduleOnRecord } from './schedule-lives.ts'

/** A few calls, a message and a cold start; in kind weather each of them may be sent again. */
const handled_ms = ({ weather }: Plan): number => (weather === 'calm' ? 8000 : 45_000)
/** An index may show what was for so long. */
const LAG_MS = 12_000
const SLACK_MS = 500

export const inTime = (lives: Lives, enabled: EnabledHistory): Check => {
  const ticks: { readonly by: Invocation; readonly overAt: number }[] = []
  /** Sweeps are invocations of the same function. */
  const looking = new Set<Invocation>()
  return {
    name: 'I9 in time',
    after(event, seen) {
      const { truth } = seen
      if (event.kind === 'effect' && event.by.fn === 'tick' && isLook(event.effect)) looking.add(event.by)
      if (
        event.kind === 'over' &&
        looking.delete(event.by) &&
        event.how === 'done' &&
        !truth.troubled.has(event.by)
      )
        ticks.push({ by: event.by, overAt: truth.now })
      if (event.kind === 'note' && isBoundWhileTicking(truth.plan)) {
        const looked = ticks.findLast(({ overAt }) => overAt + handled_ms(truth.plan) < truth.now)
        const isFired = ({ item }: Life, from: number): boolean =>
          item !== undefined &&
          enabled.isAlways(truth.plan, item.partition, { version: 0, from, until: truth.now })
        for (const life of lives.all()) {
          if (looked && isFired(life, looked.by.begunAt)) judgeAhead(life, looked.by, seen)
          if (isFired(life, life.aloneEndedAt)) judgeBuffered(life, seen)
        }
      }
      if (event.kind === 'schedulesSettled') for (const life of lives.all()) judgeSettled(life, seen)
    },
    finally({ tables, fail }) {
      for (const pk of tables.schedules?.keys() ?? []) fail(`${pk} was removed, and is there`)
    },
  }
}

const isLook = (effect: Effect): boolean => effect.op === 'other' && effect.name === 'due schedules'

/** What that tick has seen was fired as far as it looks. */
function judgeAhead(
  { item, definedAt, aloneEndedAt, isLeftToClock }: Life,
  by: Invocation,
  seen: Seen,
): void {
  const { plan, now } = seen.truth
  if (!isActive(item) || item.nextAt === undefined || definedAt + LAG_MS > by.begunAt || mayWait(item, seen))
    return
  // Where a job was in the way, whether one still is gets decided when the tick is due; or by the next tick of the clock.
  const isLeftUntilDue = aloneEndedAt >= by.begunAt && (isLeftToClock || item.nextAt + handled_ms(plan) > now)
  if (isLeftUntilDue) return
  const least = by.begunAt + TICK_AHEAD_MS - 2 * plan.maxSkew_ms - SLACK_MS
  if (item.nextAt < least)
    seen.fail(
      `${item.pk}: ${new Date(item.nextAt).toISOString()} has made no job, ${now - by.begunAt} ms after a tick has looked`,
    )
}

/** The end of the job for which it has waited has it fired. */
function judgeBuffered({ item, aloneEndedAt, isLeftToClock }: Life, seen: Seen): void {
  const { now, plan } = seen.truth
  if (!isActive(item) || item.buffered === undefined || isLeftToClock || mayWait(item, seen)) return
  if (aloneEndedAt + handled_ms(plan) < now)
    seen.fail(
      `${item.pk}: the tick that waits has nothing to wait for, ${now - aloneEndedAt} ms after the job has ended`,
    )
}

/** Until the job of an earlier one is gone. What somebody has put in its place does not say that it keeps others out. */
const mayWait = (item: ScheduleOnRecord, { truth }: Seen): boolean =>
  item.options.overlap !== 'allow' && (truth.plan.edits.length > 0 || isKeptOut(item, truth))

function judgeSettled({ item, aloneEndedAt }: Life, seen: Seen): void {
  const { now, plan } = seen.truth
  if (!item) return
  // Whoever has died while it paused one has left that to the look at all schedules, once an hour.
  const isLeftToSweep = item.pause !== undefined
  if (item.withdraw && !isLeftToSweep) seen.fail(`${item.pk} has left jobs to be taken back`)
  const isKnown = plan.versions.every(({ input }) => Object.hasOwn(input.queues, item.queue))
  if (!isActive(item) || !isKnown || mayWait(item, seen)) return
  // The message that the end of a job sends is under way.
  if (aloneEndedAt + handled_ms(plan) > now) return
  // Somewhere in its window: then it is decided whether an earlier job is in the way.
  if (item.nextAt !== undefined && item.nextAt + item.options.window_ms < now)
    seen.fail(`${item.pk} is left behind: its next tick is ${now - item.nextAt} ms past`)
}
