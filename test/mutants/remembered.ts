/** Ways in which a history could be wrong, in the way, or dear. */
import type { TestedMutant } from './mutant.ts'

const END = 'lib/use-cases/end.ts'
const RECORD = 'lib/core/job/ended-job.ts'
const DYNAMO = 'lib/adapters/dynamodb/ended.ts'
const CONTRACT = 'test/contract/store-dynoxide.test.ts'
const RULE = 'test/unit/core/ended-job.test.ts'
const ENDED = 'test/unit/use-cases/ended.test.ts'
const SEEN = 'test/unit/use-cases/ended-seen.test.ts'

export const REMEMBERED_MUTANTS: readonly TestedMutant[] = [
  {
    name: 'a process that was frozen has the last word on its job',
    file: END,
    find: 'since: job.startedAt ?? endedAt',
    replace: 'since: endedAt',
    breaks: 'a dead letter is remembered as done',
    tests: [ENDED],
  },
  {
    name: 'a job runs again because nobody could remember it',
    file: 'lib/use-cases/remember-ended.ts',
    find: "events.emit({ kind: 'history not written', job, error })",
    replace: "events.emit({ kind: 'history not written', job, error })\n    throw error",
    breaks: 'what is only told keeps jobs from ending',
    tests: [ENDED],
  },
  {
    name: 'a refused job is not remembered',
    file: END,
    find: "if (outcome === 'ended') await rememberEnded(context, job, ending, { endedAt, since: endedAt })",
    replace: 'void endedAt',
    breaks: 'nobody knows what became of it',
    tests: [ENDED],
  },
  {
    name: 'a job that is cancelled while it runs forgets its wait',
    file: END,
    find: '{ ...standing.value, ...beginningOf(job) }',
    replace: '{ ...beginningOf(job), ...standing.value, startedAt: undefined }',
    breaks: 'neither its record nor its letter says how long it waited',
    tests: [ENDED],
  },
  {
    name: 'a long error makes a record dear',
    file: RECORD,
    find: 'firstBytes(error, Math.min(MOST_ERROR_BYTES, Math.max(LEAST_ERROR_BYTES, left)))',
    replace: 'firstBytes(error, MOST_ERROR_BYTES + 0 * left * LEAST_ERROR_BYTES)',
    breaks: 'a record costs two write units',
    tests: [RULE],
  },
  {
    name: 'the shortest waits are kept',
    file: RECORD,
    find: '([, one], [, other]) => other - one',
    replace: '([, one], [, other]) => one - other',
    breaks: 'of a long wait the least part is explained',
    tests: [RULE],
  },
  {
    name: 'an earlier job with the same id is taken for the one that was asked for',
    file: RECORD,
    find: 'record.runAt >= runAt',
    replace: 'record.runAt >= 0 * runAt',
    breaks: 'a job that is gone is said to be done',
    tests: [RULE, SEEN],
  },
  {
    name: 'a history is kept for too long',
    file: RECORD,
    find: '(endedAt + history_ms) / 1000',
    replace: '(endedAt + history_ms)',
    breaks: 'DynamoDB never forgets',
    tests: [RULE],
  },
  {
    name: 'a history is read where there is none',
    file: 'lib/use-cases/operate/why.ts',
    find: 'history_ms === undefined) return undefined',
    replace: 'history_ms === 0) return undefined',
    breaks: 'why reads, and needs rights, for nothing',
    tests: [SEEN],
  },
  {
    name: 'what has ended since is overwritten',
    file: DYNAMO,
    find: "expression.path('endedAt')} <= $",
    replace: "expression.path('endedAt')} >= $",
    breaks: 'what is remembered is not what has become of the job',
    tests: [CONTRACT],
  },
  {
    name: 'a first record needs another',
    file: DYNAMO,
    find: '(${' + 'isFirst} OR ${' + 'isEarlier})',
    replace: '(${' + 'isEarlier} OR ${' + 'isEarlier}) AND attribute_exists(pk)',
    breaks: 'nothing is ever remembered',
    tests: [CONTRACT],
  },
  {
    name: 'a slow history keeps jobs from ending',
    file: DYNAMO,
    find: 'within(HISTORY_ANSWER_MS, ',
    replace: 'within(100 * HISTORY_ANSWER_MS, ',
    breaks: 'a job that has succeeded runs again because nobody could remember it in time',
    tests: ['test/unit/api/clients.test.ts'],
  },
  {
    name: 'the first id comes first',
    file: DYNAMO,
    find: 'ScanIndexForward: false',
    replace: 'ScanIndexForward: true',
    breaks: 'the jobs that were put last are found last',
    tests: [CONTRACT],
  },
  {
    name: 'ended jobs of several keys come in no order',
    file: 'lib/use-cases/operate/ended-jobs.ts',
    find: 'one.id > other.id',
    replace: 'one.id < other.id',
    breaks: 'the jobs that were put last are found among the others',
    tests: [SEEN],
  },
]
