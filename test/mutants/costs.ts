/** Ways in which what jobs cost could be forgotten, or be counted for another. */
import type { TestedMutant } from './mutant.ts'

const GRANTING = 'lib/core/limits/granting.ts'
const RULES = ['test/unit/core/limits/granting.test.ts'] as const
const LIVED = ['test/unit/use-cases/costs.test.ts'] as const
const INPUT = ['test/unit/core/costs-input.test.ts'] as const

export const COSTS_MUTANTS: readonly TestedMutant[] = [
  {
    name: 'what a job costs is forgotten in its grant',
    file: 'lib/core/limits/on-record.ts',
    find: 'unitsFor(use, cost)]]',
    replace: 'unitsFor(use, undefined)]]',
    breaks: 'it counts as one start',
    tests: LIVED,
  },
  {
    name: 'what a job costs is forgotten in the time for which it is granted',
    file: GRANTING,
    find: 'earliestStart(use, from, cost)',
    replace: 'earliestStart(use, from, 1)',
    breaks: 'a dear job starts where there is room for a cheap one',
    tests: LIVED,
  },
  {
    name: 'a start that was granted is used by a job that costs something else',
    file: GRANTING,
    find: 'one.cost === costs?.[index] && !found.includes(one)',
    replace: '!found.includes(one)',
    breaks: 'a dear job counts as a cheap one',
    tests: RULES,
  },
  {
    name: 'a decision that uses the start of another cost is not stopped',
    file: 'lib/core/pass/assertions.ts',
    find: 'granted === undefined || granted.cost !== job.cost',
    replace: 'granted === undefined',
    breaks: 'a mistake in the rules is found by the service that handlers call',
    tests: ['test/unit/core/pass-assertions.test.ts'],
  },
  {
    name: 'a job that was replaced by a dearer one since its claim starts',
    file: 'lib/use-cases/attempt/granted-start.ts',
    find: 'granted !== undefined && granted.cost !== cost',
    replace: 'granted === undefined && granted !== cost',
    breaks: 'it counts as the one that was claimed',
    tests: LIVED,
  },
  {
    name: 'a start goes back while it stands in the item of its shard',
    file: GRANTING,
    find: 'over.filter((one) => one !== asked.standing && isOnRecord(one))',
    replace: 'over.filter((one) => isOnRecord(one))',
    breaks: 'another pass has used it meanwhile, and it counts no more',
    tests: RULES,
  },
  {
    name: 'a start that was taken out of the item of its shard does not go back',
    file: 'lib/use-cases/pass/shared-starts.ts',
    find: 'claim.granted === granted) ? [] : [granted]',
    replace: 'claim.granted === granted) ? [] : []',
    breaks: 'it is lost to the rate for a period',
    tests: LIVED,
  },
  {
    name: 'a shard asks for nothing more once its start was for another job',
    file: 'lib/use-cases/pass/carry-out.ts',
    find: 'shared?.isOutdated === true',
    replace: 'shared?.isOutdated === undefined && false',
    breaks: 'an urgent job waits until the dear one behind it may start',
    tests: LIVED,
  },
  {
    name: 'each shard of a partition has a rate of its own',
    file: 'lib/core/queue/covering.ts',
    find: 'rateOfPartition(shard.queue, shard.partition)',
    replace:
      "rateOfPartition(shard.queue, (shard.partition ?? '') + (shard.index ?? '') + (shard.lane ?? ''))",
    breaks: 'they start more than their partition may',
    tests: LIVED,
  },
  {
    name: 'a rate that counts costs is not asked',
    file: 'lib/use-cases/pass/shared-starts.ts',
    find: '...(limits.costRate ? { costRate: limits.costRate } : {}),',
    replace: '...(limits.costRate && limits.isPaused ? { costRate: limits.costRate } : {}),',
    breaks: 'nothing holds the partition back',
    tests: LIVED,
  },
  {
    name: 'a rate that counts costs is lent, too',
    file: 'lib/core/limits/in-force.ts',
    find: 'costs ? { ...limits, costRate: rateLimit } : { ...limits, rateLimit }',
    replace: 'costs ? { ...limits, costRate: rateLimit, rateLimit } : { ...limits, rateLimit }',
    breaks: 'a partition with many shards starts less than it may',
    tests: LIVED,
  },
  {
    name: 'a total without costs counts them',
    file: 'lib/core/queue/shared-rates.ts',
    find: 'costs: costs === true }',
    replace: 'costs: costs !== true }',
    breaks: 'a limit of requests is used up by tokens',
    tests: INPUT,
  },
  {
    name: 'a pool of requests counts costs',
    file: 'lib/core/queue/shared-rates.ts',
    find: 'costs: ofQueues, ...counting(costs)',
    replace: 'costs: ofQueues, ...counting(costs || name.startsWith("pool"))',
    breaks: 'a dear job is refused, or uses up what others call',
    tests: LIVED,
  },
  {
    name: 'a tag of requests counts costs',
    file: 'lib/core/queue/tags-input.ts',
    find: 'cost, ...counting(costs)',
    replace: 'cost, ...counting(true)',
    breaks: 'a dear job is refused, or uses up what others call',
    tests: LIVED,
  },
  {
    name: 'pools and tags count how many start, if they say nothing',
    file: 'lib/core/queue/shared-limits-input.ts',
    find: 'COSTS_BY_DEFAULT = true',
    replace: 'COSTS_BY_DEFAULT = false as boolean',
    breaks: 'a deploy lets a pool of tokens start a thousand times what it may',
    tests: LIVED,
  },
  {
    name: 'a job that costs more than is allowed is accepted',
    file: 'lib/core/job/cost.ts',
    find: 'allowed > 0 && cost > allowed',
    replace: 'allowed > 0 && cost > allowed + 1',
    breaks: 'it waits for ever, and all behind it',
    tests: INPUT,
  },
]
