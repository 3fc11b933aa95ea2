/** The rate of an app is set by a client, on an engine: keys, rights to other items, pages and messages fit together. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dynamoStore } from '../../lib/adapters/dynamodb/store.ts'
import { emptyState } from '../../lib/core/shard/state.ts'
import { createClient, defineConfig } from '../../lib/index.ts'
import { asShard } from '../support/builders.ts'
import { dynoxideDatabase, missingDynoxide, type TestDatabase } from '../support/dynamodb.ts'
import { afterPass } from './fresh.ts'

describe.skipIf(missingDynoxide)(missingDynoxide ?? 'the rate of an app', () => {
  const config = defineConfig({
    apps: { hubspot: { rate: 300_000, frequency_s: 86_400 } },
    queues: { crm: { partition: { payload: 'customer' }, app: 'hubspot' } },
  })
  let database: TestDatabase
  beforeAll(async () => {
    database = await dynoxideDatabase()
  })
  afterAll(() => database.close())
  const client = () =>
    createClient({
      config,
      stateTable: database.tables.state,
      dynamodb: database.client,
      wakeQueueUrl: 'http://127.0.0.1:9/nobody-is-woken',
    })

  test('is set, told and gone back to', async () => {
    const store = dynamoStore(database)
    const shards = Array.from({ length: 20 }, (_, n) => asShard(`crm|c${n}`))
    for (const shard of shards) await afterPass(store, {}, emptyState(shard))
    const told: unknown[] = []
    const rate = { rate: 90, frequency_s: 10 }
    const onProgress = (progress: unknown) => void told.push(progress)
    const note = { by: 'ann', reason: 'their new plan' }
    expect(await client().setAppRate('hubspot', rate, { onProgress, note })).toEqual({ partitions: 20 })
    expect(told).toEqual([{ done: 20, total: 20 }])
    for (const shard of shards)
      expect(await store.states.read(shard)).toMatchObject({ derived: { concurrency: 4, generation: 1 } })
    expect(await store.states.appRecord('hubspot')).toMatchObject({ rate, ...note, isComplete: true })
    expect(await client().setAppRate('hubspot', null)).toEqual({ partitions: 20 })
    expect((await store.states.read(asShard('crm|c7')))?.derived?.concurrency).toBe(1)
  })

  test.each([
    ['salesforce', { rate: 1, frequency_s: 1 }, 'app'],
    ['hubspot', { rate: 0, frequency_s: 1 }, 'rate'],
    ['hubspot', { rate: 2000, frequency_s: 1 }, 'rate'],
  ])('is refused before anything is written: %s %o', async (app, rate, path) => {
    const call = client().setAppRate(app as 'hubspot', rate)
    await expect(call).rejects.toMatchObject({ name: 'ConfigurationError', path })
  })
})
