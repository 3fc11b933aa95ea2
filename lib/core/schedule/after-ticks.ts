/** What a schedule is after some of its ticks, or when it is set aside. Every write has another version. */
import { UNREADABLE } from '../job/job.ts'
import type { Config } from '../queue/configured.ts'
import { schedulePartition } from './partition-of.ts'
import type { Schedule, SetAside } from './schedule.ts'
import { foundVersion, type RawSchedule, type ScheduleItem, versionAfter } from './schedule-item.ts'

/** Nominal times, epoch ms. */
export interface Advance {
  /** Absent: there is none. */
  readonly nextAt?: number | undefined
  readonly lastAt?: number | undefined
}

/** The first and the last of ticks that follow each other. */
export interface TickSpan {
  readonly from: number
  readonly to: number
}

/** Another number of partitions, or another rule for them, moves it now. */
export function afterTicks(
  config: Config,
  { nextAt: _, buffered: __, ...schedule }: Schedule,
  { nextAt, lastAt }: Advance,
  now: number,
): Schedule {
  return {
    ...schedule,
    ...(nextAt === undefined ? {} : { nextAt }),
    ...(lastAt === undefined ? {} : { lastAt }),
    partition: schedulePartition(config.schedules, schedule),
    version: versionAfter(schedule.version, now),
  }
}

/** Its next tick waits until the job of an earlier one is gone. */
export const withBuffered = (schedule: Schedule, at: number, now: number): Schedule => ({
  ...schedule,
  nextAt: at,
  buffered: at,
  version: versionAfter(schedule.version, now),
})

export const asSetAside = ({ nextAt: _, ...schedule }: Schedule, setAside: SetAside): Schedule => ({
  ...schedule,
  setAside,
  version: versionAfter(schedule.version, setAside.at),
})

/**
 * The same of an item that cannot be read as a schedule. All else stays as somebody has written it, to be mended. Absent: nobody can
 * read its attributes, so they would be lost.
 */
export function rawAsSetAside(item: RawSchedule, setAside: SetAside): ScheduleItem | undefined {
  if (item[UNREADABLE] !== undefined) return undefined
  const { dueIn: _, nextAt: __, ...others } = item
  const version = versionAfter(foundVersion(item), setAside.at)
  return { ...others, setAside, version } as unknown as ScheduleItem
}
