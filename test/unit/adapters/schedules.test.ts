/** What DynamoDB answers about schedules that no local engine does. */
import {
  type AttributeValue,
  DynamoDBClient,
  TransactionConflictException,
  TransactionInProgressException,
} from '@aws-sdk/client-dynamodb'
import { expect, test } from 'vitest'
import { dynamoStore } from '../../../lib/adapters/dynamodb/store.ts'
import { DamagedStateError } from '../../../lib/core/errors.ts'
import { UNREADABLE } from '../../../lib/core/job/job.ts'
import { isRaw, readSchedule } from '../../../lib/core/schedule/schedule-item.ts'
import type { ScheduleStore } from '../../../lib/ports/store.ts'
import { jobItem, NOW, reason } from '../../support/builders.ts'
import { asVersion, scheduleItem } from '../../support/schedules.ts'
import { untyped } from '../../support/untyped.ts'

const conflict = new TransactionConflictException({ $metadata: {}, message: 'in the way' })
const item = scheduleItem()
const found = asVersion(NOW - 1)

/** A database that gives these answers, and from then on the last. Returns what it was asked. */
function schedulesThatGet(...answers: readonly (object | Error)[]) {
  const asked: Readonly<Record<string, unknown>>[] = []
  const send = async ({ input }: { input: Readonly<Record<string, unknown>> }) => {
    const answer = answers[Math.min(asked.length, answers.length - 1)]
    asked.push(input)
    if (answer instanceof Error) throw answer
    return answer
  }
  const client = Object.assign(new DynamoDBClient({ region: 'us-east-1' }), { send })
  const tables = { jobs: 'jobs', state: 'state', history: 'history', schedules: 'schedules' }
  return { schedules: dynamoStore({ client, tables }).schedules, asked }
}

const writes: [string, (schedules: ScheduleStore) => Promise<string>, string][] = [
  ['put', (schedules) => schedules.put(item, found), 'put'],
  ['removed', (schedules) => schedules.remove(item.pk, found), 'removed'],
  ['noted', (schedules) => schedules.savePartitions({ version: 1, upTo: 64 }, 'absent'), 'put'],
]
test.each(writes)('a firing that is under way keeps nobody from being %s', async (_what, write, outcome) => {
  expect(await write(schedulesThatGet(conflict, conflict, {}).schedules)).toBe(outcome)
})

test('a firing that is sent again before the first copy is done is busy', async () => {
  const inProgress = new TransactionInProgressException({ $metadata: {}, message: 'wait' })
  const { schedules } = schedulesThatGet(inProgress)
  expect(await schedules.fire({ schedule: item, found, jobs: [jobItem()] })).toEqual({ kind: 'busy' })
})

test('schedules that DynamoDB has left out are asked for again', async () => {
  const [one, two] = [{ pk: { S: 'sync|one' } }, { pk: { S: 'sync|two' } }]
  const { schedules, asked } = schedulesThatGet(
    { Responses: { schedules: [one] }, UnprocessedKeys: { schedules: { Keys: [two] } } },
    { Responses: {}, UnprocessedKeys: { schedules: { Keys: [two] } } },
    { Responses: { schedules: [two] }, UnprocessedKeys: {} },
  )
  const read = await schedules.getMany(['sync|one', 'sync|two'])
  expect(read).toEqual([{ pk: 'sync|one' }, { pk: 'sync|two' }])
  expect(asked.map(({ RequestItems }) => RequestItems)).toEqual([
    { schedules: { Keys: [one, two], ConsistentRead: true } },
    { schedules: { Keys: [two], ConsistentRead: true } },
    { schedules: { Keys: [two], ConsistentRead: true } },
  ])
})

test('an item that JavaScript cannot hold keeps its neighbours from nothing', async () => {
  const odd = { pk: { S: 'sync|odd' }, version: { N: '7' }, payload: { X: '1' } as unknown as AttributeValue }
  const { schedules } = schedulesThatGet({ Items: [odd, { pk: { S: 'sync|good' } }] })
  const [first, second] = (await schedules.scan()).schedules
  expect(first).toMatchObject({ pk: 'sync|odd', version: 7 })
  expect(first?.[UNREADABLE]).toMatch(/X/)
  expect(first && isRaw(first)).toBe(false)
  expect(first && reason(readSchedule(first))).toMatch(/^the item cannot be read: /)
  expect(second).toEqual({ pk: 'sync|good' })
})

test('a note of the partitions that JavaScript cannot hold is damaged, and no error', async () => {
  const upTo = { X: '1' } as unknown as AttributeValue
  const { schedules } = schedulesThatGet({ Item: { pk: { S: '$partitions' }, upTo } })
  expect(await schedules.partitions()).toEqual({ version: 0, upTo: 1024, damage: expect.any(String) })
})

test('a note of what is declared that makes no sense says what to do', async () => {
  const { schedules } = schedulesThatGet({ Item: { pk: { S: '$declared' }, keys: { S: 'all' } } })
  await expect(schedules.declared()).rejects.toThrow(DamagedStateError)
  await expect(schedules.declared()).rejects.toThrow(/"\$declared" .*: delete it/)
})

test('an item put by hand whose version is a number beyond those of JavaScript can be replaced', async () => {
  const version = { N: '9007199254740993' }
  const others = Object.fromEntries(Array.from({ length: 80 }, (_, n) => [`a${n}`, { S: 'x' }]))
  const { schedules, asked } = schedulesThatGet({ Item: { pk: { S: item.pk }, ...others, version } }, {})
  const read = await schedules.get(item.pk)
  if (!read) throw new Error('it is not there')
  expect(isRaw(read)).toBe(true)
  await schedules.put(item, read)
  const sent: Condition = untyped(asked[1])
  const [name] = Object.entries(sent.ExpressionAttributeNames).find(([, real]) => real === 'version') ?? []
  const [value] = Object.entries(sent.ExpressionAttributeValues).find(([, real]) => real === version) ?? []
  const clauses = sent.ConditionExpression.split(' AND ')
  expect(clauses).toContain(`${name} = ${value}`)
  expect(clauses.filter((clause) => clause.includes('attribute_type'))).toEqual([])
})

interface Condition {
  readonly ConditionExpression: string
  readonly ExpressionAttributeNames: Readonly<Record<string, string>>
  readonly ExpressionAttributeValues: Readonly<Record<string, AttributeValue>>
}
