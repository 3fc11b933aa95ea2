/** Jobs that say what they cost. */
import type { Mutant } from './mutant.ts'

const GRANTING = 'lib/core/limits/granting.ts'

export const COSTS: readonly Mutant[] = [
  {
    name: 'what a job costs is forgotten in its grant',
    file: GRANTING,
    find: 'unitsFor(use, cost)] as const',
    replace: 'unitsFor(use, undefined)] as const',
    breaks: 'it counts as one start',
  },
  {
    name: 'what a job costs is forgotten in the time that it is granted',
    file: GRANTING,
    find: 'earliestStart(use, Math.max(now, start), cost)',
    replace: 'earliestStart(use, Math.max(now, start), 1)',
    breaks: 'a dear job starts where there is room for a cheap one',
  },
  {
    name: 'a start that was granted is used by a job that costs something else',
    file: GRANTING,
    find: 'one.cost === costs?.[index] && !found.includes(one)',
    replace: '!found.includes(one)',
    breaks: 'a dear job counts as a cheap one; or no pass over its shard goes on',
  },
  {
    name: 'a job is replaced by a dearer one since its claim',
    file: 'lib/use-cases/attempt/granted-start.ts',
    find: 'granted !== undefined && granted.cost !== cost',
    replace: 'granted === undefined && granted !== cost',
    breaks: 'that starts, and counts as the one that was claimed',
  },
  {
    name: 'a start goes back while it stands in the item of its shard',
    file: GRANTING,
    find: 'over.filter((one) => one !== asked.standing && isOnRecord(one))',
    replace: 'over.filter((one) => isOnRecord(one))',
    breaks: 'another pass has used it meanwhile, and it counts no more',
  },
  {
    name: 'each shard of a partition has a rate of its own',
    file: 'lib/core/queue/covering.ts',
    find: 'rateOfPartition(shard.queue, shard.partition)',
    replace:
      "rateOfPartition(shard.queue, (shard.partition ?? '') + (shard.index ?? '') + (shard.lane ?? ''))",
    breaks: 'they start more than their partition may',
  },
  {
    name: 'a rate that counts costs is not asked',
    file: 'lib/use-cases/pass/shared-starts.ts',
    find: '...(limits.costRate ? { costRate: limits.costRate } : {}),',
    replace: '...(limits.costRate && limits.isPaused ? { costRate: limits.costRate } : {}),',
    breaks: 'nothing holds the partition back',
  },
]
