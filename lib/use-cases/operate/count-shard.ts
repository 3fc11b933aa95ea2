/** Counts the jobs of a shard: those that wait, those that are not due, and how old the oldest that waits is. */
import { FIRST_SORT_KEY, parseSortKey } from '../../core/keys.ts'
import { jobsInFlight } from '../../core/shard/in-flight.ts'
import { type ShardState, slotEntries, sortKeyOf } from '../../core/shard/state.ts'
import { less, sumOf } from '../../core/why/stats.ts'
import type { Counted } from '../../core/why/why.ts'
import type { Eyes } from './look-at.ts'

export interface CountedShard {
  readonly waiting: Counted
  readonly delayed: Counted
  /** The `runAt` of the job that has waited longest, epoch ms. */
  readonly oldest?: number
}

const NOTHING: CountedShard = { waiting: { count: 0 }, delayed: { count: 0 } }
const PRIORITIES = Array.from({ length: 10 }, (_, priority) => priority)

/** Ten priorities, and of each what is due and what is not: in the order of keys these are twenty ranges. */
export async function countShard(eyes: Eyes, state: ShardState, at: number): Promise<CountedShard> {
  const { jobs } = eyes.store
  const { shard } = state
  if ((await jobs.count({ shard, from: FIRST_SORT_KEY, most: 1 })).count === 0) return NOTHING
  const flying = jobsInFlight(slotEntries(state.slots))
  const notYet = `#${new Date(at + 1).toISOString()}#`
  const counts = await Promise.all(
    PRIORITIES.map(async (priority) => {
      const [from, border] = [`${priority}#`, `${priority}${notYet}`]
      const [due, delayed] = await Promise.all([
        jobs.count({ shard, from, before: border }),
        jobs.count({ shard, from: border, ...(priority < 9 ? { before: `${priority + 1}#` } : {}) }),
      ])
      const held = flying.filter(([, slot]) => slot.priority === priority && slot.runAt <= at)
      return { priority, delayed, waiting: less(due, held.length) }
    }),
  )
  const waitingIn = counts.filter(({ waiting }) => waiting.count > 0).map(({ priority }) => priority)
  const firsts = await Promise.all(waitingIn.map((priority) => firstWaiting(eyes, state, priority)))
  const oldest = Math.min(...firsts.flatMap((runAt) => runAt ?? []))
  return {
    waiting: sumOf(counts.map(({ waiting }) => waiting)),
    delayed: sumOf(counts.map(({ delayed }) => delayed)),
    ...(Number.isFinite(oldest) && oldest <= at ? { oldest } : {}),
  }
}

/** Jobs of one priority stand in the order of their times: the first that is not in flight has waited longest. */
async function firstWaiting(
  { store }: Eyes,
  state: ShardState,
  priority: number,
): Promise<number | undefined> {
  const flying = jobsInFlight(slotEntries(state.slots))
  const held = new Set<string>(flying.map(sortKeyOf))
  const limit = 1 + flying.filter(([, slot]) => slot.priority === priority).length
  const { items } = await store.jobs.range({ shard: state.shard, from: `${priority}#`, limit })
  const first = items.find(({ sk }) => !held.has(sk))
  const position = first && parseSortKey(first.sk)
  return position?.ok ? position.value.runAt : undefined
}
