/** What people and other programs may write into the tables, past all that Sluice checks. */
import { GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dynamoStore } from '../../lib/adapters/dynamodb/store.ts'
import { DamagedStateError } from '../../lib/core/errors.ts'
import { UNREADABLE } from '../../lib/core/job/job.ts'
import type { ShardKey } from '../../lib/core/keys.ts'
import { limiterKey, poolNamed } from '../../lib/core/limits/queue-limiter.ts'
import type { Store } from '../../lib/ports/store.ts'
import { resumeQueue } from '../../lib/use-cases/operate/pause-queue.ts'
import { borrowed, change, jobItem, loan } from '../support/builders.ts'
import { dynoxideDatabase, missingDynoxide, putRaw, type TestDatabase } from '../support/dynamodb.ts'
import { override } from '../support/override.ts'
import { untyped } from '../support/untyped.ts'
import { afterPass, freshShard } from './fresh.ts'
import { setAttributes } from './past-the-port.ts'

describe.skipIf(missingDynoxide)('an item of the Jobs table written by hand', () => {
  const { store, database } = onDynoxide()
  const wild = [
    ['an attribute __proto__', { ['__proto__']: { S: 'evil' } }],
    ['an attribute constructor', { constructor: { S: 'c' } }],
    ['a map with a key __proto__', { note: { M: { ['__proto__']: { S: 'q' }, y: { S: 'z' } } } }],
    ['a number beyond JavaScript', { note: { N: '12345678901234567890123456789012345678' } }],
    ['a set of such numbers', { note: { NS: ['1E100', '12345678901234567890'] } }],
    ['bytes', { note: { B: 'AAEC' } }],
    ['a hundred attributes', manyAttributes(100)],
  ] as const

  test.each(wild)('with %s is read, and is what it was when it is deleted', async (_what, attributes) => {
    const item = jobItem({ pk: freshShard() })
    await putRaw(database(), item, attributes)
    const read = await store().jobs.get(item)
    expect(read).toMatchObject({ pk: item.pk, sk: item.sk, task: 'sync' })
    expect(read?.[UNREADABLE]).toBeUndefined()
    const { items } = await store().jobs.range({ shard: item.pk, from: '0#', limit: 5 })
    expect(items).toEqual([read])
    expect(read && (await store().jobs.remove(read))).toBe('removed')
    expect(await store().jobs.get(item)).toBeUndefined()
  })
})

describe.skipIf(missingDynoxide)('an override written by hand', () => {
  const { store, database } = onDynoxide()
  const write = (shard: ShardKey, value: object) =>
    database().client.send(
      new UpdateItemCommand({
        TableName: database().tables.state,
        Key: { pk: { S: shard } },
        UpdateExpression: 'SET #o = :o',
        ExpressionAttributeNames: { '#o': 'override' },
        ExpressionAttributeValues: { ':o': untyped(value) },
      }),
    )
  const PAUSE = { M: { concurrency: { N: '0' } } }

  test('makes a pass conflict that has read the limits before', async () => {
    const before = await afterPass(store())
    await write(before.shard, PAUSE)
    expect(await store().states.pass(before, change())).toEqual({ kind: 'conflict' })
    const now = await store().states.read(before.shard)
    expect(now?.override).toEqual({ concurrency: 0 })
    expect(now && (await store().states.pass(now, change())).kind).toBe('written')
  })

  test('of NULL is none', async () => {
    const before = await afterPass(store())
    await write(before.shard, { NULL: true })
    const now = await store().states.read(before.shard)
    expect(now?.override).toBeUndefined()
    expect(now && (await store().states.pass(now, change())).kind).toBe('written')
  })

  test('that makes no sense does not keep a pass from writing', async () => {
    const before = await afterPass(store())
    await write(before.shard, { S: 'stop' })
    const now = await store().states.read(before.shard)
    expect(now?.overrideProblem).toBeDefined()
    expect(now && (await store().states.pass(now, change())).kind).toBe('written')
  })

  test('beside an expiry is seen to be so', async () => {
    const before = await afterPass(store(), { expiresAt: 2_000_000_000 })
    await write(before.shard, PAUSE)
    expect(await store().states.read(before.shard)).toMatchObject({ expiresAt: 2_000_000_000 })
    await override(store(), before.shard, { concurrency: 1 })
    const { Item } = await database().client.send(
      new GetItemCommand({ TableName: database().tables.state, Key: { pk: { S: before.shard } } }),
    )
    expect(Item?.['expiresAt']).toBeUndefined()
  })
})

describe.skipIf(missingDynoxide)('what an earlier version wrote into a shard', () => {
  const { store, database } = onDynoxide()

  test('goes when it is written down what the shard has borrowed, but for its copy of the limit', async () => {
    const { shard } = await afterPass(store())
    const earlier = { shards: 4, unsettled: true, override: { concurrency: 1 } }
    await setAttributes(database(), shard, earlier)
    const before = await store().states.read(shard)
    await (before && store().states.recordBorrowed(before, {}))
    const { Item } = await database().client.send(
      new GetItemCommand({ TableName: database().tables.state, Key: { pk: { S: shard } } }),
    )
    expect(Object.keys(Item ?? {}).toSorted()).toEqual(
      ['borrowed', 'override', 'passedBy', 'pk', 'slots', 'version', 'waiting', 'window'].toSorted(),
    )
  })
})

describe.skipIf(missingDynoxide)('loans damaged by hand', () => {
  const { store, database } = onDynoxide()
  const loans = (slots: unknown) => ({
    loans: { slots: { 0: slots }, starts: {} },
    line: { slots: {}, starts: {} },
  })

  test.each([
    ['loans that are no map', { ...loans(1), loans: 'none' }],
    ['a loan that is no list', loans({ id: 'l', lent: 3, returned: 1 })],
    ['a loan without an id', loans(['', 3, 1])],
    ['a loan of which more has come back than was lent', loans(['l', 3, 4])],
    ['a loan of half a unit', loans(['l', 3.5, 1])],
    ['a loan of fewer than none', loans(['l', -1, -2])],
    ['loans of slots only', { ...loans(['l', 3, 1]), loans: { slots: {} } }],
    ['loans without a line', { loans: loans(['l', 3, 1]).loans }],
    ['a line without loans', { line: loans(['l', 3, 1]).line }],
    ['a turn that is no number', { ...loans(['l', 3, 1]), line: { slots: { 0: 'next' }, starts: {} } }],
    ['a turn after which there is none', { ...loans(['l', 3, 1]), line: { slots: { 0: 1e15 }, starts: {} } }],
    ['a place of no shard', { ...loans(['l', 3, 1]), line: { slots: { first: 1 }, starts: {} } }],
    ['a loan to no shard', { ...loans(['l', 3, 1]), loans: { slots: { '01': ['l', 3, 1] }, starts: {} } }],
    ['a loan to the shard that lends', { ...loans(0), loans: { slots: { plain: ['l', 3, 1] }, starts: {} } }],
    ['something borrowed that is no list', { borrowed: { slots: 'three' } }],
    ['something borrowed of which more goes back than came', { borrowed: { starts: ['m', 3, 4] } }],
  ])('are no state, and are reported: %s', async (_what, attributes) => {
    const { shard } = await afterPass(store())
    await setAttributes(database(), shard, attributes)
    await expect(store().states.read(shard)).rejects.toThrow(DamagedStateError)
    const { states, damaged } = await store().states.glance([shard])
    expect(states).toEqual([])
    expect(damaged).toEqual([{ shard, problem: expect.stringMatching(/loans|line|borrowed/) }])
  })

  test('a limiter’s item names whole shards, and nothing else', async () => {
    const key = limiterKey(poolNamed('api'))
    const attributes = (borrower: string) => ({
      loans: { slots: { [borrower]: ['l', 3, 1] }, starts: {} },
      line: { slots: {}, starts: {} },
    })
    await setAttributes(database(), key, attributes('crm|acme|7'))
    expect((await store().states.read(key))?.books?.slots.loans).toEqual({ 'crm|acme|7': loan('l', 3, 1) })
    await setAttributes(database(), key, attributes('crm|acme|x'))
    await expect(store().states.read(key)).rejects.toThrow(DamagedStateError)
  })

  test('are what they were if nothing is wrong with them', async () => {
    const { shard } = await afterPass(store())
    await setAttributes(database(), shard, { ...loans(['l', 3, 1]), borrowed: { starts: ['m', 3, 3] } })
    const state = await store().states.read(shard)
    expect(state?.books?.slots.loans).toEqual({ 0: loan('l', 3, 1) })
    expect(state?.borrowed).toEqual({ starts: borrowed('m', 3, 3) })
    const { states } = await store().states.glance([shard])
    expect(states).toMatchObject([{ shard, books: state?.books, borrowed: state?.borrowed }])
  })
})

describe.skipIf(missingDynoxide)('a pause of a queue written by hand', () => {
  const { store, database } = onDynoxide()

  test('is one whatever it says, but for other attributes', async () => {
    const key = '$paused' as ShardKey
    await setAttributes(database(), key, {
      'queue|crm': true,
      'queue|mail': { by: 'ann', why: 'odd' },
      note: 'ours',
    })
    const { pauses } = await store().states.queueSettings()
    expect([...pauses]).toEqual(
      expect.arrayContaining([
        ['crm', {}],
        ['mail', {}],
      ]),
    )
    expect(pauses.size).toBe(2)
  })

  test('is lifted by whoever resumes the queue, also if nobody can read it', async () => {
    await setAttributes(database(), '$paused' as ShardKey, { 'queue|crm': 'until Monday' })
    const clock = { now: () => 0, sleep: async () => {} }
    await resumeQueue({ store: store(), clock, wake: { send: async () => {} } }, 'crm')
    expect((await store().states.queueSettings()).pauses.has('crm')).toBe(false)
  })
})

describe.skipIf(missingDynoxide)('limits of a queue written by hand', () => {
  const { store, database } = onDynoxide()

  test('pause it if nobody can read them, until somebody sets others', async () => {
    const key = '$paused' as ShardKey
    await setAttributes(database(), key, {
      'limits|crm': { concurrency: '2' },
      'limits|mail': { concurrency: 2, by: 'ann' },
      'limits|fax': { concurency: 2 },
    })
    const { limits } = await store().states.queueSettings()
    expect(limits.get('crm')).toEqual({ problem: 'concurrency: expected number, received string' })
    expect(limits.get('mail')).toEqual({ concurrency: 2, by: 'ann' })
    expect(limits.get('fax')).toEqual({ problem: 'Unrecognized key: "concurency"' })
    expect(await store().states.saveQueueLimits('crm', { concurrency: 2 }, limits.get('crm'))).toBe(true)
    expect((await store().states.queueSettings()).limits.get('crm')).toEqual({ concurrency: 2 })
  })
})

function onDynoxide(): { store: () => Store; database: () => TestDatabase } {
  let database: TestDatabase | undefined
  beforeAll(async () => {
    database = await dynoxideDatabase()
  })
  afterAll(() => database?.close())
  const given = () => {
    if (!database) throw new Error('not started')
    return database
  }
  return { store: () => dynamoStore(given()), database: given }
}

function manyAttributes(count: number): Record<string, { readonly S: string }> {
  return Object.fromEntries(Array.from({ length: count }, (_, n) => [`attribute-${n}`, { S: `${n}` }]))
}
