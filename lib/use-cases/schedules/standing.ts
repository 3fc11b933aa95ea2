/** What stands under the name of a schedule, for whoever changes it; and how often a change is tried that others come before. */
import type { Schedule, ScheduleKey } from '../../core/schedule/schedule.ts'
import {
  InvalidScheduleError,
  NoScheduleError,
  ScheduleBusyError,
} from '../../core/schedule/schedule-errors.ts'
import { type FoundVersion, foundVersion, isRaw, readSchedule } from '../../core/schedule/schedule-item.ts'
import type { KeyParts } from '../../core/schedule/schedule-key.ts'
import { type ScheduleContext, withdrawJobs } from './withdraw.ts'

export type Standing =
  | { readonly kind: 'absent' }
  | { readonly kind: 'schedule'; readonly schedule: Schedule }
  /** Somebody has put it by hand, or damaged it. */
  | { readonly kind: 'unreadable'; readonly found: Exclude<FoundVersion, 'absent'>; readonly reason: string }
  | { readonly kind: 'busy' }

/** Each time somebody else has changed it: of so many who do that simultaneously all have their turn. */
const MOST_TRIES = 50

/** What an earlier change has left to be taken back is taken back first: whose caller may have died. */
export async function standing(context: ScheduleContext, key: ScheduleKey): Promise<Standing> {
  const item = await context.store.schedules.get(key)
  const found = foundVersion(item)
  if (!item || found === 'absent') return { kind: 'absent' }
  if (isRaw(item)) return { kind: 'unreadable', found, reason: 'somebody has just put it by hand' }
  const read = readSchedule(item)
  if (!read.ok) return { kind: 'unreadable', found, reason: read.reason }
  if (!read.value.withdraw && !read.value.isRemoved) return { kind: 'schedule', schedule: read.value }
  const withdrawn = await withdrawJobs(context, read.value)
  if (withdrawn.kind === 'busy') return withdrawn
  return withdrawn.schedule ? { kind: 'schedule', schedule: withdrawn.schedule } : { kind: 'absent' }
}

/**
 * Tries a change by what stands there; `'stale'`: somebody else was first, so it is tried by what stands there then.
 * @throws ScheduleBusyError if others always are
 */
export async function changing<T>(
  context: ScheduleContext,
  { key, task, name }: Pick<Schedule, 'key'> & KeyParts,
  change: (there: Exclude<Standing, { kind: 'busy' }>) => Promise<T | 'stale'>,
): Promise<T> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const there = await standing(context, key)
    if (there.kind === 'busy') break
    const outcome = await change(there)
    if (outcome !== 'stale') return outcome
  }
  throw new ScheduleBusyError(task, name)
}

/** @throws NoScheduleError, InvalidScheduleError */
export function scheduleThere(
  there: Exclude<Standing, { kind: 'busy' }>,
  { task, name }: KeyParts,
): Schedule {
  if (there.kind === 'absent') throw new NoScheduleError(task, name)
  if (there.kind === 'schedule') return there.schedule
  throw new InvalidScheduleError(
    `schedule "${name}" of task "${task}" cannot be read (${there.reason}): schedule it anew, or unschedule it`,
  )
}
