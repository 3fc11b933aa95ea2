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
import { readAgain } from './read-again.ts'

export type ScheduleContext = Pick<Context, 'config' | 'store' | 'clock'>

export type Withdrawn =
  /** Nothing is left to be taken back. What stands there now; absent: it was unscheduled, and is gone. */
  | { readonly kind: 'done'; readonly schedule?: Schedule }
  /** Others are at work in its jobs' shards all the time, or DynamoDB has no room. The note stands. */
  | { readonly kind: 'busy' }

/** As many as one transaction takes. In busy shards one job alone is taken back more easily. */
const MOST_TOGETHER = 20

/** @param tries how often something may have changed since it was read */
export async function withdrawJobs(
  context: ScheduleContext,
  found: Schedule,
  tries = MAX_WAITS,
): Promise<Withdrawn> {
  let schedule: Schedule | undefined = found
  let together = MOST_TOGETHER
  for (let waits = 0; waits < tries; ) {
    if (!schedule) return { kind: 'done' }
    if (!schedule.withdraw) return finish(context, schedule)
    const next = await withdrawSome(context, schedule, together)
    if (next) {
      schedule = next
      continue
    }
    together = 1
    await waitForRoom(context.clock, waits)
    waits++
    schedule = await readAgain(context, schedule.key)
  }
  return { kind: 'busy' }
}

async function finish({ store }: ScheduleContext, schedule: Schedule): Promise<Withdrawn> {
  if (!schedule.isRemoved) return { kind: 'done', schedule }
  const outcome = await store.schedules.remove(schedule.key, schedule.version)
  return outcome === 'removed' ? { kind: 'done' } : { kind: 'busy' }
}

interface Found {
  readonly place: WithdrawnJob
  readonly state: ShardState
  /** Absent if it is claimed or runs, or is not there. */
  readonly item?: RawItem
}

/** `undefined` if something has changed since it was read. */
async function withdrawSome(
  context: ScheduleContext,
  schedule: Schedule,
  most: number,
): Promise<Schedule | undefined> {
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
  return isWritten ? next : undefined
}

/** The states before the jobs: whoever claims one in between makes a pass, and this loses against that. */
async function findAll({ store }: ScheduleContext, places: readonly WithdrawnJob[]): Promise<Found[]> {
  const shards = [...new Set(places.map(({ pk }) => pk as ShardKey))]
  const states = await Promise.all(
    shards.map(async (shard) => [shard, (await store.states.read(shard)) ?? emptyState(shard)] as const),
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
