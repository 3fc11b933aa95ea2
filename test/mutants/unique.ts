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
    find: 'const lock = takeLockAlong(database, item, next)',
    replace: 'const lock = takeLockAlong(database, { ...item, uniqueKey: undefined }, next)',
    breaks: 'a unique key is free while its job waits to be tried again',
    tests: [CONTRACT],
  },
  {
    name: 'a retry takes another job’s lock',
    file: DYNAMO,
    find: 'update.condition(isOf(update, item))',
    replace: 'update.condition(`NOT ($' + '{isOf(update, item)})`)',
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
    name: 'whoever cancels a job of a shard keeps a slot of it from being freed',
    file: 'lib/adapters/dynamodb/state-update.ts',
    find: 'await unlessInTheWay(() => client.send(new UpdateItemCommand(call)))',
    replace: 'await (unlessInTheWay && client.send(new UpdateItemCommand(call)))',
    breaks: 'a slot stays taken until its deadline, and its job is gone',
    tests: ['test/unit/adapters/in-the-way.test.ts'],
  },
  {
    name: 'a job that is moved takes nothing along of its lock but its key',
    file: DYNAMO,
    find: 'const { UpdateExpression: expression, ...rest } = update.condition(isOf(update, item)).build()',
    replace:
      'const { UpdateExpression: expression, ...rest } = update.remove(update.path("since")).condition(isOf(update, item)).build()',
    breaks: 'a debounced job that is moved between lanes may wait for longer than max',
    tests: [CONTRACT],
  },
  {
    name: 'an event knows its lock by the key of its job',
    file: 'lib/use-cases/ingest.ts',
    find: 'onlyOne(once, job, event, at)',
    replace: 'onlyOne(once, job, event && job.sk, at)',
    breaks: 'of two events that name one id in one second the payload of the second is lost',
    tests: ['test/unit/use-cases/ingest.test.ts'],
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
