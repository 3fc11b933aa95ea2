/** What has to happen now and then when people pause whole queues, and guarantee parts of totals. */
import type { Effect } from '../world/events.ts'
import { readShard } from './keys.ts'
import type { Sometimes } from './sometimes-names.ts'
import type { Truth } from './truth.ts'

type Count = (name: Sometimes, happened?: boolean) => void

export function queueSaid(
  { queue, was, is }: Extract<Effect, { op: 'savePause' }>,
  truth: Truth,
  count: Count,
): void {
  const isWaiting = [...truth.standing.values()].some(
    (job) => readShard(job.pk).queue === queue && job.runAt <= truth.now && !truth.claimed(job),
  )
  const isPaused = is !== undefined && !is.resuming
  count('queue paused with jobs due', isPaused && was === undefined && isWaiting)
  count('queue paused anew while it is being resumed', isPaused && was?.resuming !== undefined)
  count('queue resumed with jobs waiting', was !== undefined && is === undefined && isWaiting)
}

export function guaranteed(
  { shard, limits }: Extract<Effect, { op: 'override' }>,
  { running }: Truth,
  count: Count,
): void {
  if (!limits?.guaranteed) return
  const { queue } = readShard(shard.slice('$limiter|total|'.length))
  count('guarantee set at run time')
  count(
    'guarantee set while jobs have units',
    [...running].some(({ partition }) => partition.split('|')[0] === queue),
  )
}
