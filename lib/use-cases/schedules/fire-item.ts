/** What a visit does with one item of the Schedules table, whoever has written it and whatever it says. */
import { isEnabled } from '../../core/schedule/enabled.ts'
import { isListedRight, isLongDone } from '../../core/schedule/left-schedule.ts'
import { schedulePartition } from '../../core/schedule/partition-of.ts'
import type { Schedule } from '../../core/schedule/schedule.ts'
import { isRaw, type RawSchedule, readSchedule, versionAfter } from '../../core/schedule/schedule-item.ts'
import { FIRED_AGAIN_MS, LEFT_TO_NEWER_MS, WAKE_SOON_MS } from '../../core/times.ts'
import type { PartitionsNote } from '../../ports/store.ts'
import type { Context } from '../context.ts'
import { adoptSchedule } from './adopt-schedule.ts'
import { fireSchedule, isUnfinished, TRIES } from './fire-schedule.ts'
import { putWhereAsked } from './put-schedule.ts'
import { setDamagedAside, setUnfitAside } from './set-aside.ts'
import type { FiringContext } from './step.ts'
import { withdrawJobs } from './withdraw.ts'

export interface Visit extends Context, FiringContext {
  /** Whether its time is over. */
  readonly isOver: () => boolean
  /** As it was when the visit began. */
  readonly note: PartitionsNote
}

/** Returns when it has to be looked at again, if at all: epoch ms. It never throws, so that it holds up no other. */
export async function fireItem(visit: Visit, item: RawSchedule): Promise<number | undefined> {
  const { clock, deployment, events } = visit
  try {
    // A deploy may come amid a visit, and move schedules: a configuration that it has replaced must not move them back.
    if (await deployment.isReplaced()) return clock.now() + LEFT_TO_NEWER_MS
    return isRaw(item) ? await adoptAndFire(visit, item) : await readAndFire(visit, item)
  } catch (error) {
    events.emit({ kind: 'schedule not fired', schedule: item.pk, error })
    return clock.now() + FIRED_AGAIN_MS
  }
}

async function adoptAndFire(visit: Visit, item: RawSchedule): Promise<number | undefined> {
  const adopted = await adoptSchedule(visit, item)
  if (adopted.kind === 'schedule') return fire(visit, adopted.schedule)
  return adopted.kind === 'later' ? adopted.at : undefined
}

async function readAndFire(visit: Visit, item: RawSchedule): Promise<number | undefined> {
  const schedule = readSchedule(item)
  if (schedule.ok) return fire(visit, await seenTo(visit, item, schedule.value))
  await setDamagedAside(visit, item, schedule.reason)
  return undefined
}

async function fire(visit: Visit, schedule: Schedule | undefined): Promise<number | undefined> {
  if (!schedule) return undefined
  const partition = schedulePartition(visit.config.schedules, schedule)
  if (!isEnabled(partition, visit.config.schedules, visit.note)) return finishOnly(visit, schedule, partition)
  const rest = await fireSchedule(visit, schedule, visit.isOver)
  if (rest.kind === 'unfit') await setUnfitAside(visit, rest)
  return rest.kind === 'later' ? rest.at : undefined
}

/** What only a sweep brings here, beside what fires: see `left-schedule.ts`. */
async function seenTo(visit: Visit, item: RawSchedule, schedule: Schedule): Promise<Schedule | undefined> {
  const { store, clock } = visit
  const now = clock.now()
  if (isLongDone(schedule, now)) {
    await store.schedules.remove(schedule.key, schedule.version)
    return undefined
  }
  if (isListedRight(item, schedule)) return schedule
  const next = { ...schedule, version: versionAfter(schedule.version, now) }
  return (await putWhereAsked(visit, next, schedule.version)) === 'put' ? next : undefined
}

/** Nobody fires it, so it moves without a tick: by another number of partitions it may lie where ticks would meet it each minute. */
async function finishOnly(visit: Visit, schedule: Schedule, partition: number): Promise<number | undefined> {
  if (!isUnfinished(schedule)) {
    const version = versionAfter(schedule.version, visit.clock.now())
    if (schedule.partition !== partition)
      await putWhereAsked(visit, { ...schedule, partition, version }, schedule.version)
    return undefined
  }
  const { kind } = await withdrawJobs(visit, schedule, { tries: TRIES, isOver: visit.isOver })
  return kind === 'busy' ? visit.clock.now() + WAKE_SOON_MS : undefined
}
