import {
  DynamoDBClient,
  TransactionCanceledException,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb'
import { expect, test } from 'vitest'
import { dynamoStore } from '../../../lib/adapters/dynamodb/store.ts'
import { deadLetterOf } from '../../../lib/core/job/dead-letter.ts'
import { emptyState } from '../../../lib/core/shard/state.ts'
import type { StateStore } from '../../../lib/ports/store.ts'
import { asId, asToken, change, jobItem, NOW, SHARD } from '../../support/builders.ts'

const about = { $metadata: {}, message: 'in the way' }
const conflict = new TransactionConflictException(about)
const cancelled = new TransactionCanceledException({
  ...about,
  CancellationReasons: [{ Code: 'TransactionConflict' }, { Code: 'None' }],
})

const noRoom = new TransactionCanceledException({
  ...about,
  CancellationReasons: [{ Code: 'ThrottlingError' }, { Code: 'ProvisionedThroughputExceeded' }],
})

/** A database in which others are in the way of the first calls. */
function storeBehind(...errors: readonly Error[]) {
  const waiting = [...errors]
  const client = Object.assign(new DynamoDBClient({ region: 'us-east-1' }), {
    send: async () => {
      const error = waiting.shift()
      if (error) throw error
      return { Attributes: { pk: { S: SHARD } } }
    },
  })
  return dynamoStore({
    client,
    tables: { jobs: 'jobs', state: 'state', history: 'history', schedules: 'schedules' },
  })
}
const jobsBehind = (...errors: readonly Error[]) => storeBehind(...errors).jobs

const item = { ...jobItem(), uniqueKey: 'nightly' }
const next = { ...item, ...jobItem({ runAt: NOW + 1 }) }
const letter = deadLetterOf(item, 'exhausted', 'no', NOW)

test('whoever wants its unique key does not keep a job from being ended', async () => {
  expect(await jobsBehind(conflict, conflict).remove(item)).toBe('removed')
  expect(await jobsBehind(cancelled).replace(item, next)).toBe('replaced')
  expect(await jobsBehind(cancelled).bury(item, letter)).toBe('buried')
})

test('whoever puts jobs into its queue does not keep a job from being ended', async () => {
  const counted = { ...jobItem(), countedIn: { queue: 3 } }
  expect(await jobsBehind(cancelled, cancelled).remove(counted)).toBe('removed')
  expect(await jobsBehind(cancelled).bury(counted, letter)).toBe('buried')
})

test('nor does anybody keep one that has neither from being put, ended, tried again or cancelled', async () => {
  const [plain, later] = [jobItem(), jobItem({ runAt: NOW + 1 })]
  expect(await jobsBehind(conflict).put(plain)).toBe('put')
  expect(await jobsBehind(conflict).remove(plain)).toBe('removed')
  expect(await jobsBehind(noRoom).replace(plain, later)).toBe('replaced')
  expect(await jobsBehind(noRoom).bury(plain, letter)).toBe('buried')
  expect(await jobsBehind(conflict).cancel(plain, { by: 'ann', at: NOW })).toBe('marked')
})

test('whoever cancels, moves or replaces jobs of a shard keeps nobody from writing its state', async () => {
  const holder = { id: asId('job'), token: asToken('t') }
  const attempt = { token: asToken('u'), deadline: NOW, bucket: String(NOW) }
  const writes: ((states: StateStore) => Promise<unknown>)[] = [
    (states) => states.pass(emptyState(SHARD), change()),
    (states) => states.start(SHARD, holder, attempt),
    (states) => states.release(SHARD, holder),
    (states) => states.fence(SHARD, NOW),
    (states) => states.slowDown(SHARD, undefined),
  ]
  for (const write of writes) await write(storeBehind(conflict, conflict).states)
})

test('nor from setting the number of its jobs right', async () => {
  const part = { pk: '$size|crm', sk: '00' }
  expect(await storeBehind(conflict).history.mendSize(part, { jobs: 3, puts: 3 }, 2)).toBe(true)
})

test('any other error is its caller’s', async () => {
  const denied = new Error('access denied')
  const cannot = new TransactionCanceledException({
    ...about,
    CancellationReasons: [{ Code: 'ItemCollectionSizeLimitExceeded' }, { Code: 'TransactionConflict' }],
  })
  await expect(jobsBehind(denied).remove(item)).rejects.toBe(denied)
  await expect(jobsBehind(cannot).bury(item, letter)).rejects.toBe(cannot)
})
