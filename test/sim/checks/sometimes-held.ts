/** What has to happen now and then when people pause whole queues, and guarantee parts of totals. */
import type { Effect } from '../world/events.ts'
import { readShard } from './keys.ts'
import { limitsIn } from './queue-limits.ts'
import type { Sometimes } from './sometimes-names.ts'
import type { Truth } from './truth.ts'

const isAnyDue = (truth: Truth, queue: string): boolean =>
  [...truth.standing.values()].some(
    (job) => readShard(job.pk).queue === queue && job.runAt <= truth.now && !truth.claimed(job),
  )

type Count = (name: Sometimes, happened?: boolean) => void

type Of<Op extends Effect['op']> = Extract<Effect, { op: Op }>

export const queueSaid = (effect: Of<'savePause' | 'saveLimits'>, truth: Truth, count: Count): void =>
  effect.op === 'savePause' ? queuePauseSaid(effect, truth, count) : queueLimitsSaid(effect, truth, count)

function queuePauseSaid({ queue, was, is }: Of<'savePause'>, truth: Truth, count: Count): void {
  const isWaiting = isAnyDue(truth, queue)
  const isPaused = is !== undefined && !is.resuming
  count('queue paused with jobs due', isPaused && was === undefined && isWaiting)
  count('queue paused anew while it is being resumed', isPaused && was?.resuming !== undefined)
  count('queue resumed with jobs waiting', was !== undefined && is === undefined && isWaiting)
}

function queueLimitsSaid({ queue, was, is }: Of<'saveLimits'>, truth: Truth, count: Count): void {
  const [before, after] = [was, is].map((said) => limitsIn(said)?.concurrency ?? Number.POSITIVE_INFINITY)
  if (before === undefined || after === undefined) return
  const running = new Map<string, number>()
  for (const { partition } of truth.running) running.set(partition, (running.get(partition) ?? 0) + 1)
  const isOver = [...running].some(
    ([partition, jobs]) => readShard(partition).queue === queue && jobs > after,
  )
  count('limits of a queue lowered while more jobs run', after < before && isOver)
  count('limits of a queue raised with jobs waiting', after > before && isAnyDue(truth, queue))
  count('limits of a queue set while others are waking it', was?.waking !== undefined && after !== before)
}

export function guaranteed({ shard, limits }: Of<'override'>, { running }: Truth, count: Count): void {
  if (!limits?.guaranteed) return
  const { queue } = readShard(shard.slice('$limiter|total|'.length))
  count('guarantee set at run time')
  count(
    'guarantee set while jobs have units',
    [...running].some(({ partition }) => partition.split('|')[0] === queue),
  )
}
