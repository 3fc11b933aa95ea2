/** Ways in which an answer to "why?" could be wrong, or asking could change something. */
import type { TestedMutant } from './mutant.ts'

const WHY = 'test/unit/use-cases/why.test.ts'
const STATS = 'test/unit/use-cases/stats.test.ts'
const JOB = 'lib/use-cases/operate/why.ts'
const LOOK = 'lib/use-cases/operate/look-at.ts'
const COUNT = 'lib/use-cases/operate/count-shard.ts'

export const WHY_MUTANTS: readonly TestedMutant[] = [
  {
    name: 'why counts jobs that are not due as before it',
    file: JOB,
    find: 'const notYet = new Date(at + 1).toISOString()',
    replace: 'const notYet = new Date(at + 1e9).toISOString()',
    breaks: 'a job seems to stand behind others that it will overtake',
    tests: [WHY],
  },
  {
    name: 'why counts jobs in flight as before it',
    file: JOB,
    find: 'count: Math.max(0, counted.count - inFlight)',
    replace: 'count: Math.max(0, counted.count - 0 * inFlight)',
    breaks: 'the next job seems to stand behind those that run',
    tests: [WHY],
  },
  {
    name: 'why looks for no later attempt',
    file: JOB,
    find: 'items.find((item) => item.sk.endsWith(',
    replace: 'items.find((item) => item.pk.endsWith(',
    breaks: 'a job that is tried again seems to be gone',
    tests: [WHY],
  },
  {
    name: 'why tells the next job what holds those behind it',
    file: JOB,
    find: 'const isNext = ahead.count < startable && !ahead.atLeast',
    replace: 'const isNext = ahead.count < 0 * startable && !ahead.atLeast',
    breaks: 'a job that the next pass claims seems to be held',
    tests: [WHY],
  },
  {
    name: 'why believes that dead workers run',
    file: LOOK,
    find: 'const recovered = new Set(dead.map(([id]) => id))',
    replace: 'const recovered = new Set(dead.slice(0, 0).map(([id]) => id))',
    breaks: 'slots seem to be taken that the next pass frees',
    tests: [WHY],
  },
  {
    name: 'why says when a pass looks, and not when a job may start',
    file: 'lib/core/why/reason.ts',
    find: '{ nextAt: reopensAt + claimedAhead(rate) }',
    replace: '{ nextAt: reopensAt + 0 * claimedAhead(rate) }',
    breaks: 'the next start comes later than was said',
    tests: [WHY],
  },
  {
    name: 'why names the job that ends last',
    file: 'lib/core/why/reason.ts',
    find: '.toSorted((one, other) => (time(one) ?? 0) - (time(other) ?? 0))[0]',
    replace: '.toSorted((one, other) => (time(other) ?? 0) - (time(one) ?? 0))[0]',
    breaks: 'a slot seems to be taken for longer than it can be',
    tests: [WHY],
  },
  {
    name: 'a sweep adds to what was counted up to another place',
    file: 'lib/use-cases/sweep/census.ts',
    find: 'counting !== undefined && counting.cursor === cursor',
    replace: 'counting !== undefined',
    breaks: 'jobs are counted twice',
    tests: ['test/unit/use-cases/census.test.ts'],
  },
  {
    name: 'a sweep that begins amid the table counts as a whole one',
    file: 'lib/use-cases/sweep/census.ts',
    find: 'this.#isWhole = goesOn || cursor === undefined',
    replace: 'this.#isWhole = true',
    breaks: 'a queue seems to have fewer jobs than it has',
    tests: ['test/unit/use-cases/census.test.ts'],
  },
  {
    name: 'why takes nothing that is free',
    file: 'lib/core/why/within-reach.ts',
    find: 'SLOTS_OF_A_SMALL_ITEM * unitsOfOneJob(portion, resource, self)',
    replace: '0 * SLOTS_OF_A_SMALL_ITEM * unitsOfOneJob(portion, resource, self)',
    breaks: 'a shard that would borrow seems to be held',
    tests: [WHY],
  },
  {
    name: 'jobs in flight count as waiting',
    file: COUNT,
    find: 'waiting: less(due, held.length)',
    replace: 'waiting: less(due, 0 * held.length)',
    breaks: 'a partition seems to have a backlog',
    tests: [STATS],
  },
  {
    name: 'the oldest job may be one that runs',
    file: COUNT,
    find: 'const first = items.find(({ sk }) => !held.has(sk))',
    replace: 'const first = items.find(({ sk }) => sk !== String(held))',
    breaks: 'a backlog seems to be older than it is',
    tests: [STATS],
  },
  {
    name: 'a count that ended at its bound says that it is exact',
    file: 'lib/core/why/stats.ts',
    find: 'return counts.some(({ atLeast }) => atLeast) ? { count, atLeast: true } : { count }',
    replace: 'return counts.length < 0 ? { count, atLeast: true } : { count }',
    breaks: 'nobody knows that there is more',
    tests: [STATS],
  },
  {
    name: 'a rate that has a start left seems to be used up',
    file: 'lib/use-cases/operate/stats.ts',
    find: 'used >= rate.allowed && Number.isFinite(next)',
    replace: 'used >= 0 * rate.allowed && Number.isFinite(next)',
    breaks: 'people wait for nothing',
    tests: [STATS],
  },
  {
    name: 'a dead letter does not say how long its job had waited',
    file: 'lib/use-cases/end.ts',
    find: '...letterOf(job.item, ending, now), ...waitOf(job)',
    replace: '...letterOf(job.item, ending, now), ...(waitOf(job), {})',
    breaks: 'what a finished job waited for is not known any more',
    tests: ['test/unit/use-cases/waited.test.ts'],
  },
  {
    name: 'only the shards of the configuration are looked at',
    file: 'lib/use-cases/operate/shards-of.ts',
    find: '...borrowersOf(partition, shards), ...known]',
    replace: '...borrowersOf(partition, shards), ...known.slice(known.length)]',
    breaks: 'a job that lies in another one is not counted, and cannot be cancelled by its id',
    tests: ['test/unit/use-cases/shards-of.test.ts'],
  },
]
