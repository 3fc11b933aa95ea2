/** Ways in which a unique key could have two jobs, or stay taken. */
import type { TestedMutant } from './mutant.ts'

const DYNAMO = 'lib/adapters/dynamodb/unique.ts'
const CONTRACT = 'test/contract/store-dynoxide.test.ts'
const LOCK = 'lib/core/job/lock.ts'

export const UNIQUE_MUTANTS: readonly TestedMutant[] = [
  {
    name: 'a lock is taken over although its job is there',
    file: DYNAMO,
    find: 'return [{ ConditionCheck }]',
    replace: 'return [{ ConditionCheck }].slice(1)',
    breaks: 'two jobs have one unique key',
    tests: [CONTRACT],
  },
  {
    name: 'a lock is taken over whoever has it by now',
    file: DYNAMO,
    find: 'isAsFound ? `($' + '{isFree} OR ($' + '{isAsFound}))` : isFree',
    replace: 'isAsFound ? `($' + '{isFree} OR ($' + '{isAsFound}) OR attribute_exists(pk))` : isFree',
    breaks: 'two calls both take over the lock of a job that has ended',
    tests: [CONTRACT],
  },
  {
    name: 'a retry leaves its lock behind',
    file: 'lib/adapters/dynamodb/jobs.ts',
    find: 'const lock = lockGoesOn(database, item, next)',
    replace: 'const lock = lockGoesOn(database, { ...item, uniqueKey: undefined }, next)',
    breaks: 'a unique key is free while its job waits to be tried again',
    tests: [CONTRACT],
  },
  {
    name: 'a retry takes another job’s lock',
    file: DYNAMO,
    find: 'expression.condition(isOf(expression, { pk, sk }))',
    replace: 'expression.condition(`NOT ($' + '{isOf(expression, { pk, sk })})`)',
    breaks: 'a raw item frees a unique key of somebody else',
    tests: [CONTRACT],
  },
  {
    name: 'a job without its lock is never tried again',
    file: 'lib/adapters/dynamodb/jobs.ts',
    find: "if (outcome && outcome !== 'not locked') return outcome",
    replace: "if (outcome) return outcome === 'not locked' ? 'gone' : outcome",
    breaks: 'a failed job stays in its slot for ever',
    tests: [CONTRACT],
  },
  {
    name: 'who has taken over a lock does not know its own write',
    file: DYNAMO,
    find: 'if (other.mark !== lock.mark)',
    replace: 'if (other.mark !== lock.pk)',
    breaks: 'a call whose reply was lost goes on to look for another job',
    tests: [CONTRACT],
  },
  {
    name: 'whoever wants a unique key keeps its job from being ended',
    file: 'lib/adapters/dynamodb/in-the-way.ts',
    find: 'isBusy(error) || error instanceof TransactionConflictException',
    replace: 'isBusy(error) && error instanceof TransactionConflictException',
    breaks: 'a job that has succeeded is run again',
    tests: ['test/unit/adapters/in-the-way.test.ts'],
  },
  {
    name: 'the same payload in another order is another job',
    file: LOCK,
    find: 'payload], inOrder)',
    replace: 'payload])',
    breaks: 'the same job is accepted twice',
    tests: ['test/unit/core/lock.test.ts'],
  },
  {
    name: 'a lock is gone when its job is due',
    file: LOCK,
    find: '(Math.max(due, now) + LOCK_KEPT_MS)',
    replace: '(Math.max(0 * due, now) + LOCK_KEPT_MS)',
    breaks: 'a job that is due late loses its key',
    tests: ['test/unit/core/lock.test.ts'],
  },
]
