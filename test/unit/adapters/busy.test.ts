/** A transaction that is cancelled because others are in the way, or there is no room: its caller is told so, and tries again. */
import { DynamoDBClient, TransactionCanceledException } from '@aws-sdk/client-dynamodb'
import { expect, test } from 'vitest'
import { dynamoStore } from '../../../lib/adapters/dynamodb/store.ts'
import { deadLetterOf } from '../../../lib/core/job/dead-letter.ts'
import { uniqueOf } from '../../../lib/core/job/lock.ts'
import { receiptOf } from '../../../lib/core/job/receipt.ts'
import { emptyState } from '../../../lib/core/shard/state.ts'
import type { Store } from '../../../lib/ports/store.ts'
import { asShard, jobItem, NOW, SHARD, value } from '../../support/builders.ts'
import { asVersion, scheduleItem } from '../../support/schedules.ts'

const item = jobItem()
const unique = value(uniqueOf({ key: 'k' }, item, 'mark', NOW))
const receipt = value(receiptOf({ idempotencyKey: 'k' }, item, 'mark', NOW))
const letter = deadLetterOf(item, 'cancelled', 'no', NOW)
const state = emptyState(SHARD)
const elsewhere = { ...item, pk: asShard('crm|globex') }

const CALLS: readonly (readonly [string, (store: Store) => Promise<unknown>, unknown])[] = [
  ['endWaiting', ({ jobs }) => jobs.endWaiting(state, [{ item, letter }]), 'stale'],
  ['moveWaiting', ({ jobs }) => jobs.moveWaiting(state, [{ item, next: elsewhere }]), 'stale'],
  ['moveOut', ({ jobs }) => jobs.moveOut(state, item, { letter }), 'busy'],
  ['putBack', ({ history }) => history.putBack(letter, item, undefined), 'busy'],
  ['putUnique', ({ jobs }) => jobs.putUnique(unique.item, unique.lock), { kind: 'busy' }],
  ['putOnce', ({ jobs }) => jobs.putOnce(item, receipt ?? never()), { kind: 'busy' }],
  ['putCounted', ({ jobs }) => jobs.putCounted({ ...item, countedIn: { queue: 0 } }), 'busy'],
  [
    'fire',
    ({ schedules }) =>
      schedules.fire({
        schedule: scheduleItem(),
        found: asVersion(1),
        jobs: [unique.item],
        lock: { lock: unique.lock },
      }),
    { kind: 'busy' },
  ],
  [
    'swapWaiting',
    ({ jobs }) =>
      jobs.swapWaiting(state, item, {
        next: { ...unique.item, pk: elsewhere.pk },
        lock: unique.lock,
        expiresAt: undefined,
        rooms: [],
      }),
    'stale',
  ],
]

function never(): never {
  throw new Error('there is a receipt')
}

function storeThat(...codes: readonly string[]): Store {
  const error = new TransactionCanceledException({
    $metadata: {},
    message: 'cancelled',
    CancellationReasons: codes.map((Code) => ({ Code })),
  })
  const client = Object.assign(new DynamoDBClient({ region: 'us-east-1' }), {
    send: () => Promise.reject(error),
  })
  return dynamoStore({
    client,
    tables: { jobs: 'jobs', state: 'state', history: 'history', schedules: 'schedules' },
  })
}

test.each(CALLS)('%s', async (_verb, call, busy) => {
  expect(await call(storeThat('None', 'TransactionConflict'))).toEqual(busy)
  expect(await call(storeThat('ThrottlingError', 'None', 'ProvisionedThroughputExceeded'))).toEqual(busy)
  // It would never be made.
  await expect(call(storeThat('TransactionConflict', 'ValidationError'))).rejects.toThrow('cancelled')
})
