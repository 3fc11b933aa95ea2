/**
 * What is sent to DynamoDB. Local engines are always consistent, so no test of outcomes sees a strong read that is
 * none; and on strong reads of jobs and states, in their order, the whole protocol rests.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { expect, test } from 'vitest'
import { dynamoDeploymentLog } from '../../lib/adapters/dynamodb/deployment.ts'
import { dynamoStore } from '../../lib/adapters/dynamodb/store.ts'
import { deadEvent, deadLetterOf } from '../../lib/core/job/dead-letter.ts'
import { uniqueOf } from '../../lib/core/job/lock.ts'
import { type Receipt, receiptOf } from '../../lib/core/job/receipt.ts'
import { totalOf } from '../../lib/core/limits/queue-limiter.ts'
import { emptyState } from '../../lib/core/shard/state.ts'
import type { JobStore, ScheduleStore, StateStore } from '../../lib/ports/store.ts'
import { asId, asToken, borrowed, change, jobItem, NOW, SHARD, value } from '../support/builders.ts'
import { record, type Sent } from '../support/record-commands.ts'
import { asVersion, scheduleItem } from '../support/schedules.ts'

const sent: Sent[] = []
const client = record(new DynamoDBClient({ region: 'us-east-1' }), sent)
const database = {
  client,
  tables: { jobs: 'jobs', state: 'state', history: 'history', schedules: 'schedules' },
}
const { jobs, states, history, schedules } = dynamoStore(database)
const log = dynamoDeploymentLog(database)

const state = { ...emptyState(SHARD), version: 1 }
const job = jobItem()
const counted = { ...job, countedIn: { queue: 0 } }
const letter = deadLetterOf(job, 'exhausted', 'an error', NOW)
const receipt = value(receiptOf({ idempotencyKey: 'order-42' }, job, 'mark', NOW)) as Receipt
const unique = value(uniqueOf(true, job, 'mark', NOW))
const holder = { id: asId('job'), token: asToken('a') }
const attempt = { token: asToken('b'), deadline: NOW, bucket: String(NOW) }
const derived = { concurrency: 1, from: 'crm', generation: 1 }
const rate = { rate: 1, frequency_s: 1 }
const app = { rate, configured: rate, generation: 1, done: 0, isComplete: false }
const deployment = { version: 1, number: 1, replaced: {}, requests: [] }

/** Every verb: a new one does not compile until it is here. */
type Verbs<Port> = { readonly [Verb in keyof Port]: () => Promise<unknown> }

const ofJobs: Verbs<JobStore> = {
  put: () => jobs.put(job),
  putCounted: () => jobs.putCounted(counted, [{ pk: '$size|crm', sk: '00', most: 1 }]),
  putOnce: () => jobs.putOnce(job, receipt),
  putUnique: () => jobs.putUnique(unique.item, unique.lock, unique.lock),
  swapWaiting: () => jobs.swapWaiting(state, job, { next: jobItem({ id: 'next' }), lock: unique.lock }),
  putBatch: () => jobs.putBatch([job]),
  get: () => jobs.get(job),
  peek: () => jobs.peek(job),
  cancel: () => jobs.cancel(job, { by: 'ann', at: NOW }),
  endWaiting: () => jobs.endWaiting(state, [{ item: job, letter }]),
  range: () => jobs.range({ shard: SHARD, from: '0#', limit: 10 }),
  countedItems: () => jobs.countedItems('crm'),
  count: () => jobs.count({ shard: SHARD, from: '0#' }),
  remove: () => jobs.remove(job),
  replace: () => jobs.replace(job, jobItem({ attempt: 2 })),
  bury: () => jobs.bury(job, letter),
  shards: () => jobs.shards({}),
  moveOut: () => jobs.moveOut(state, job, { letter }),
  moveWaiting: () => jobs.moveWaiting(state, [{ item: job }]),
}
const ofStates: Verbs<StateStore> = {
  read: () => states.read(SHARD),
  pass: () => states.pass(state, change({})),
  start: () => states.start(SHARD, holder, attempt),
  remember: () => states.remember(SHARD, String(NOW)),
  release: () => states.release(SHARD, holder),
  writeBooks: () => states.writeBooks(state, { loans: [], line: [], isLending: true, expiresAt: 1 }),
  recordBorrowed: () => states.recordBorrowed(state, { slots: borrowed('l', 1) }),
  recordBorrowedFrom: () =>
    states.recordBorrowedFrom(state, { [totalOf('crm')]: { slots: borrowed('l', 1) } }),
  grantStarts: () => states.grantStarts(state, { take: [['1.5', 1]], drop: [], expiresAt: 7 }),
  settleStart: () => states.settleStart(SHARD, ['1.5', 1], '1'),
  fence: () => states.fence(SHARD, 7),
  strand: () => states.strand(state, NOW, undefined),
  earlierShards: () => states.earlierShards('crm'),
  override: () => states.override(emptyState(SHARD), { concurrency: 1 }),
  slowDown: () => states.slowDown(SHARD, { until: NOW, reason: 'HTTP 429' }),
  derive: () => states.derive(state, derived, 7),
  rederive: () => states.rederive(SHARD, derived),
  appRecord: () => states.appRecord('crm'),
  saveAppRecord: () => states.saveAppRecord('crm', app, undefined),
  queueSettings: () => states.queueSettings(),
  saveQueuePause: () => states.saveQueuePause('crm', { by: 'ann' }),
  saveQueueLimits: () => states.saveQueueLimits('crm', { concurrency: 2 }, undefined),
  due: () => states.due('due#0', NOW),
  scan: () => states.scan({}),
  glance: () => states.glance([SHARD]),
  sweepCursors: () => states.sweepCursors(),
  saveSweepCursor: () => states.saveSweepCursor('jobs', undefined),
  census: () => states.census(),
  saveCensus: () => states.saveCensus({}),
}
const ofSchedules: Verbs<ScheduleStore> = {
  get: () => schedules.get('sync|nightly'),
  getMany: () => schedules.getMany(['sync|nightly']),
  due: () => schedules.due({ partition: 7, until: NOW, limit: 1 }),
  scan: () => schedules.scan(),
  put: () => schedules.put(scheduleItem(), 'absent'),
  remove: () => schedules.remove('sync|nightly', asVersion(1)),
  fire: () => schedules.fire({ schedule: scheduleItem(), found: asVersion(1), jobs: [job] }),
  withdraw: () =>
    schedules.withdraw({
      schedule: scheduleItem(),
      found: asVersion(1),
      from: [{ state: emptyState(SHARD), items: [job] }],
    }),
  putAtMostOnce: () => schedules.putAtMostOnce(job),
  bury: () => schedules.bury({ pk: 'sync|nightly' }, deadEvent({ queue: '', id: '', event: {} }, 'odd', NOW)),
  partitions: () => schedules.partitions(),
  savePartitions: () => schedules.savePartitions({ version: 1, upTo: 32 }, 'absent'),
  declared: () => schedules.declared(),
  saveDeclared: () => schedules.saveDeclared({ version: 1, keys: [] }, 'absent'),
}
/** Of the History table this alone decides what a caller is told of a job that has just ended. */
const ofHistory = { ended: () => history.ended({ pk: 'ended|crm|acme|0', sk: 'job' }) }
const ofTheLog = { readDeployment: () => log.read(), writeDeployment: () => log.write(deployment, undefined) }

/** The sweep and the tick may see what was; whoever they wake reads again. So may who looks for a mark that stays, or counts for people. */
const MAY_BE_STALE: readonly string[] = [
  ...['peek', 'shards', 'count', 'due', 'scan', 'glance'],
  ...['schedules: due', 'schedules: scan'],
]

/** Verbs of another port are called the same. */
const named = (verbs: typeof ofSchedules) =>
  Object.fromEntries(Object.entries(verbs).map(([verb, call]) => [`schedules: ${verb}`, call]))

const isRead = ({ command }: Sent): boolean => /^(Get|BatchGet|Query|Scan|TransactGet)/.test(command)

const isStrong = ({ input }: Sent): boolean =>
  input['ConsistentRead'] === true ||
  Object.values((input['RequestItems'] ?? {}) as Record<string, { ConsistentRead?: boolean }>).some(
    (table) => table.ConsistentRead === true,
  )

test.each(Object.entries({ ...ofJobs, ...ofStates, ...ofHistory, ...ofTheLog, ...named(ofSchedules) }))(
  '%s reads consistently whatever it reads, unless its port says otherwise',
  async (verb, call) => {
    sent.length = 0
    // The answers mean nothing: some verbs cannot make sense of them.
    await call().catch(() => {})
    expect(sent).not.toEqual([])
    const weak = sent.filter((one) => isRead(one) && !isStrong(one))
    expect(weak.length > 0).toBe(MAY_BE_STALE.includes(verb))
  },
)

test('a scan is consistent if it has to be', async () => {
  sent.length = 0
  await states.scan({ isStrong: true }).catch(() => {})
  expect(sent.map(isStrong)).toEqual([true])
})

test('a query of a due index, the one stale query, cannot be consistent', async () => {
  sent.length = 0
  await ofStates.due()
  await ofSchedules.due()
  expect(sent.map(({ input }) => input['IndexName'])).toEqual(['due', 'due'])
})

test('what a shard has borrowed takes the place of the number that an earlier version wrote there', async () => {
  sent.length = 0
  await states.recordBorrowed(state, {}, undefined)
  const [update] = sent
  const names = (update?.input['ExpressionAttributeNames'] ?? {}) as Record<string, string>
  const removed = /REMOVE (.*)$/.exec(String(update?.input['UpdateExpression']))?.[1]?.split(', ') ?? []
  expect(removed.map((placeholder) => names[placeholder])).toEqual(['shards', 'unsettled'])
})

test('an override that is written takes the time away at which the item would go', async () => {
  sent.length = 0
  await states.override(emptyState(SHARD), { concurrency: 0 })
  const [update] = sent
  const names = Object.entries((update?.input['ExpressionAttributeNames'] ?? {}) as Record<string, string>)
  const placeholder = names.find(([, name]) => name === 'expiresAt')?.[0]
  expect(update?.input['UpdateExpression']).toMatch(new RegExp(`REMOVE [^A-Z]*${placeholder}\\b`))
})
