/**
 * Takes back the jobs that a schedule has noted in `withdraw`: they were put ahead, by a definition that is no more. Each is taken
 * back in one transaction with the schedule, so whoever dies in between leaves a note that says what is still to be done, and a tick
 * that was taken back is fired again by the definition that is. One that is claimed by then runs.
 */
import type { RawItem } from '../../core/job/job.ts'
import type { ShardKey } from '../../core/keys.ts'
import { afterTakingBack, type LookedAt } from '../../core/schedule/put-ahead.ts'
import type { Schedule, WithdrawnJob } from '../../core/schedule/schedule.ts'
import { toScheduleItem } from '../../core/schedule/schedule-item.ts'
import { keptUntil, mayExpire } from '../../core/shard/expiry.ts'
import { isInFlight } from '../../core/shard/in-flight.ts'
import { emptyState, type ShardState } from '../../core/shard/state.ts'
import type { WithdrawnFrom } from '../../ports/store.ts'
import type { Context } from '../context.ts'
import { MAX_WAITS, waitForRoom } from '../operate/operator-call.ts'
import { readState } from '../read-state.ts'
import { readAgain } from './read-again.ts'

export type ScheduleContext = Pick<Context, 'config' | 'store' | 'clock'>

export type Withdrawn =
  /** Nothing is left to be taken back. What stands there now; absent: it was unscheduled, and is gone. */
  | { readonly kind: 'done'; readonly schedule?: Schedule }
  /** Others are at work in its jobs' shards all the time, or DynamoDB has no room. The note stands. */
  | { readonly kind: 'busy' }

/** How long somebody waits for those that are at work in its jobs' shards. */
export interface Patience {
  /** How often in a row something may have changed since it was read: whatever is taken back begins the count anew. */
  readonly tries: number
  /** Whether there is no more time for it, however well it goes. Absent: there is. */
  readonly isOver?: () => boolean
}

/** As many as one transaction takes. In busy shards one job alone is taken back more easily: so it goes down to that, and up again. */
const MOST_TOGETHER = 20

export async function withdrawJobs(
  context: ScheduleContext,
  found: Schedule,
  { tries, isOver = () => false }: Patience = { tries: MAX_WAITS },
): Promise<Withdrawn> {
  let schedule: Schedule | undefined = found
  let [together, waits] = [MOST_TOGETHER, 0]
  while (schedule?.withdraw || schedule?.isRemoved) {
    if (waits >= tries || isOver()) return { kind: 'busy' }
    const step = await withdrawStep(context, schedule, together)
    if (step !== 'stale') {
      schedule = step.schedule
      together = Math.min(2 * together, MOST_TOGETHER)
      waits = 0
      continue
    }
    together = 1
    await waitForRoom(context.clock, waits++)
    schedule = await readAgain(context, schedule.key)
  }
  return { kind: 'done', ...(schedule ? { schedule } : {}) }
}

/** What stands there then; `stale`: something has changed since it was read. */
async function withdrawStep(
  context: ScheduleContext,
  schedule: Schedule,
  most: number,
): Promise<{ readonly schedule?: Schedule } | 'stale'> {
  if (schedule.withdraw) return withdrawSome(context, schedule, most)
  const outcome = await context.store.schedules.remove(schedule.key, schedule.version)
  return outcome === 'removed' ? {} : 'stale'
}

interface Found {
  readonly place: WithdrawnJob
  readonly state: ShardState
  /** Absent if it is claimed or runs, or is not there. */
  readonly item?: RawItem
}

async function withdrawSome(
  context: ScheduleContext,
  schedule: Schedule,
  most: number,
): Promise<{ readonly schedule: Schedule } | 'stale'> {
  const { store, clock } = context
  const places = (schedule.withdraw ?? []).slice(-most).toReversed()
  const found = await findAll(context, places)
  const looked = found.map(({ place, item }): LookedAt => ({ place, isTakenBack: item !== undefined }))
  const next = afterTakingBack(schedule, looked, clock.now())
  const item = toScheduleItem(next)
  const from = shardsOf(found, clock.now())
  const isWritten =
    from.length === 0
      ? (await store.schedules.put(item, schedule.version)) === 'put'
      : (await store.schedules.withdraw({ schedule: item, found: schedule.version, from })) === 'withdrawn'
  return isWritten ? { schedule: next } : 'stale'
}

/** The states before the jobs: whoever claims one in between makes a pass, and this loses against that. */
async function findAll({ store }: ScheduleContext, places: readonly WithdrawnJob[]): Promise<Found[]> {
  const shards = [...new Set(places.map(({ pk }) => pk as ShardKey))]
  const states = await Promise.all(
    shards.map(async (shard) => [shard, await readState(store.states, shard)] as const),
  )
  const stateOf = new Map<string, ShardState>(states)
  return Promise.all(
    places.map(async (place) => {
      const state = stateOf.get(place.pk) ?? emptyState(place.pk as ShardKey)
      const item = isInFlight(state.slots, place.sk) ? undefined : await store.jobs.get(place)
      return { place, state, ...(item ? { item } : {}) }
    }),
  )
}

function shardsOf(found: readonly Found[], now: number): WithdrawnFrom[] {
  return [...Map.groupBy(found, ({ state }) => state)].flatMap(([state, ofShard]) => {
    const items = ofShard.flatMap(({ item }) => item ?? [])
    const expiresAt = mayExpire(state) ? keptUntil(now) : undefined
    return items.length === 0 ? [] : [{ state, items, expiresAt }]
  })
}
