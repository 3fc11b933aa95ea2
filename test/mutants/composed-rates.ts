/** Ways in which a shared rate and the other limits could miss each other. */
import type { TestedMutant } from './mutant.ts'

const COMPOSED = ['test/unit/use-cases/rates-composed.test.ts'] as const

export const COMPOSED_RATES_MUTANTS: readonly TestedMutant[] = [
  {
    name: 'a visit that waits for a start uses another one unseen',
    file: 'lib/use-cases/lending/awaited-start.ts',
    find: 'if (own.granted && own.granted.length > 0) return undefined',
    replace: 'if (own.granted && own.granted.length < 0) return undefined',
    breaks: 'a job is claimed while a better one of another shard waits for the same limiter',
    tests: ['test/unit/use-cases/awaited-start.test.ts'],
  },
  {
    name: 'the rate of a pool that a lane names grants nothing',
    file: 'lib/core/queue/covering.ts',
    find: 'if (rate) named.set(name, rate)',
    replace: 'if (rate && named.has(name)) named.set(name, rate)',
    breaks: 'jobs that name the pool themselves start uncounted',
    tests: COMPOSED,
  },
  {
    name: 'a limiter that is slowed down grants starts',
    file: 'lib/core/limits/shared-rate.ts',
    find: 'limits.concurrency === 0 || limits.slowedUntil !== undefined',
    replace: 'limits.concurrency === 0',
    breaks: 'jobs call a service that has asked for a pause',
    tests: COMPOSED,
  },
  {
    name: 'a shard waits for the end of a slow-down that was taken back',
    file: 'lib/core/pass/looks.ts',
    find: 'Math.min(until, now + PAUSED_RATE_LOOK_MS)',
    replace: '(PAUSED_RATE_LOOK_MS, until)',
    breaks: 'a pool with a rate alone stands idle for as long as the slow-down was meant to last',
    tests: COMPOSED,
  },
  {
    name: 'what a shard had of a start that came too late is forgotten with its slot',
    file: 'lib/core/limits/granting.ts',
    find: 'if (lapsed && asked.hasWork && starts.length === 0)',
    replace: 'if (lapsed && asked.hasWork && starts.length === -1)',
    breaks: 'a job for which each start is too short goes round without end',
    tests: ['test/unit/core/limits/granting.test.ts'],
  },
  {
    name: 'a rate that is paused forgets by the period of its pause',
    file: 'lib/use-cases/lending/grants.ts',
    find: 'use.rate.allowed === 0 ? [] :',
    replace: 'use.rate.allowed < 0 ? [] :',
    breaks: 'after a pause more start within the period than the rate allows',
    tests: ['test/unit/use-cases/shared-rates-races.test.ts'],
  },
  {
    name: 'a message that is sent again has no time',
    file: 'lib/use-cases/pass/shared-starts.ts',
    find: 'startBy === undefined ? {} :',
    replace: 'startBy === undefined || startBy > 0 ? {} :',
    breaks: 'a job starts long after its start was granted, beside those that were granted since',
    tests: ['test/unit/use-cases/shared-rates-races.test.ts'],
  },
  {
    name: 'what one limiter has granted stays if another was faster at the next',
    file: 'lib/use-cases/lending/grants.ts',
    find: 'if (index > 0) await returnStarts(context, taken)',
    replace: 'if (index > 9) await returnStarts(context, taken)',
    breaks: 'a rate loses a start at each race for another rate',
    tests: ['test/unit/use-cases/shared-rates-races.test.ts'],
  },
  {
    name: 'a start that is as short as one that was too short is waited for',
    file: 'lib/core/limits/granting.ts',
    find: '!usable.includes(one) && isLongEnough(one) && isForNext',
    replace: '!usable.includes(one) && isForNext',
    breaks: 'where messages are late by a second, a backlog comes to a halt',
    tests: ['test/unit/use-cases/scarce-workers.test.ts'],
  },
  {
    name: 'a start is granted for no longer than usual, however late messages are',
    file: 'lib/core/limits/granting.ts',
    find: 'Math.min(grace_ms, GRANTED_AT_MOST_MS)',
    replace: 'Math.min(grace_ms, GRANTED_AT_MOST_MS / 4)',
    breaks: 'where workers are scarce nothing starts that needs a shared rate',
    tests: ['test/unit/use-cases/scarce-workers.test.ts'],
  },
]
