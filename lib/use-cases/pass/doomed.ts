/**
 * Due jobs that are not to start any more: they have waited for too long, or somebody has cancelled them. A pass that meets
 * them ends them and reads on, so that they stand in nobody's way.
 */

import { type Doom, doomOf } from '../../core/job/doom.ts'
import { endingOf } from '../../core/job/ending.ts'
import type { Job } from '../../core/job/job.ts'
import { keptUntil, mayExpire } from '../../core/shard/expiry.ts'
import type { ShardState } from '../../core/shard/state.ts'
import type { Context } from '../context.ts'
import { letterOf } from '../end.ts'
import { rememberEnded } from '../remember-ended.ts'
import type { Found } from './found-jobs.ts'
import { afterTaking, takeAway } from './take-away.ts'

/** Two parts each, and one for the state. DynamoDB takes 100 parts of 4 MB in all, and a letter may be six times its item. */
const MOST_TOGETHER = 25
const MOST_BYTES = 300_000

/** Those of a page that may start; `'stale'` if the others could not be ended, for something has changed meanwhile. */
export async function endDoomed(
  context: Context,
  found: Found,
  page: readonly (Job | undefined)[],
): Promise<Job[] | 'stale'> {
  const jobs = page.filter((job) => job !== undefined)
  const now = context.clock.now()
  return takeAway(found, jobs, {
    isUnwanted: (job) => doomOf(job, now) !== undefined,
    bounds: { jobs: MOST_TOGETHER, bytes: MOST_BYTES },
    take: (state, group) => endWaiting(context, state, group),
  })
}

/**
 * Ends jobs that nobody runs or has claimed, as the state was read. Returns the state as it is then: the write counts as a
 * pass.
 */
export async function endWaiting(
  { store, clock, events }: Pick<Context, 'store' | 'clock' | 'events'>,
  state: ShardState,
  jobs: readonly Job[],
): Promise<ShardState | 'stale'> {
  const endedAt = clock.now()
  const endings = jobs.flatMap((job) => {
    const doom = doomOf(job, endedAt)
    if (!doom) return []
    const ending = endingOf(job, { kind: 'doomed', doom }, endedAt, 0) as Doom
    return [{ job, ending }]
  })
  const burials = endings.map(({ job, ending }) => ({
    item: job.item,
    letter: letterOf(job.item, ending, endedAt),
  }))
  const expiresAt = mayExpire(state) ? keptUntil(endedAt) : undefined
  if ((await store.jobs.endWaiting(state, burials, expiresAt)) === 'stale') return 'stale'
  for (const { job, ending } of endings) events.emit({ kind: 'job ended', job, ending, endedAt })
  const times = { endedAt, since: endedAt }
  await Promise.all(endings.map(({ job, ending }) => rememberEnded({ store, events }, job, ending, times)))
  return afterTaking(state, expiresAt)
}
