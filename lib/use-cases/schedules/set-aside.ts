/** A schedule that makes no sense fires no more, says why, and holds up nobody. */
import { asSetAside, rawAsSetAside } from '../../core/schedule/after-ticks.ts'
import { foundVersion, type RawSchedule, toScheduleItem } from '../../core/schedule/schedule-item.ts'
import { UNKNOWN_FOR_MS } from '../../core/times.ts'
import type { Context } from '../context.ts'
import type { Unfit } from './step.ts'

/**
 * What its queue has no place for may fit another configuration, while that decides, too; a queue that nobody knows may come by a
 * deploy, within a day. Until then its ticks stand still, and are missed.
 */
export async function setUnfitAside(context: Context, { schedule, reason, isUnknown }: Unfit): Promise<void> {
  const { clock, deployment, events, store } = context
  const now = clock.now()
  const waits = isUnknown && now - (schedule.nextAt ?? now) < UNKNOWN_FOR_MS
  if (waits || !(await deployment.isAlone())) {
    events.emit({ kind: 'schedule left to newer', schedule: schedule.key, reason })
    return
  }
  const item = toScheduleItem(asSetAside(schedule, { at: now, reason }))
  const outcome = await store.schedules.put(item, schedule.version)
  if (outcome === 'put') events.emit({ kind: 'schedule set aside', schedule: schedule.key, reason })
}

/** The same of an item that stands for no schedule. */
export async function setDamagedAside(context: Context, raw: RawSchedule, problem: string): Promise<void> {
  const { clock, events, store } = context
  const item = rawAsSetAside(raw, { at: clock.now(), reason: problem })
  const outcome = item && (await store.schedules.put(item, foundVersion(raw)))
  if (outcome === 'put') events.emit({ kind: 'schedule set aside', schedule: raw.pk, reason: problem })
  if (!item) events.emit({ kind: 'schedule damaged', schedule: raw.pk, problem })
}
