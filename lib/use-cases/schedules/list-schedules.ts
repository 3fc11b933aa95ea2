/** All schedules, a page at a time: read by a scan, for the index has those only that fire. */
import type { Schedule } from '../../core/schedule/schedule.ts'
import { isRaw, type RawSchedule, readSchedule } from '../../core/schedule/schedule-item.ts'
import { type ScheduleState, stateOf } from '../../core/schedule/schedule-state.ts'
import type { SchedulesPage } from '../../ports/store.ts'
import type { Context } from '../context.ts'

export interface SchedulesAsked {
  readonly task?: string | undefined
  readonly queue?: string | undefined
  readonly state?: ScheduleState | undefined
  readonly cursor?: string | undefined
  /** How many at most. */
  readonly limit: number
}

export interface SchedulesFound {
  readonly schedules: readonly Schedule[]
  /** Items that stand for no schedule, and why. */
  readonly damaged: readonly DamagedSchedule[]
  /** Absent: there are no more. */
  readonly cursor?: string
}
export interface DamagedSchedule {
  readonly key: string
  readonly problem: string
}

/** A call that finds few among many ends after so many pages: its caller has the cursor. */
const MOST_PAGES = 20

export async function listSchedules(
  { store }: Pick<Context, 'store'>,
  { limit, cursor: from, ...asked }: SchedulesAsked,
): Promise<SchedulesFound> {
  const schedules: Schedule[] = []
  const damaged: DamagedSchedule[] = []
  let cursor = from
  for (let pages = 0; pages < MOST_PAGES && schedules.length < limit; pages++) {
    // No more than there is room for: the cursor is that of a whole page.
    const place = cursor === undefined ? {} : { cursor }
    const page: SchedulesPage = await store.schedules.scan({ limit: limit - schedules.length, ...place })
    for (const item of page.schedules.filter(isSchedule)) {
      const read = readSchedule(item)
      if (!read.ok) damaged.push({ key: item.pk, problem: read.reason })
      else if (isAskedFor(read.value, asked)) schedules.push(read.value)
    }
    cursor = page.cursor
    if (cursor === undefined) break
  }
  return { schedules, damaged, ...(cursor === undefined ? {} : { cursor }) }
}

/** One that somebody has just put by hand is none yet. Without `|` a key is that of a note. */
const isSchedule = (item: RawSchedule): boolean => item.pk.includes('|') && !isRaw(item)

const isAskedFor = (
  schedule: Schedule,
  { task, queue, state }: Omit<SchedulesAsked, 'limit' | 'cursor'>,
): boolean =>
  !schedule.isRemoved &&
  (task === undefined || schedule.task === task) &&
  (queue === undefined || schedule.queue === queue) &&
  (state === undefined || stateOf(schedule) === state)
