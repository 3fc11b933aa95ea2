/** What is sent to DynamoDB and to SQS. */
import type { TestedMutant } from './mutant.ts'

const STRONG_READS = ['test/contract/strong-reads.test.ts'] as const
const JOBS = 'lib/adapters/dynamodb/jobs.ts'
const STATES = 'lib/adapters/dynamodb/states.ts'

export const ADAPTERS: readonly TestedMutant[] = [
  {
    name: 'jobs queried as they were',
    file: JOBS,
    find: '      ConsistentRead: true,\n',
    replace: '',
    breaks: 'a job that has just ended is still seen, and its slot is not',
    tests: STRONG_READS,
  },
  {
    name: 'states read as they were',
    file: STATES,
    find: 'Key: toItem({ pk: shard }), ConsistentRead: true }',
    replace: 'Key: toItem({ pk: shard }) }',
    breaks: 'a pass looks for jobs by a state that is over',
    tests: STRONG_READS,
  },
  {
    name: 'a job read as it was',
    file: JOBS,
    find: 'Key: toItem({ pk, sk }), ConsistentRead: true }',
    replace: 'Key: toItem({ pk, sk }) }',
    breaks: 'a worker runs what has been replaced, or nothing at all',
    tests: STRONG_READS,
  },
  {
    name: 'the record of deployments read as it was',
    file: 'lib/adapters/dynamodb/deployment.ts',
    find: 'Key: toItem(KEY), ConsistentRead: true }',
    replace: 'Key: toItem(KEY) }',
    breaks: 'a function that has been replaced decides for longer than is said',
    tests: STRONG_READS,
  },
  {
    name: 'setLimits keeps the expiry',
    file: STATES,
    find: "change.increase(change.path('version'), 1).remove(change.path('expiresAt'))",
    replace: "change.increase(change.path('version'), 1)",
    breaks: 'a pause is over a week later',
    tests: ['test/contract/strong-reads.test.ts', 'test/contract/by-hand.test.ts'],
  },
  {
    name: 'own write on DynamoDB known by its claims only',
    file: 'lib/core/state.ts',
    find: '): boolean => passedBy === mark || ',
    replace: '): boolean => passedBy === mark + mark || ',
    breaks: 'a wake-up is not sent where the reply to the write got lost',
    tests: ['test/contract/own-write.test.ts'],
  },
  {
    name: 'the mark of a pass not written',
    file: 'lib/adapters/dynamodb/pass-expression.ts',
    find: "update.set(update.path('passedBy'), change.mark)",
    replace: "update.set(update.path('passedBy'), '')",
    breaks: 'a wake-up is not sent where the reply to the write got lost',
    tests: ['test/contract/own-write.test.ts'],
  },
  {
    name: 'deleted whatever stands there',
    file: 'lib/adapters/dynamodb/judged.ts',
    find: 'for (const name of [...first, ...others].slice(0, MAX_ATTRIBUTES)) {',
    replace: 'for (const name of [...first, ...others].slice(0, 0 * MAX_ATTRIBUTES)) {',
    breaks: 'a corrected item goes with the one that was judged',
    tests: ['test/contract/store-dynoxide.test.ts'],
  },
  {
    name: 'an item with an attribute __proto__ not read',
    file: 'lib/adapters/dynamodb/item.ts',
    find: '      .filter(([, part]) => part !== undefined)\n      .map(([name, part]) => [name, fromAttribute(part)]),',
    replace: '      .map(([name, part]) => [name, fromAttribute(part)]),',
    breaks: 'one such item stops its partition',
    tests: [
      'test/contract/by-hand.test.ts',
      'test/contract/store-dynoxide.test.ts',
      'test/unit/adapters/item.test.ts',
    ],
  },
  {
    name: 'a delay rounded up for SQS',
    file: 'lib/adapters/sqs/queues.ts',
    find: 'DelaySeconds: Math.floor(Math.min(delay_ms, MAX_DELAY_MS) / 1000)',
    replace: 'DelaySeconds: Math.ceil(Math.min(delay_ms, MAX_DELAY_MS) / 1000)',
    breaks: 'a rate of so many a second is used to half',
    tests: ['test/contract/queues-fauxqs.test.ts'],
  },
  {
    name: 'one refused message stops the others',
    file: 'lib/adapters/sqs/batches.ts',
    find: 'refused.push(...Failed.filter(({ SenderFault }) => SenderFault))',
    replace: "if (Failed.some(({ SenderFault }) => SenderFault)) throw new Error('refused')",
    breaks: 'a partition that SQS cannot spell stops sweep and tick for all',
    tests: ['test/contract/queues-fauxqs.test.ts'],
  },
]
