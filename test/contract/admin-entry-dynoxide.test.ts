/** What staff does through `sluice/admin`, on an engine: names, keys and notes fit together. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dynamoStore } from '../../lib/adapters/dynamodb/store.ts'
import { createAdmin } from '../../lib/admin.ts'
import { defineConfig } from '../../lib/index.ts'
import { dynoxideDatabase, missingDynoxide, type TestDatabase } from '../support/dynamodb.ts'
import { untyped } from '../support/untyped.ts'

const NOTE = { by: 'ann', reason: 'their incident' }

describe.skipIf(missingDynoxide)(missingDynoxide ?? 'staff', () => {
  const config = defineConfig({
    pools: { api: { concurrency: 5 } },
    tags: [{ key: 'portal', each: true, rateLimit: { allowed: 5, period: '1s' } }],
    queues: {
      crm: { partition: { payload: 'customer' }, total: 3, pools: { api: 1 } },
      ruled: { rateLimit: { allowed: 5, period: '1s', partition: { payload: 'region' } } },
    },
  })
  let database: TestDatabase
  beforeAll(async () => {
    database = await dynoxideDatabase()
  })
  afterAll(() => database.close())
  const dynoxideStore = () => dynamoStore(database)
  const admin = () =>
    createAdmin({
      config,
      jobsTable: database.tables.jobs,
      stateTable: database.tables.state,
      historyTable: database.tables.history,
      dynamodb: database.client,
      wakeQueueUrl: 'http://127.0.0.1:9/nobody-is-woken',
    })

  test('pauses a pool, sets its units meanwhile, and resumes it', async () => {
    await admin().pause({ pool: 'api' }, NOTE)
    await admin().setLimiter({ pool: 'api' }, 2, { by: 'bob' })
    const held = { units: 0, configured: 5, override: { concurrency: 2, by: 'bob', paused: NOTE } }
    expect(await admin().limiter({ pool: 'api' })).toMatchObject(held)
    await admin().resume({ pool: 'api' })
    expect(await admin().limiter({ pool: 'api' })).toMatchObject({ units: 2, override: { by: 'bob' } })
    await admin().setLimiter({ pool: 'api' }, null)
    expect(await admin().limiter({ pool: 'api' })).not.toHaveProperty('override')
  })

  test('guarantees a partition a part of a total, reads it back, and takes it back', async () => {
    await admin().setLimiter({ total: 'crm' }, { guaranteed: { 'acme & co': 2 } }, NOTE)
    const seen = await admin().limiter({ total: 'crm' })
    expect(seen).toMatchObject({ guaranteed: { 'acme & co': 2 }, kept: { 'acme & co': 2 }, override: NOTE })
    await admin().setLimiter({ total: 'crm' }, null)
    expect(await admin().limiter({ total: 'crm' })).not.toHaveProperty('guaranteed')
  })

  test('sees which queues are paused as a whole, by whom and why', async () => {
    const { states } = dynoxideStore()
    await states.saveQueuePause('crm', { ...NOTE, since: 7 })
    expect(await admin().pausedQueues()).toEqual([{ queue: 'crm', ...NOTE, since: 7 }])
    const paused = { queuePaused: NOTE, configured: {}, inForce: { concurrency: 0 } }
    expect(await admin().stats('crm', 'acme')).toMatchObject(paused)
    await states.saveQueuePause('crm', { ...NOTE, resuming: { woken: 1 } })
    expect(await admin().pausedQueues()).toEqual([])
    expect(await admin().stats('crm', 'acme')).toMatchObject({ inForce: {} })
    expect(await admin().stats('crm', 'acme')).not.toHaveProperty('queuePaused')
    await states.saveQueuePause('crm', undefined)
  })

  test('slows a total down, and ends that', async () => {
    await admin().slowDown({ total: 'crm' }, '10m', NOTE)
    expect(await admin().slowedDown({ total: 'crm' })).toMatchObject(NOTE)
    expect(await admin().limiter({ total: 'crm' })).toMatchObject({ slowedDown: NOTE })
    await admin().slowDown({ total: 'crm' }, null)
    expect(await admin().slowedDown({ total: 'crm' })).toBeUndefined()
  })

  test.each([
    [{ tag: 'portal', each: 'a|b+' }, 'each|portal=a%7Cb%2B'],
    [{ rate: 'ruled', of: 'a|b+' }, 'rate|ruled:payload.region=a%7Cb%2B'],
  ] as const)('sets, pauses and slows down the rate of one value: %j', async (id, name) => {
    await admin().setLimiter(id, { rateLimit: { allowed: 2, period: '1m' } }, { by: 'bob' })
    const rate = { allowed: 2, period_ms: 60_000, used: 0 }
    expect(await admin().limiter(id)).toMatchObject({ name, rate, override: { by: 'bob' } })
    await admin().pause(id, NOTE)
    expect(await admin().limiter(id)).toMatchObject({ rate: { allowed: 0 }, override: { paused: NOTE } })
    await admin().resume(id)
    await admin().slowDown(id, '10m', NOTE)
    expect(await admin().limiter(id)).toMatchObject({ slowedDown: NOTE, override: { by: 'bob' } })
    await admin().slowDown(id, null)
    await admin().setLimiter(id, null)
    expect(await admin().limiter(id)).toMatchObject({ rate: { allowed: 5, period_ms: 1000 } })
  })

  test('is told of what there is not, before anything is written', async () => {
    await expect(admin().pause({ pool: untyped('api2') })).rejects.toThrow(
      /pool\|api.*rate\|ruled:payload\.region=…/,
    )
    const noPartition = { queue: 'crm', partition: '' } as const
    await expect(admin().resume(noPartition)).rejects.toMatchObject({ name: 'InvalidJobError' })
    await expect(admin().pause({ queue: untyped('mail') })).rejects.toThrow(/mail/)
    await expect(admin().pause(untyped({ total: 'crm' }))).rejects.toThrow(/with its queue/)
    await expect(admin().pause({ queue: 'crm' }, { by: '' })).rejects.toMatchObject({ path: 'by' })
    await expect(admin().slowDown({ pool: untyped('api2') }, '1m')).rejects.toMatchObject({
      name: 'InvalidJobError',
    })
    await expect(admin().pause({ pool: 'api' }, { by: '' })).rejects.toMatchObject({ path: 'by' })
  })
})
