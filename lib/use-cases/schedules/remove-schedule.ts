/** Somebody unschedules a name. */

import { putAhead } from '../../core/schedule/put-ahead.ts'
import type { Schedule } from '../../core/schedule/schedule.ts'
import { DeclaredScheduleError } from '../../core/schedule/schedule-errors.ts'
import { toScheduleItem, versionAfter } from '../../core/schedule/schedule-item.ts'
import type { KeyParts } from '../../core/schedule/schedule-key.ts'
import { scheduleKey } from '../../core/schedule/schedule-key.ts'
import { refuseIfFiring } from './firing-now.ts'
import { withdrawn } from './put-schedule.ts'
import { changing } from './standing.ts'
import type { ScheduleContext } from './withdraw.ts'

export interface Removal {
  /** Although the job of its last tick has not ended. */
  readonly isForced: boolean
  /** A deploy removes what a deploy has declared, and nothing else; everybody else the others. */
  readonly isDeclared: boolean
}

/** Returns whether there was one. One whose jobs have been put ahead stays, marked, until those are taken back. */
export function removeSchedule(
  context: ScheduleContext,
  parts: KeyParts,
  removal: Removal,
): Promise<boolean> {
  const { store } = context
  const named = { ...parts, key: scheduleKey(parts.task, parts.name) }
  return changing<boolean>(context, named, async (there) => {
    if (there.kind === 'absent') return false
    if (there.kind === 'schedule') return removeThis(context, there.schedule, removal)
    return (await store.schedules.remove(named.key, there.found)) === 'removed' || 'stale'
  })
}

/** @throws DeclaredScheduleError, ScheduleFiringError */
async function removeThis(
  context: ScheduleContext,
  schedule: Schedule,
  { isForced, isDeclared }: Removal,
): Promise<boolean | 'stale'> {
  const { store, config, clock } = context
  const { key, task, name, version, declared = false } = schedule
  if (declared !== isDeclared) {
    if (isDeclared) return false
    throw new DeclaredScheduleError(task, name)
  }
  await refuseIfFiring(context, schedule, isForced)
  const now = clock.now()
  const withdraw = putAhead(config, schedule, now)
  if (withdraw.length === 0) return (await store.schedules.remove(key, version)) === 'removed' || 'stale'
  const { pause: _, setAside: __, ...others } = schedule
  // Due now: if this caller dies, the next firing takes them back.
  const marked: Schedule = {
    ...others,
    withdraw,
    isRemoved: true,
    nextAt: now,
    updatedAt: now,
    version: versionAfter(version, now),
  }
  if ((await store.schedules.put(toScheduleItem(marked), version)) === 'stale') return 'stale'
  await withdrawn(context, marked)
  return true
}
