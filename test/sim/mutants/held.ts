/** What people set for limiters and apps at run time. */
import type { Mutant } from './mutant.ts'

const APP_RATE = 'lib/use-cases/operate/set-app-rate.ts'
const CAPACITY = 'lib/use-cases/lending/limiter-capacity.ts'
const SET_LIMITER = 'lib/use-cases/operate/set-limiter.ts'

export const HELD: readonly Mutant[] = [
  {
    name: 'a paused limiter still lends',
    file: CAPACITY,
    find: 'limitsInForce({ concurrency: concurrency ?? 0 }, root, now)',
    replace:
      'limitsInForce({ concurrency: concurrency ?? 0 }, root.override?.paused ? { ...root, override: {} } : root, now)',
    breaks: 'what somebody has stopped goes on',
  },
  {
    name: 'a limiter that is resumed wakes nobody',
    file: SET_LIMITER,
    find: 'new Set([...borrowers, ...waiting])',
    replace: 'new Set<ShardKey>()',
    breaks: 'all that waits for it waits for the sweep',
  },
  {
    name: 'partitions keep the number of an earlier rate',
    file: APP_RATE,
    find: 'if (await recompute(context, partition, record)) done++',
    replace: 'if (record.done < 0 && (await recompute(context, partition, record))) done++',
    breaks: 'an app is called more often than it takes by now',
  },
  {
    name: 'a shard waits for an app that takes more, and nobody comes',
    file: APP_RATE,
    find: 'new Set(owner.waiting || others.length > 0 ? [owner.shard, ...others] : [])',
    replace: 'new Set(owner.waiting && others.length < 0 ? [owner.shard, ...others] : [])',
    breaks: 'jobs wait beside free slots',
  },
  {
    name: 'a shard that has all the slots of an app that takes more is not told',
    file: APP_RATE,
    find: 'owner.books ? [...borrowers, ...waiting] : []',
    replace: 'owner.books ? [...borrowers.slice(borrowers.length), ...waiting] : []',
    breaks: 'it waits until one of its own jobs ends',
  },
  {
    name: 'the floor of an app’s partitions is forgotten',
    file: 'lib/core/limits/app-rate.ts',
    find: 'Math.max(floor, maxConcurrentPerPartition(rate))',
    replace: 'Math.max(0 * floor, maxConcurrentPerPartition(rate))',
    breaks: 'partitions have fewer slots than was said',
  },
]
