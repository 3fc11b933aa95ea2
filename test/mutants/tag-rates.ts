/** Rates of tags: what the simulation sees late, or not at all. */
import type { TestedMutant } from './mutant.ts'

const TAGS = ['test/unit/use-cases/tag-rates.test.ts'] as const

export const TAG_RATES: readonly TestedMutant[] = [
  {
    name: 'the rate of a tag is forgotten beside its units',
    file: 'lib/core/queue/tags-input.ts',
    find: '...(rateLimit ? { rate: {',
    replace: '...(rateLimit && concurrency === undefined ? { rate: {',
    breaks: 'jobs of a tag start as they like within its units',
    tests: TAGS,
  },
  {
    name: 'what a job costs of the rate of a tag is forgotten',
    file: 'lib/core/limits/shared-rate.ts',
    find: '(Object.hasOwn(costs, queue) ? costs[queue] : undefined) ?? cost',
    replace: '(Object.hasOwn(costs, queue) ? costs[queue] : undefined) ?? Math.min(1, cost)',
    breaks: 'dear jobs start more often than the rate allows',
    tests: TAGS,
  },
  {
    name: 'a tag with a rate alone has one shard for its jobs',
    file: 'lib/core/queue/covering.ts',
    find: '(isWithout ? Number.POSITIVE_INFINITY : 0)',
    replace: '(isWithout && !limiter.startsWith("each|") ? Number.POSITIVE_INFINITY : 0)',
    breaks: 'few jobs of a tag run simultaneously in a partition without a limit',
    tests: TAGS,
  },
  {
    name: 'a rate is set that a dear job never fits into',
    file: 'lib/api/limiter-input.ts',
    find: 'if (allowed > 0 && (rate.cost ?? 1) > allowed)',
    replace: 'if (allowed > 0 && (rate.cost ?? 1) > allowed && rate.name === undefined)',
    breaks: 'jobs of the tag wait for ever',
    tests: TAGS,
  },
  {
    name: 'a handler cannot slow down what has a rate alone',
    file: 'lib/api/thrown.ts',
    find: '[...queue.limiters, ...queue.rates]',
    replace: '[...queue.limiters]',
    breaks: 'the partition is slowed down, and others go on calling the service',
    tests: ['test/unit/api/run-task.test.ts'],
  },
]
