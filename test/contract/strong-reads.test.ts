/**
 * What is sent to DynamoDB. Local engines are always consistent, so no test of outcomes sees a strong read that is
 * none; and on strong reads of jobs and states, in their order, the whole protocol rests.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { expect, test } from 'vitest'
import { dynamoDeploymentLog } from '../../lib/adapters/dynamodb/deployment.ts'
import { dynamoStore } from '../../lib/adapters/dynamodb/store.ts'
import { deadLetterOf } from '../../lib/core/job/dead-letter.ts'
import { emptyState } from '../../lib/core/shard/state.ts'
import type { JobStore, StateStore } from '../../lib/ports/store.ts'
import { asId, asToken, borrowed, change, jobItem, NOW, SHARD } from '../support/builders.ts'
import { record, type Sent } from '../support/record-commands.ts'

const sent: Sent[] = []
const client = record(new DynamoDBClient({ region: 'us-east-1' }), sent)
const database = { client, tables: { jobs: 'jobs', state: 'state', history: 'history' } }
const { jobs, states } = dynamoStore(database)
const log = dynamoDeploymentLog(database)

const state = { ...emptyState(SHARD), version: 1 }
const job = jobItem()
const letter = deadLetterOf(job, 'exhausted', 'an error', NOW)
const holder = { id: asId('job'), token: asToken('a') }
const attempt = { token: asToken('b'), deadline: NOW, bucket: String(NOW) }
const deployment = { version: 1, number: 1, replaced: {}, requests: [] }

/** Every verb: a new one does not compile until it is here. */
type Verbs<Port> = { readonly [Verb in keyof Port]: () => Promise<unknown> }

const ofJobs: Verbs<JobStore> = {
  put: () => jobs.put(job),
  putBatch: () => jobs.putBatch([job]),
  get: () => jobs.get(job),
  range: () => jobs.range({ shard: SHARD, from: '0#', limit: 10 }),
  count: () => jobs.count({ shard: SHARD, from: '0#' }),
  remove: () => jobs.remove(job),
  replace: () => jobs.replace(job, jobItem({ attempt: 2 })),
  bury: () => jobs.bury(job, letter),
  shards: () => jobs.shards({}),
  moveOut: () => jobs.moveOut(state, job, { letter }),
}
const ofStates: Verbs<StateStore> = {
  read: () => states.read(SHARD),
  pass: () => states.pass(state, change({})),
  start: () => states.start(SHARD, holder, attempt),
  remember: () => states.remember(SHARD, String(NOW)),
  release: () => states.release(SHARD, holder),
  writeBooks: () => states.writeBooks(state, { loans: [], line: [], isLending: true, expiresAt: 1 }),
  recordBorrowed: () => states.recordBorrowed(state, { slots: borrowed('l', 1) }),
  fence: () => states.fence(SHARD, 7),
  strand: () => states.strand(state, NOW, undefined),
  earlierShards: () => states.earlierShards('crm'),
  override: () => states.override(SHARD, { concurrency: 1 }),
  slowDown: () => states.slowDown(SHARD, { until: NOW, reason: 'HTTP 429' }),
  due: () => states.due('due#0', NOW),
  scan: () => states.scan({}),
  glance: () => states.glance([SHARD]),
  sweepCursors: () => states.sweepCursors(),
  saveSweepCursor: () => states.saveSweepCursor('jobs', undefined),
}
const ofTheLog = { readDeployment: () => log.read(), writeDeployment: () => log.write(deployment, undefined) }

/** The sweep and the tick may see what was; whoever they wake reads again. What is counted is counted for people. */
const MAY_BE_STALE: readonly string[] = ['shards', 'count', 'due', 'scan', 'glance']

const isRead = ({ command }: Sent): boolean => /^(Get|BatchGet|Query|Scan|TransactGet)/.test(command)

const isStrong = ({ input }: Sent): boolean =>
  input['ConsistentRead'] === true ||
  Object.values((input['RequestItems'] ?? {}) as Record<string, { ConsistentRead?: boolean }>).some(
    (table) => table.ConsistentRead === true,
  )

test.each(Object.entries({ ...ofJobs, ...ofStates, ...ofTheLog }))(
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

test('a query of the due index, the one stale query, cannot be consistent', async () => {
  sent.length = 0
  await ofStates.due()
  expect(sent.map(({ input }) => input['IndexName'])).toEqual(['due'])
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
  await states.override(SHARD, { concurrency: 0 })
  const [update] = sent
  const names = Object.entries((update?.input['ExpressionAttributeNames'] ?? {}) as Record<string, string>)
  const placeholder = names.find(([, name]) => name === 'expiresAt')?.[0]
  expect(update?.input['UpdateExpression']).toMatch(new RegExp(`REMOVE [^A-Z]*${placeholder}\\b`))
})
