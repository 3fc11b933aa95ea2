/** Rates that queues share: what a job needs of them to start. */
import type { Mutant } from './mutant.ts'

const GRANTS = 'lib/use-cases/lending/grants.ts'
const RATE = 'lib/core/limits/shared-rate.ts'
const STARTS = 'lib/use-cases/pass/shared-starts.ts'

export const SHARED_RATES: readonly Mutant[] = [
  {
    name: 'a start is granted and not written down',
    file: GRANTS,
    find: '    take: keysOf(taken),\n',
    replace: '    take: keysOf(taken).slice(1),\n',
    breaks: 'the rate of a total or a pool',
  },
  {
    name: 'cost forgotten',
    file: GRANTS,
    find: 'cost: costIn(rate, shard)',
    replace: 'cost: Math.min(1, costIn(rate, shard))',
    breaks: 'jobs that cost more start more often than the pool allows',
  },
  {
    name: 'a start that was made is returned',
    file: 'lib/use-cases/attempt/granted-start.ts',
    find: 'bucketOf(begunAt, bucket_ms)',
    replace: 'bucketOf(begunAt - 1000, bucket_ms)',
    breaks: 'it is forgotten a second too early',
  },
  {
    name: 'a start of a claim is returned as unused',
    file: STARTS,
    find: '.filter((one) => !claims.some(({ granted }) => granted === one))',
    replace: '.filter((one) => claims.length === 0 || claims.some(({ granted }) => granted === one))',
    breaks: 'others get it, too',
  },
  {
    name: 'starts to come do not count',
    file: RATE,
    find: '    .filter(({ at }) => at > from)\n',
    replace: '    .filter(({ at }) => at > from && at - rememberedFor(rate) <= from)\n',
    breaks: 'what others wait for is given away',
  },
  {
    name: 'a rate by a rule of its own grants whatever is asked',
    file: 'lib/core/queue/rate-rule.ts',
    find: 'return { name, rate: { name, rateLimit: rule.rateLimit, costs: {}, ...counted } }',
    replace: 'return { name }',
    breaks: 'a value has more starts than its rate allows',
  },
  {
    name: 'the rates of single values are forgotten',
    file: 'lib/core/queue/covering.ts',
    find: 'if (rate) named.set(name, rate)',
    replace: 'if (rate && !(name.startsWith("each|") || name.startsWith("rate|"))) named.set(name, rate)',
    breaks: 'the rate of each value of a tag, and of a rule',
  },
  {
    name: 'the window of another limiter',
    file: GRANTS,
    find: 'const keysOf = (grants: readonly Grant[]) => grants.flatMap(({ keys }) => presentOf(keys[use.name]))',
    replace:
      'const keysOf = (grants: readonly Grant[]) =>\n    grants.flatMap(({ keys }) => presentOf(use.name.startsWith("total") && Object.keys(keys).length > 1 ? undefined : keys[use.name]))',
    breaks: 'of two rates one counts nothing',
  },
  {
    name: 'a granted start is forgotten too early',
    file: GRANTS,
    find: 'forgottenBuckets(use.window, use.rate, now)',
    replace: 'forgottenBuckets(use.window, use.rate, now + use.rate.period_ms / 2)',
    breaks: 'the window is half as long',
  },
  {
    name: 'a start waited for is used by two passes',
    file: STARTS,
    find: "  return { granted: ahead ?? 'over' }\n",
    replace: '  return ahead ? { granted: ahead } : {}\n',
    breaks: 'one start is made again and again',
  },
  {
    name: 'nobody looks when a start is granted',
    file: 'lib/core/pass/looks.ts',
    find: "add(grantAt(hold, input.now), 'a shared rate grants a start')",
    replace: "add(grantAt(hold, input.now) + 3_600_000, 'a shared rate grants a start')",
    breaks: 'the start that a shard waits for passes, and so does the next',
  },
]
