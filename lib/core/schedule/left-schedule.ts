/** Whether an item of the Schedules table is as somebody has left it, or lost it: what only a sweep finds. */
import { LETTER_KEPT_MS, SOON_MS } from '../times.ts'
import { schedulePartitionSchema } from './enabled.ts'
import type { Schedule } from './schedule.ts'
import { dueIn, isRaw, type RawSchedule, readSchedule } from './schedule-item.ts'

export interface Places {
  readonly isAsked: (partition: number) => boolean
  /** The partition that the configuration gives it. */
  readonly partitionOf: (schedule: Schedule) => number
}

/**
 * Somebody has put it by hand, and no function has heard of that. It makes no sense, and was not set aside. Its jobs are to be taken
 * back. No tick of the clock finds it, though its partition is asked. It lies where nobody asks, and belongs elsewhere. Or it is over.
 */
export function isLeftSchedule(item: RawSchedule, now: number, places: Places): boolean {
  if (isRaw(item)) return true
  const schedule = readSchedule(item)
  if (!schedule.ok) return item['setAside'] === undefined
  const { partition, withdraw, isRemoved } = schedule.value
  return (
    withdraw !== undefined ||
    isRemoved === true ||
    !isListedRight(item, schedule.value) ||
    (places.isAsked(partition) ? isLate(schedule.value, now) : isMisplaced(schedule.value, places)) ||
    isLongDone(schedule.value, now)
  )
}

/** The partition in which the due index lists it, if it does. */
export function listedIn({ dueIn: listed }: RawSchedule): number | undefined {
  const partition = schedulePartitionSchema.safeParse(Number(listed))
  return partition.success ? partition.data : undefined
}

/** Whether the due index says of it what its other attributes say: functions write both, and somebody may have changed one by hand. */
export const isListedRight = (item: RawSchedule, schedule: Schedule): boolean =>
  item['dueIn'] === dueIn(schedule)

const isLate = (schedule: Schedule, now: number): boolean =>
  dueIn(schedule) !== undefined && (schedule.nextAt ?? now) < now - SOON_MS

/** Another number of partitions, or another rule for them, has left it there. */
const isMisplaced = (schedule: Schedule, { partitionOf }: Places): boolean =>
  dueIn(schedule) !== undefined && partitionOf(schedule) !== schedule.partition

/**
 * A one-time goes when its job has succeeded. Whose job has not, or has and nobody could remove the schedule, stays for as long as a
 * dead letter of the job would. One that is declared stays, lest the next deploy makes it again.
 */
export const isLongDone = (
  { rule, nextAt, lastAt, pause, setAside, declared }: Schedule,
  now: number,
): boolean =>
  rule.kind === 'at' &&
  nextAt === undefined &&
  !pause &&
  !setAside &&
  !declared &&
  lastAt === rule.at &&
  rule.at < now - LETTER_KEPT_MS
