import {
  DynamoDBClient,
  TransactionCanceledException,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb'
import { expect, test } from 'vitest'
import { dynamoStore } from '../../../lib/adapters/dynamodb/store.ts'
import { deadLetterOf } from '../../../lib/core/job/dead-letter.ts'
import { jobItem, NOW } from '../../support/builders.ts'

const about = { $metadata: {}, message: 'in the way' }
const conflict = new TransactionConflictException(about)
const cancelled = new TransactionCanceledException({
  ...about,
  CancellationReasons: [{ Code: 'TransactionConflict' }, { Code: 'None' }],
})

/** A database in which others are in the way of the first calls. */
function jobsBehind(...errors: readonly Error[]) {
  const waiting = [...errors]
  const client = Object.assign(new DynamoDBClient({ region: 'us-east-1' }), {
    send: async () => {
      const error = waiting.shift()
      if (error) throw error
      return {}
    },
  })
  return dynamoStore({ client, tables: { jobs: 'jobs', state: 'state', history: 'history' } }).jobs
}

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

test('any other error is its caller’s', async () => {
  const denied = new Error('access denied')
  await expect(jobsBehind(denied).remove(item)).rejects.toBe(denied)
  await expect(jobsBehind(conflict).remove(jobItem())).rejects.toBe(conflict)
})
