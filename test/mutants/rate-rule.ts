/** Rates that go by a rule of their own: ways in which a job gets into a wrong lane, or into none. */
import type { TestedMutant } from './mutant.ts'

const RULE = 'lib/core/queue/own-rule.ts'
const COVERING = 'lib/core/queue/covering.ts'
const PURE = ['test/unit/core/rate-rule.test.ts'] as const
const LIFE = ['test/unit/use-cases/rate-rule.test.ts'] as const

export const RATE_RULE_MUTANTS: readonly TestedMutant[] = [
  {
    name: 'what a key says is trusted although the payload says something else',
    file: RULE,
    find: "task === undefined || (own.rule.source === 'payload' && payload === undefined)",
    replace: 'task === undefined || (lane?.includes(own.key) ?? payload === undefined)',
    breaks: 'raw puts choose whose rate they use',
    tests: LIFE,
  },
  {
    name: 'a job whose value nobody knows lies anywhere',
    file: COVERING,
    find: 'if (ofRate && !ofRate.ok) return ofRate',
    replace: 'if (ofRate && !ofRate.ok) return { ok: true, value: undefined }',
    breaks: 'it starts without a rate',
    tests: LIFE,
  },
  {
    name: 'another rule has the same limiters',
    file: RULE,
    find: 'key: `$' + '{queue}:$' + '{textOf(rule)}`',
    replace: 'key: `$' + '{queue}:$' + "{textOf(rule) && 'payload.region'}`",
    breaks: 'functions of two configurations move a job to and fro',
    tests: PURE,
  },
  {
    name: 'the payload that was fetched says nothing of the lane',
    file: 'lib/core/job/requeue.ts',
    find: 'const home = homeOf(config, { queue: queue.name, ...partition.value }, whole, was)',
    replace: 'const home = homeOf(config, { queue: queue.name, ...partition.value }, item, was)',
    breaks: 'a letter whose payload is kept outside cannot be put back',
    tests: LIFE,
  },
  {
    name: 'a rate by a rule of its own holds for each partition, too',
    file: 'lib/core/queue/config.ts',
    find: 'const own = rateRuleOf(name, queue) ? undefined : queue.rateLimit',
    replace: 'const own = queue.rateLimit',
    breaks: 'a partition has a rate that nobody has asked for',
    tests: PURE,
  },
  {
    name: 'the lane of a value is spread as if its rate were none',
    file: COVERING,
    find: 'units.push(queue.rateRule.mostInFlight)',
    replace: 'units.push(Number.POSITIVE_INFINITY)',
    breaks: 'with a small rate each job has a shard of its own, and order is lost',
    tests: PURE,
  },
  {
    name: 'the separator of lanes is not escaped in a value',
    file: 'lib/core/limits/limiter-name.ts',
    find: '`$' + '{kind}|$' + '{rule}=$' + "{value.replaceAll('+', '%2B')}`",
    replace: '`$' + '{kind}|$' + '{rule}=$' + '{value}`',
    breaks: 'a value with a plus makes a key that cannot be read',
    tests: PURE,
  },
]
