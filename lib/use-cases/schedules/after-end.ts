/**
 * What the end of a job means for its schedule: the tick that has waited for it is fired, and a schedule whose only tick has succeeded
 * goes. Whoever dies before this leaves the one to the next minute's tick, and the other to the sweep.
 */
import type { Ending } from '../../core/job/ending.ts'
import type { Job } from '../../core/job/job.ts'
import { overlapKey } from '../../core/schedule/job-of-tick.ts'
import type { Schedule, TickOfJob } from '../../core/schedule/schedule.ts'
import { scheduleKey } from '../../core/schedule/schedule-key.ts'
import { TICK_AHEAD_MS } from '../../core/times.ts'
import type { Context } from '../context.ts'
import { readAgain } from './read-again.ts'

type EndContext = Pick<Context, 'store' | 'wake' | 'clock' | 'events'>

export async function afterEnd(
  context: EndContext,
  { schedule: tick, item }: Job,
  ending: Ending,
): Promise<void> {
  if (!tick || (ending.kind !== 'done' && ending.kind !== 'dead')) return
  const key = scheduleKey(tick.task, tick.name)
  const mayGo = ending.kind === 'done' && isOnly(tick)
  const waitedFor = item['uniqueKey'] === overlapKey(key)
  if (!mayGo && !waitedFor) return
  try {
    const schedule = await readAgain(context, key)
    if (!schedule) return
    if (waitedFor && schedule.buffered !== undefined) await fireNow(context, schedule)
    if (mayGo && isDone(schedule, tick)) await context.store.schedules.remove(key, schedule.version)
  } catch (error) {
    context.events.emit({ kind: 'schedule not looked at', schedule: key, error })
  }
}

/** Until the next tick looks, the ticks after it are looked at by the messages that this one brings. */
const fireNow = ({ wake, clock }: EndContext, { key }: Schedule): Promise<void> =>
  wake.send([{ fire: [key], until: clock.now() + TICK_AHEAD_MS, delay_ms: 0 }])

const isOnly = ({ next, isManual }: TickOfJob): boolean => next.length === 0 && !isManual

/** Nobody has scheduled it anew. One that is declared stays, lest the next deploy makes it again. */
const isDone = ({ rule, nextAt, declared }: Schedule, tick: TickOfJob): boolean =>
  rule.kind === 'at' && rule.at === tick.at && nextAt === undefined && !declared
