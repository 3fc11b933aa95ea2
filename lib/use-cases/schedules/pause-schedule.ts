/** A schedule is paused by a person, and goes on when somebody resumes it. A deploy does neither. */
import { tickToCome } from '../../core/schedule/definition.ts'
import { schedulePartition } from '../../core/schedule/partition-of.ts'
import { putAhead } from '../../core/schedule/put-ahead.ts'
import type { Schedule, SchedulePause } from '../../core/schedule/schedule.ts'
import { versionAfter } from '../../core/schedule/schedule-item.ts'
import { type KeyParts, scheduleKey } from '../../core/schedule/schedule-key.ts'
import { noting, putWhereAsked, withdrawn } from './put-schedule.ts'
import { changing, scheduleThere } from './standing.ts'
import type { ScheduleContext } from './withdraw.ts'

/**
 * Its jobs that are not due yet are taken back. One that is paused already stays as it is: whoever was first has the word.
 * @throws NoScheduleError, InvalidScheduleError, ScheduleBusyError
 */
export const pauseSchedule = (
  context: ScheduleContext,
  parts: KeyParts,
  note: Omit<SchedulePause, 'at'>,
): Promise<Schedule> =>
  rewriting(context, parts, ({ nextAt: _, ...schedule }, now) =>
    schedule.pause
      ? undefined
      : noting({ ...schedule, pause: { at: now, ...note } }, putAhead(context.config, schedule, now)),
  )

/** Ticks of the pause are gone, but for a one-time: that fires now. Meanwhile there may be another number of partitions. */
export const resumeSchedule = (context: ScheduleContext, parts: KeyParts): Promise<Schedule> =>
  rewriting(context, parts, ({ pause, ...schedule }, now) => {
    if (!pause) return undefined
    const nextAt = schedule.buffered ?? tickToCome(schedule, now)
    const partition = schedulePartition(context.config.schedules, schedule)
    return { ...schedule, partition, ...(nextAt === undefined ? {} : { nextAt }) }
  })

/** @param rewrite `undefined`: it is so already */
function rewriting(
  context: ScheduleContext,
  parts: KeyParts,
  rewrite: (schedule: Schedule, now: number) => Schedule | undefined,
): Promise<Schedule> {
  const named = { ...parts, key: scheduleKey(parts.task, parts.name) }
  return changing<Schedule>(context, named, async (there) => {
    const schedule = scheduleThere(there, parts)
    const now = context.clock.now()
    const rewritten = rewrite(schedule, now)
    if (!rewritten) return schedule
    const next = { ...rewritten, version: versionAfter(schedule.version, now) }
    const outcome = await putWhereAsked(context, next, schedule.version)
    return outcome === 'stale' ? 'stale' : withdrawn(context, next)
  })
}
