/** Ways in which expiring and cancelling could be lost, or could cost something, beside those that the simulation runs. */
import type { TestedMutant } from './mutant.ts'

const CONTRACT = 'test/contract/store-dynoxide.test.ts'
const ENDS = 'lib/adapters/dynamodb/job-ends.ts'
const SIGNAL = 'lib/api/cancel-signal.ts'
const SIGNAL_TEST = 'test/unit/api/cancel-signal.test.ts'
const CANCEL_TEST = 'test/unit/api/cancel.test.ts'

export const DOOMED_MUTANTS: readonly TestedMutant[] = [
  {
    name: 'the table ends what waits whatever the version',
    file: ENDS,
    find: '  sameVersion(update, state)\n  const { UpdateExpression',
    replace: '  void sameVersion\n  const { UpdateExpression',
    breaks: 'a job that was claimed meanwhile ends while it runs',
    tests: [CONTRACT],
  },
  {
    name: 'the table ends what waits without a new version',
    file: ENDS,
    find: "update.increase(update.path('version'), 1)",
    replace: "update.increase(update.path('version'), 0)",
    breaks: 'a worker that takes a job over in its own pass runs it after it was cancelled',
    tests: [CONTRACT],
  },
  {
    name: 'the table ends what waits as it is',
    file: ENDS,
    find: "...isStill(item, 'job', new UpdateExpression()).buildCondition(),",
    replace: '...(isStill.length > 9 ? {} : {}),',
    breaks: 'a job that was done or corrected meanwhile gets a letter',
    tests: [CONTRACT],
  },
  {
    name: 'the table marks what is there',
    file: ENDS,
    find: "isStill(item, 'work', new UpdateExpression())",
    replace: '(void isStill, new UpdateExpression())',
    breaks: 'a mark makes an item of a job that has ended',
    tests: [CONTRACT],
  },
  {
    name: 'the table finds a job that was done while it was cancelled changed',
    file: 'lib/adapters/dynamodb/jobs.ts',
    find: "deletion(database, item, 'work')",
    replace: "deletion(database, item, 'job')",
    breaks: 'a job that has succeeded runs again, or is cancelled',
    tests: [CONTRACT],
  },
  {
    name: 'the table retries what is marked',
    file: 'lib/adapters/dynamodb/judged.ts',
    find: "sameness !== 'work' || isOfWork(name)",
    replace: 'isOfWork(name)',
    breaks: 'a job that was cancelled while it ran is tried again',
    tests: [CONTRACT],
  },
  {
    name: 'a handler is never told',
    file: SIGNAL,
    find: 'if (cancellation && !isOver)',
    replace: 'if (cancellation && isOver)',
    breaks: 'a cancelled job runs to its end',
    tests: [SIGNAL_TEST],
  },
  {
    name: 'somebody looks after the handler is over',
    file: SIGNAL,
    find: '      isOver = true\n      clearTimeout(timer)',
    replace: '      clearTimeout(undefined)\n      void timer',
    breaks: 'short jobs cost a read each',
    tests: [SIGNAL_TEST],
  },
  {
    name: 'a look takes another job for this one',
    file: 'lib/use-cases/attempt/watch.ts',
    find: 'item && isSameItem(item, this.#job.item) ?',
    replace: 'item && isSameItem(item, item) ?',
    breaks: 'the job that was put in its place is cancelled with it',
    tests: [SIGNAL_TEST],
  },
  {
    name: 'a job is looked for without end',
    file: 'lib/use-cases/operate/cancel-job.ts',
    find: 'const MOST_PAGES = 40',
    replace: 'const MOST_PAGES = 41',
    breaks: 'a call reads a shard of millions',
    tests: [CANCEL_TEST],
  },
  {
    name: 'a ttl begins with the put',
    file: 'lib/core/job/new-job.ts',
    find: '...lastStart(job.ttl, runAt)',
    replace: '...lastStart(job.ttl, now)',
    breaks: 'a delayed job expires before it is due',
    tests: [CANCEL_TEST],
  },
  {
    name: 'what was cancelled comes back cancelled',
    file: 'lib/use-cases/operate/letter-job.ts',
    find: 'cancellation: _3, ...fresh }',
    replace: '...fresh }',
    breaks: 'nobody can put it back',
    tests: ['test/unit/use-cases/cancel.test.ts'],
  },
  {
    name: 'an ending that meets the mark gives up',
    file: 'lib/use-cases/end.ts',
    find: 'return marked?.cancellation ? end(',
    replace: 'return marked?.cancellation && endedAt < 0 ? end(',
    breaks: 'nobody keeps the error of its last attempt',
    tests: ['test/unit/use-cases/cancel.test.ts'],
  },
  {
    name: 'what took too long to start runs all the same',
    file: 'lib/use-cases/attempt/start.ts',
    find: 'isInTime && !isTooLate',
    replace: "isInTime && String(isTooLate) !== 'none'",
    breaks: 'Lambda ends a handler in the middle, which costs an attempt',
    tests: ['test/unit/use-cases/start.test.ts'],
  },
]
