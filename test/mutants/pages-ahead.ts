/** What is read of a shard's jobs before it is known how many may be claimed. */
import type { TestedMutant } from './mutant.ts'

const FILE = 'lib/use-cases/pages-ahead.ts'
const READ = 'lib/use-cases/pass/read-jobs.ts'
const BESIDE = 'lib/use-cases/pass/limits-and-jobs.ts'
const NEXT = 'lib/use-cases/lending/ahead-of-next.ts'
const CALLS = ['test/unit/use-cases/pages-ahead.test.ts'] as const
const USED = ['test/unit/use-cases/pages-used.test.ts'] as const

export const PAGES_AHEAD_MUTANTS: readonly TestedMutant[] = [
  {
    name: 'whoever is served is not read again though no more jobs were seen',
    file: READ,
    find: 'begun.more || !ahead?.isOfServed',
    replace: 'begun.more || !ahead?.isOfServed || ahead.since > 0',
    breaks: 'a job waits for the sweep whose visit saw its shard in the line when its jobs had been read',
    tests: CALLS,
  },
  {
    name: 'whoever is not served is read again, too',
    file: READ,
    find: 'begun.more || !ahead?.isOfServed',
    replace: 'begun.more || !ahead',
    breaks: 'a sparse job of a queue with a limiter costs a read more',
    tests: CALLS,
  },
  {
    name: 'jobs that were read before the shard’s item are used',
    file: BESIDE,
    find: 'known?.ahead ?? readBeside',
    replace: 'request.seen?.ahead ?? readBeside',
    breaks: 'a job is claimed that has run',
    tests: USED,
  },
  {
    name: 'a job that was read ahead counts as read just now',
    file: READ,
    find: 'since: ahead?.since ?? now,',
    replace: 'since: now,',
    breaks: 'a job that came in time goes behind those that came after it',
    tests: USED,
  },
  {
    name: 'a page read ahead is used for another range',
    file: FILE,
    find: 'read.from === from && read.before === before',
    replace: 'read.from === from',
    breaks: 'jobs are missed behind those in flight',
    tests: USED,
  },
  {
    name: 'a page read ahead is used whole',
    file: FILE,
    find: 'items.slice(0, limit)',
    replace: 'items.slice(0)',
    breaks: 'units are borrowed for jobs that nobody asked for',
    tests: USED,
  },
  {
    name: 'what was served before is joined with other jobs',
    file: 'lib/use-cases/lending/served.ts',
    find: '...(before ?? seen), owners }',
    replace: '...before, ...seen, state: (before ?? seen).state, owners }',
    breaks: 'jobs are used that were read after another item than the one that the visit goes by',
    tests: USED,
  },
  {
    name: 'jobs that cannot be read ahead end the pass',
    file: FILE,
    find: '  } catch {\n    return undefined',
    replace: '  } catch (error) {\n    throw error',
    breaks: 'a slot stays taken until the deadline, for a read that nobody needs',
    tests: USED,
  },
  {
    name: 'jobs are read after the limiter',
    file: BESIDE,
    find: 'return readAhead(context, { ...asRead, whole, isOfServed: false })',
    replace: 'return void whole',
    breaks: 'a unit is idle for longer',
    tests: CALLS,
  },
  {
    name: 'jobs are read ahead though no limiter is read',
    file: BESIDE,
    find: 'limiters.every(({ name }) => known.has(limiterKey(name)))',
    replace: 'limiters.some(({ name }) => known.has(limiterKey(name)))',
    breaks: 'a shard without limiters reads twice what is wanted more than guessed',
    tests: CALLS,
  },
  {
    name: 'batches are read ahead',
    file: FILE,
    find: 'queue?.ok === true && queue.value.batch === undefined',
    replace: 'queue?.ok === true',
    breaks: 'a page for one job is read for nothing',
    tests: CALLS,
  },
  {
    name: 'jobs of whoever is only woken are read ahead',
    file: NEXT,
    find: 'takesServed ? next : []',
    replace: 'takesServed === undefined ? [] : next',
    breaks: 'each message costs a read more',
    tests: CALLS,
  },
  {
    name: 'jobs of whoever is served after another are read ahead',
    file: 'lib/use-cases/lending/settle-all.ts',
    find: 'own.takesServed === true && !hasServed',
    replace: 'own.takesServed === true',
    breaks: 'a second limiter costs a read, though its shard is only woken',
    tests: CALLS,
  },
  {
    name: 'jobs are read ahead anew for each try to write the books',
    file: NEXT,
    find: 'reading ??= readAhead',
    replace: 'reading = readAhead',
    breaks: 'a hot limiter costs reads for nothing',
    tests: CALLS,
  },
]
