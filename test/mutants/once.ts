/** Ways in which an idempotency key could make a second job, or none. */
import type { TestedMutant } from './mutant.ts'

const DYNAMO = 'lib/adapters/dynamodb/once.ts'
const USE_CASE = 'lib/use-cases/enqueue-once.ts'
const CONTRACT = 'test/contract/store-dynoxide.test.ts'
const UNIT = 'test/unit/use-cases/enqueue-once.test.ts'

export const ONCE_MUTANTS: readonly TestedMutant[] = [
  {
    name: 'a receipt is put over one that holds',
    file: DYNAMO,
    find: '<= $' + '{expression.value(receipt.at)}',
    replace: '>= $' + '{expression.value(receipt.at)}',
    breaks: 'a key makes a second job, and one that is over makes none',
    tests: [CONTRACT],
  },
  {
    name: 'a receipt holds until DynamoDB deletes it',
    file: DYNAMO,
    find: 'expression.condition(`($' + '{isFree} OR $' + '{isOver})`)',
    replace: 'expression.condition(`($' + '{isFree} OR ($' + '{isOver} AND $' + '{isFree}))`)',
    breaks: 'a key holds for days longer than it was asked to',
    tests: [CONTRACT],
  },
  {
    name: 'a lost reply is taken for another call',
    file: DYNAMO,
    find: "mark === receipt.mark ? { kind: 'put' }",
    replace: "mark === receipt.sk ? { kind: 'put' }",
    breaks: 'the caller that has made the job is told that it was there',
    tests: [CONTRACT],
  },
  {
    name: 'a job is put over another',
    file: 'lib/adapters/dynamodb/keyed.ts',
    find: "const NOT_THERE = 'attribute_not_exists(pk)'",
    replace: "const NOT_THERE = 'attribute_not_exists(pk) OR attribute_exists(pk)'",
    breaks: 'an accepted job is lost',
    tests: [CONTRACT],
  },
  {
    name: 'two calls in each other’s way both fail',
    file: USE_CASE,
    find: 'shouldRetry: ({ error }) => error instanceof EnqueueIncompleteError',
    replace: 'shouldRetry: ({ error }) => !(error instanceof EnqueueIncompleteError)',
    breaks: 'simultaneous calls fail, and what is refused is asked again and again',
    tests: [UNIT],
  },
  {
    name: 'the key of one queue is that of all',
    file: 'lib/core/job/receipt.ts',
    find: "const [queue = ''] = item.pk.split('|')",
    replace: 'const queue = item.pk.slice(0, 0)',
    breaks: 'another queue’s job is not made',
    tests: ['test/unit/core/receipt.test.ts'],
  },
  {
    name: 'a receipt goes before its time',
    file: 'lib/core/job/receipt.ts',
    find: 'Math.ceil((until + CLOCK_SKEW_MS) / 1000)',
    replace: 'Math.ceil((now + CLOCK_SKEW_MS) / 1000)',
    breaks: 'DynamoDB deletes the receipt of a key that holds',
    tests: ['test/unit/core/receipt.test.ts'],
  },
  {
    name: 'the others of a batch with one key are told of themselves',
    file: USE_CASE,
    find: 'there.set(keyText(item), found ?? made)',
    replace: 'there.set(keyText(item), found ?? { pk: item.pk, sk: item.sk })',
    breaks: 'callers get the key of a job that does not exist',
    tests: [UNIT],
  },
  {
    name: 'an event forgets its idempotency key',
    file: 'lib/use-cases/ingest.ts',
    find: 'once: detail.data, at, event: name }',
    replace: 'once: {}, at, event: name }',
    breaks: 'each event makes a job',
    tests: ['test/unit/use-cases/ingest.test.ts'],
  },
]
