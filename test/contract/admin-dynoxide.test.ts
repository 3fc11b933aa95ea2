/** What operators do, through the client and on an engine: names, keys and transactions fit together. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dynamoStore } from '../../lib/adapters/dynamodb/store.ts'
import { deadEvent, deadLetterOf } from '../../lib/core/job/dead-letter.ts'
import { createClient, defineConfig } from '../../lib/index.ts'
import type { Store } from '../../lib/ports/store.ts'
import { asShard, jobItem } from '../support/builders.ts'
import { dynoxideDatabase, missingDynoxide, type TestDatabase } from '../support/dynamodb.ts'

describe.skipIf(missingDynoxide)(missingDynoxide ?? 'an operator', () => {
  const config = defineConfig({ queues: { crm: { partition: { payload: 'customer' }, concurrency: 1 } } })
  const died = Date.UTC(2020, 0, 1)
  let database: TestDatabase
  let store: Store
  const client = () => {
    const { jobs: jobsTable, state: stateTable, history: historyTable } = database.tables
    return createClient({ config, jobsTable, stateTable, historyTable, dynamodb: database.client })
  }
  const idsIn = async (pk: string) =>
    (await store.jobs.range({ shard: asShard(pk), from: '0#', limit: 100 })).items.map(
      ({ sk }) => sk.split('#')[2],
    )
  const ids = Array.from({ length: 30 }, (_, n) => `job-${String(n).padStart(2, '0')}`)

  beforeAll(async () => {
    database = await dynoxideDatabase()
    store = dynamoStore(database)
  })
  afterAll(() => database.close())

  test('puts dead letters back', async () => {
    const pk = asShard('crm|redriven')
    const jobs = ids.map((id, n) => deadLetterOf(jobItem({ pk, id }), 'exhausted', 'no', died + n))
    const detail = { queue: 'crm', task: 'sync', payload: { customer: 'redriven' } }
    const event = { id: 'event', time: '2020-01-01T00:00:00Z', detail }
    const letters = [...jobs, deadEvent({ queue: 'crm', id: 'message', event }, 'no', died + 99)]
    // One in three is where an earlier version has left it.
    for (const [n, letter] of letters.entries())
      await store.history.bury(n % 3 === 0 ? { ...letter, pk: 'dead|crm' } : letter)
    const listed = await Array.fromAsync(client().deadLetters('crm'))
    expect(listed.map(({ sk }) => sk)).toEqual(letters.map(({ sk }) => sk))
    expect(await client().redrive('crm', { limit: 10 })).toEqual({ redriven: 10, skipped: [] })
    expect(await client().redrive('crm')).toEqual({ redriven: 21, skipped: [] })
    expect((await idsIn('crm|redriven')).toSorted()).toEqual(['event', ...ids])
    expect(await Array.fromAsync(client().deadLetters('crm'))).toEqual([])
  })

  test('moves the jobs of a queue that is no more', async () => {
    const payload = { customer: 'moved' }
    for (const id of ids) await store.jobs.put(jobItem({ pk: asShard('old|x'), id, payload }))
    await store.jobs.put(jobItem({ pk: asShard('fax'), id: 'fax' }))
    const stranded = await Array.fromAsync(client().strandedJobs())
    expect(stranded.map(({ shard, jobs }) => `${shard} ${jobs.length}`).toSorted()).toEqual([
      'fax 1',
      'old|x 30',
    ])
    expect(await client().moveJobs('old', { to: 'crm' })).toEqual({ moved: 30, skipped: [] })
    expect(await client().moveJobs('fax', { to: 'dead-letters' })).toEqual({ moved: 1, skipped: [] })
    expect(await idsIn('crm|moved')).toEqual(ids)
    expect(await Array.fromAsync(client().strandedJobs())).toEqual([])
    expect(await Array.fromAsync(client().deadLetters('fax'))).toMatchObject([{ reason: 'refused' }])
  })
})
