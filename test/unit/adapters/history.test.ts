/** What no local engine says: that a transaction met another one, or found no room. */
import { DynamoDBClient, TransactionCanceledException } from '@aws-sdk/client-dynamodb'
import { expect, test } from 'vitest'
import { dynamoHistoryStore } from '../../../lib/adapters/dynamodb/history.ts'
import { deadLetterOf } from '../../../lib/core/job/dead-letter.ts'
import { jobItem, NOW } from '../../support/builders.ts'

const tables = { jobs: 'jobs', state: 'state', history: 'history', schedules: 'schedules' }

function putBack(...codes: readonly string[]): Promise<string> {
  const client = new DynamoDBClient({ region: 'us-east-1' })
  const cancelled = new TransactionCanceledException({
    message: 'cancelled',
    $metadata: {},
    CancellationReasons: codes.map((Code) => ({ Code })),
  })
  Object.assign(client, { send: () => Promise.reject(cancelled) })
  const letter = deadLetterOf(jobItem(), 'exhausted', 'no', NOW)
  return dynamoHistoryStore({ client, tables }).putBack(letter, jobItem())
}

test.each([
  ['busy', 'TransactionConflict', 'None'],
  ['busy', 'None', 'ThrottlingError'],
  ['busy', 'ProvisionedThroughputExceeded', 'TransactionConflict'],
  ['gone', 'ConditionalCheckFailed', 'TransactionConflict'],
  ['occupied', 'None', 'ConditionalCheckFailed'],
])('a letter is not put back: %s, for %s and %s', async (outcome, ...codes) => {
  expect(await putBack(...codes)).toBe(outcome)
})

test('what will not pass is thrown', async () => {
  await expect(putBack('None', 'ValidationError')).rejects.toThrow(TransactionCanceledException)
})
