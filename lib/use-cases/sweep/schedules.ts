/**
 * The Schedules table, once an hour: items put by hand whose arrival was lost, schedules that no tick finds, and what somebody has left
 * half done. They go to the dispatcher, which sees to each as if it were due. Then ticks may be able to ask fewer partitions. By another
 * number of partitions schedules may lie where nobody asks, so the first sweep after that does not wait for its hour.
 */
import { isAsked } from '../../core/schedule/asked-partitions.ts'
import { isLeftSchedule, listedIn, type Places } from '../../core/schedule/left-schedule.ts'
import { type Partitioning, schedulePartition } from '../../core/schedule/partition-of.ts'
import type { ScheduleKey } from '../../core/schedule/schedule.ts'
import type { RawSchedule } from '../../core/schedule/schedule-item.ts'
import { SCHEDULES_SWEPT_EVERY_MS, UNKNOWN_LATEST_MS } from '../../core/times.ts'
import type { PartitionsNote } from '../../ports/store.ts'
import { lowerPartitions } from '../schedules/lower-partitions.ts'
import { raisePartitions } from '../schedules/partitions.ts'
import { inMessages, sendFires } from '../schedules/send-fires.ts'
import type { SweepContext, Tally } from './tally.ts'
import { fail, type Walk, walkOn } from './walk.ts'

const NAME = 'schedules'
const PAGE = 500

export interface ScheduleSweep {
  /** The place that the last sweep has kept. */
  readonly places: Readonly<Record<string, string>>
  readonly pages: number
  readonly remaining_ms: () => number
}

/** Returns whether it is time for that: otherwise it is no part of this sweep, and can neither end nor fail. */
export async function sweepSchedules(
  context: SweepContext,
  tally: Tally,
  { places, ...budget }: ScheduleSweep,
): Promise<boolean> {
  const { from, endedAt = Number.NEGATIVE_INFINITY, by } = readPlace(places[NAME])
  const isCurrent = by === partitioningText(context.config.schedules)
  if (isCurrent && context.clock.now() - endedAt < SCHEDULES_SWEPT_EVERY_MS) return false
  await goOn(context, tally, { ...budget, from })
  return true
}

async function goOn(
  context: SweepContext,
  tally: Tally,
  { from, pages, remaining_ms }: Omit<ScheduleSweep, 'places'> & { readonly from: string | undefined },
): Promise<void> {
  try {
    const note = await context.store.schedules.partitions()
    const walk: Walk = { name: NAME, pages, readPage: (place) => readPage(context, note, place) }
    await walkOn(context, tally, { ...walk, from }, remaining_ms)
    if (!tally.ended.has(NAME)) return
    const by = partitioningText(context.config.schedules)
    await context.store.states.saveSweepCursor(NAME, `ended ${context.clock.now()} ${by}`)
    await lowerPartitions(context)
  } catch (error) {
    fail(context, tally, { name: NAME }, error)
  }
}

/** A key may be any text, so what goes before it tells it from the time at which the last round has ended. */
const GOES_ON = 'at '

function readPlace(place: string | undefined): {
  readonly from?: string | undefined
  readonly endedAt?: number
  /** By which partitioning that round has judged. */
  readonly by?: string
} {
  if (place === undefined || place.startsWith(GOES_ON)) return { from: place }
  const [, time, by] = /^ended (\d+) (.*)$/.exec(place) ?? []
  return time === undefined || by === undefined ? {} : { endedAt: Number(time), by }
}

const partitioningText = ({ partitions, partitionBy }: Partitioning): string =>
  JSON.stringify([partitions, ...(partitionBy ? [partitionBy] : [])])

async function readPage(
  context: SweepContext,
  note: PartitionsNote | undefined,
  from: string | undefined,
): Promise<string | undefined> {
  const behind = from === undefined ? {} : { cursor: from.slice(GOES_ON.length) }
  const { schedules, cursor } = await context.store.schedules.scan({ limit: PAGE, ...behind })
  await haveAllAsked(context, note, schedules)
  await haveSeenTo(context, note, schedules)
  return cursor === undefined ? undefined : `${GOES_ON}${cursor}`
}

/** Where a schedule lies that nobody asks for, ticks ask from now on. */
async function haveAllAsked(
  context: SweepContext,
  note: PartitionsNote | undefined,
  schedules: readonly RawSchedule[],
): Promise<void> {
  const asked = note?.upTo ?? context.config.schedules.partitions
  const last = Math.max(...schedules.map((item) => listedIn(item) ?? -1))
  if (last >= asked) await raisePartitions(context, last)
}

async function haveSeenTo(
  context: SweepContext,
  note: PartitionsNote | undefined,
  schedules: readonly RawSchedule[],
): Promise<void> {
  const now = context.clock.now()
  const configured = context.config.schedules
  const places: Places = {
    isAsked: (partition) => isAsked(partition, configured, note),
    partitionOf: (schedule) => schedulePartition(configured, schedule),
  }
  const left = schedules
    .filter((item) => isLeftSchedule(item, now, places))
    .map(({ pk }) => pk as ScheduleKey)
  if (left.length === 0) return
  context.events.emit({ kind: 'schedules left behind', schedules: left })
  const until = now + UNKNOWN_LATEST_MS
  await sendFires(
    context,
    inMessages(left).map((fire) => ({ fire, until, delay_ms: 0 })),
  )
}
