/** What people see of jobs that have ended: one by its key, and those of a partition. */
import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { endedJobsOf } from '../../../lib/api/ended-jobs.ts'
import { InvalidJobError } from '../../../lib/core/errors.ts'
import type { EndedJob } from '../../../lib/core/job/ended-job.ts'
import { defineConfig } from '../../../lib/core/queue/config.ts'
import { whyText } from '../../../lib/core/why/why-text.ts'
import { endedJobs } from '../../../lib/use-cases/operate/ended-jobs.ts'
import { whyJob } from '../../../lib/use-cases/operate/why.ts'
import { asShard, configOf, jobItem, NOW } from '../../support/builders.ts'
import { World } from '../../support/world.ts'

const QUEUE = { concurrency: 1, shards: 1, timeout: '10s', retry: { attempts: 2, backoff: 0 } } as const
const CONFIG = configOf({ ...QUEUE, history: '1d' })
const PLACE = { queue: 'crm', partition: 'acme' }

describe('why of a job that is gone', () => {
  const ask = async (world: World, item: { pk: string; sk: string } = jobItem()) =>
    whyJob(world.context, item)
  const said = async (world: World) => whyText(await ask(world))

  test('says that it is done, and for what it waited', async () => {
    const world = new World(CONFIG)
    world.put(jobItem({ id: 'a', runAt: NOW - 1000 }), jobItem())
    world.handler = async () => {
      world.now += 5000
      return { kind: 'succeeded' }
    }
    await world.settle()
    expect(await ask(world)).toMatchObject({
      kind: 'ended',
      at: world.now,
      job: { id: 'job', ending: 'done' },
    })
    expect(await said(world)).toBe('done at 09:00:10Z: waited 5 s: 5 s slots')
  })

  test('says after how many attempts it has died, and why', async () => {
    const world = new World(CONFIG)
    world.handler = async () => ({ kind: 'failed', error: 'Error: no' })
    world.put(jobItem())
    await world.live(10_000)
    expect(await said(world)).toBe('exhausted at 09:00:01Z, attempt 2: Error: no; waited 1 s')
  })

  test('says that it expired, or who has cancelled it', async () => {
    const world = new World(CONFIG)
    world.put({ ...jobItem(), startBefore: NOW - 1 })
    await world.settle()
    expect(await said(world)).toBe(
      'expired at 09:00:00Z: expired: not started before 2030-01-31T08:59:59.999Z',
    )
    const other = new World(CONFIG)
    other.put({ ...jobItem(), cancellation: { by: 'ann', at: NOW } })
    await other.settle()
    expect(await said(other)).toBe('cancelled at 09:00:00Z: cancelled by ann')
  })

  test('says no more than that if the queue has no history, and reads nothing for it', async () => {
    const world = new World(configOf(QUEUE))
    world.put(jobItem())
    await world.settle()
    Object.assign(world.context.store.history, { ended: () => Promise.reject(new Error('read')) })
    expect(await ask(world)).toEqual({ kind: 'gone', at: NOW, isSearchedWhole: true })
  })

  test('does not speak of an earlier job with its id, nor of one that nobody remembers', async () => {
    const world = new World(CONFIG)
    world.put(jobItem({ runAt: NOW - 5 }))
    await world.settle()
    expect(await ask(world)).toMatchObject({ kind: 'gone' })
    expect(await ask(world, jobItem({ runAt: NOW - 5 }))).toMatchObject({ kind: 'ended' })
    expect(await ask(world, jobItem({ pk: asShard('crm|globex') }))).toMatchObject({ kind: 'gone' })
  })

  test('speaks of the job that stands there before anything that was remembered', async () => {
    const world = new World(CONFIG)
    world.put(jobItem())
    await world.settle()
    world.put(jobItem({ runAt: NOW + 60_000 }))
    expect(await ask(world)).toMatchObject({ kind: 'delayed' })
  })
})

describe('the jobs of a partition that have ended', () => {
  const run = async (ids: readonly string[]) => {
    const world = new World(configOf({ history: '1d' }))
    world.put(...ids.map((id) => jobItem({ id })), jobItem({ pk: asShard('crm|globex'), id: 'other' }))
    await world.live(60_000)
    return world
  }

  test.prop([fc.uniqueArray(fc.stringMatching(/^[A-Z0-9]{4}$/), { maxLength: 60 })], { numRuns: 20 })(
    'come the last id first, however they lie under their keys',
    async (ids) => {
      const { store } = (await run(ids)).context
      const seen = await Array.fromAsync(endedJobs(store, PLACE))
      expect(seen.map(({ id }) => id)).toEqual(ids.toSorted().toReversed())
    },
  )

  test('are asked for as jobs name their partition', async () => {
    const config = defineConfig({
      queues: { crm: { partition: { payload: 'customer' }, history: '1d' }, plain: { history: '1d' } },
    })
    const world = new World(config)
    world.put(jobItem({ pk: asShard('crm|a%7Cb'), id: 'a' }), jobItem({ pk: asShard('plain'), id: 'b' }))
    await world.settle()
    const client = endedJobsOf<'crm' | 'plain'>(world.context)
    const idsOf = async (jobs: AsyncGenerator<EndedJob>) => (await Array.fromAsync(jobs)).map(({ id }) => id)
    expect(await idsOf(client.endedJobs({ queue: 'crm', partition: 'a|b' }))).toEqual(['a'])
    expect(await idsOf(client.endedJobs({ queue: 'plain' }))).toEqual(['b'])
  })

  test.each([
    [{ queue: 'other' }, 'other'],
    [{ queue: 'crm' }, 'partition'],
    [{ queue: 'crm', partition: 'acme', id: 'a' }, 'id is unknown'],
  ])('of %o are refused', async (place, problem) => {
    const ask = () => endedJobsOf<string>(new World(CONFIG).context).endedJobs(place)
    expect(ask).toThrow(InvalidJobError)
    expect(ask).toThrow(problem)
  })
})
