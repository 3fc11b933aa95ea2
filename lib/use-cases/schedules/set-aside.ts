/** A schedule that makes no sense fires no more, says why, and holds up nobody. */
import { asSetAside, rawAsSetAside } from '../../core/schedule/after-ticks.ts'
import {
  type FoundVersion,
  foundVersion,
  type RawSchedule,
  type ScheduleItem,
  toScheduleItem,
} from '../../core/schedule/schedule-item.ts'
import { UNKNOWN_FOR_MS } from '../../core/times.ts'
import type { Context } from '../context.ts'
import type { Unfit } from './step.ts'

/**
 * What its queue has no place for may fit another configuration, while that decides, too; a queue that nobody knows may come by a
 * deploy, within a day. Until then its ticks stand still, and are missed.
 */
export async function setUnfitAside(context: Context, { schedule, reason, isUnknown }: Unfit): Promise<void> {
  const now = context.clock.now()
  if (isUnknown && now - (schedule.nextAt ?? now) < UNKNOWN_FOR_MS)
    return leaveToNewer(context, schedule.key, reason)
  await setAside(context, toScheduleItem(asSetAside(schedule, { at: now, reason })), schedule.version, reason)
}

/** The same of an item that stands for no schedule; or for one that a newer function has written, and reads. */
export async function setDamagedAside(context: Context, raw: RawSchedule, reason: string): Promise<void> {
  const item = rawAsSetAside(raw, { at: context.clock.now(), reason })
  if (item) await setAside(context, item, foundVersion(raw), reason)
  else context.events.emit({ kind: 'schedule damaged', schedule: raw.pk, problem: reason })
}

async function setAside(
  context: Context,
  item: ScheduleItem,
  found: FoundVersion,
  reason: string,
): Promise<void> {
  if (!(await context.deployment.isAlone())) return leaveToNewer(context, item.pk, reason)
  const outcome = await context.store.schedules.put(item, found)
  if (outcome === 'put') context.events.emit({ kind: 'schedule set aside', schedule: item.pk, reason })
}

const leaveToNewer = ({ events }: Context, schedule: string, reason: string): void =>
  events.emit({ kind: 'schedule left to newer', schedule, reason })
