/**
 * Fires a schedule whose jobs must not overlap. They share a unique key, which one that waits or runs keeps. Whether it is in the way
 * of a tick is decided when that tick is due, and not when its job could be put ahead: by then it may be over.
 */
import { type FoundLock, type UniqueJob, uniqueOf } from '../../core/job/lock.ts'
import { afterTicks, withBuffered } from '../../core/schedule/after-ticks.ts'
import { dueAtOf, overlapKey } from '../../core/schedule/job-of-tick.ts'
import { type Alone, dueAlone, passedOver } from '../../core/schedule/overlap.ts'
import type { Schedule } from '../../core/schedule/schedule.ts'
import { toScheduleItem } from '../../core/schedule/schedule-item.ts'
import { TICK_AHEAD_MS, WAKE_SOON_MS } from '../../core/times.ts'
import { jobAt, type Made } from './jobs-of-ticks.ts'
import { type FiringContext, OVER, type Step } from './step.ts'
import { tellFired, tellSkipped } from './tell.ts'

export async function fireAlone(context: FiringContext, schedule: Schedule): Promise<Step> {
  const now = context.clock.now()
  const due = dueAlone(schedule, now, now + TICK_AHEAD_MS)
  if (due.at === undefined) return due.skipped ? goOn(context, schedule, due) : OVER
  const only = onlyJob(context, schedule, due.at)
  if (only.kind === 'unfit') return only
  const { isThere, found } = await holderOf(context, only.value)
  if (isThere) return inTheWay(context, schedule, due, due.at)
  return fire(context, schedule, due, { only: only.value, found })
}

function onlyJob(context: FiringContext, schedule: Schedule, at: number): Made<UniqueJob> {
  const job = jobAt(context, schedule, at)
  if (job.kind === 'unfit') return job
  const unique = { key: overlapKey(schedule.key) }
  const only = uniqueOf(unique, job.value, job.value.sk, context.clock.now())
  if (only.ok) return { kind: 'made', value: only.value }
  return { kind: 'unfit', schedule, reason: only.reason, isUnknown: false }
}

interface Holder {
  /** The lock is another job's, which waits or runs. */
  readonly isThere: boolean
  readonly found?: FoundLock
}

async function holderOf({ store }: FiringContext, { item, lock }: UniqueJob): Promise<Holder> {
  const found = await store.history.lock(lock)
  if (!found) return { isThere: false }
  const isOwn = found.job.pk === item.pk && found.job.sk === item.sk
  return { isThere: !isOwn && (await store.jobs.get(found.job)) !== undefined, found }
}

interface Firing {
  readonly only: UniqueJob
  readonly found: FoundLock | undefined
}

async function fire(
  context: FiringContext,
  schedule: Schedule,
  due: Alone,
  { only: { item, lock }, found }: Firing,
): Promise<Step> {
  const now = context.clock.now()
  const next = afterTicks(context.config, schedule, due, now)
  await context.pace?.()
  const outcome = await context.store.schedules.fire({
    schedule: toScheduleItem(next),
    found: schedule.version,
    jobs: [item],
    lock: { lock, ...(found ? { found } : {}) },
  })
  switch (outcome.kind) {
    case 'fired':
      tellSkipped(context, schedule, due.why, due.skipped)
      tellFired(context, schedule, 1)
      return { kind: 'gone on', schedule: next, isMore: due.isMore }
    case 'exists':
      return goOn(context, schedule, due)
    case 'busy':
      return { kind: 'later', at: now + WAKE_SOON_MS }
    // Somebody has made another job of it meanwhile, or the one that has the lock was put back.
    case 'locked':
    case 'stale':
      return { kind: 'stale' }
  }
}

async function goOn(context: FiringContext, schedule: Schedule, due: Alone): Promise<Step> {
  const next = afterTicks(context.config, schedule, due, context.clock.now())
  await context.pace?.()
  const outcome = await context.store.schedules.put(toScheduleItem(next), schedule.version)
  if (outcome === 'stale') return { kind: 'stale' }
  tellSkipped(context, schedule, due.why, due.skipped)
  return { kind: 'gone on', schedule: next, isMore: due.isMore }
}

async function inTheWay(context: FiringContext, schedule: Schedule, due: Alone, at: number): Promise<Step> {
  const now = context.clock.now()
  const dueAt = dueAtOf(schedule, at)
  if (dueAt > now) return { kind: 'later', at: dueAt }
  // A one-time is never skipped: somebody may have wanted a job of it beside its rule, and then it waits for that.
  if (schedule.options.overlap === 'skip' && schedule.rule.kind !== 'at')
    return goOn(context, schedule, passedOver(schedule, at, { now, until: now + TICK_AHEAD_MS }))
  // The end of that job brings a message, and each minute's tick looks.
  if (schedule.buffered === at) return OVER
  const next = withBuffered(schedule, at, now)
  await context.pace?.()
  const outcome = await context.store.schedules.put(toScheduleItem(next), schedule.version)
  if (outcome === 'stale') return { kind: 'stale' }
  tellSkipped(context, schedule, due.why, due.skipped)
  return OVER
}
