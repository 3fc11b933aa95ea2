/** Batches by a key of their own, on the memory store: the jobs of a call share it, wherever they were put, and no key waits for another. */
import { describe, expect, test } from 'vitest'
import type { JobItem, RawItem } from '../../../lib/core/job/job.ts'
import { newJob } from '../../../lib/core/job/new-job.ts'
import { type PayloadKey, payloadKeyFor } from '../../../lib/core/job/payload-key.ts'
import { type ConfigInput, defineConfig, type QueueInput } from '../../../lib/core/queue/config.ts'
import { whyText } from '../../../lib/core/why/why-text.ts'
import { redrive } from '../../../lib/use-cases/operate/redrive.ts'
import { whyJob } from '../../../lib/use-cases/operate/why.ts'
import { asShard, asToken, claimed, jobItem, NOW } from '../../support/builders.ts'
import { live } from '../../support/interleave.ts'
import { World } from '../../support/world.ts'

const CRM = {
  partition: { payload: 'customer' },
  concurrency: 1,
  timeout: 10_000,
  retry: { attempts: 2, backoff: 0, jitter: 0 },
  batch: { size: 3, wait: '5s', by: { payload: 'region' } },
} as const satisfies QueueInput
const configWith = (queue: QueueInput = {}) =>
  defineConfig({ queues: { crm: { ...CRM, ...queue } } } as ConfigInput)
const config = configWith()
const worldOf = (queue: QueueInput = {}) => new World(configWith(queue))
const EU = '+batch.crm:payload.region=eu'

/** The region is the letter before the number: `e1` is of `e`. */
function asked(id: string, runAt = NOW): JobItem {
  const payload = { customer: 'acme', region: id.slice(0, 1) }
  const job = newJob(config, { queue: 'crm', task: 'sync', payload, id, runAt }, NOW)
  if (!job.ok) throw new Error(job.reason)
  return job.value
}
/** Put by somebody who knows nothing of lanes. */
const raw = (id: string, pk = 'crm|acme') => ({ ...asked(id), pk: asShard(pk) })
const lanesIn = (world: World): string[] => [...new Set(world.jobs.map(({ pk }) => pk))].toSorted()

describe('the jobs of a call', () => {
  test('are of one region, and full ones start immediately, whatever stands before them', async () => {
    const world = worldOf({ concurrency: 4 })
    world.put(...['a1', 'b1', 'a2', 'c1', 'b2', 'c2', 'a3', 'd1'].map((id) => asked(id)))
    await world.settle()
    expect(world.batches).toEqual([['a1', 'a2', 'a3']])
    world.put(asked('c3'))
    await world.settle()
    expect(world.batches.slice(1)).toEqual([['c1', 'c2', 'c3']])
    await world.live(5000)
    expect(world.batches.slice(2).toSorted()).toEqual([['b1', 'b2'], ['d1']])
    expect([world.jobs, world.inFlight, world.dead]).toEqual([[], [], []])
  })

  test('wait as long as the first of their own region', async () => {
    const world = worldOf({ concurrency: 4 })
    world.put(asked('a1'))
    await world.live(3000)
    world.put(asked('b1', world.now))
    await world.live(2000)
    expect(world.batches).toEqual([['a1']])
    await world.live(2999)
    expect(world.batches).toHaveLength(1)
    await world.live(1)
    expect(world.batches).toEqual([['a1'], ['b1']])
  })

  test('share the limits of their partition: with one slot all regions have their turn', async () => {
    const world = worldOf()
    for (const region of ['a', 'b', 'c'])
      world.put(...Array.from({ length: 7 }, (_, n) => asked(`${region}${n}`)))
    await live(world, 60_000)
    expect(world.batches.map((ids) => ids.length).toSorted()).toEqual([1, 1, 1, 3, 3, 3, 3, 3, 3])
    expect(world.batches.filter((ids) => new Set(ids.map((id) => id[0])).size > 1)).toEqual([])
    expect([world.jobs, world.inFlight, world.dead]).toEqual([[], [], []])
  })

  test('are called with those of their region wherever they were put, and when they come again', async () => {
    const world = worldOf()
    let fails = 2
    world.handler = async () => (fails-- > 0 ? { kind: 'failed', error: 'no' } : { kind: 'succeeded' })
    world.put(
      raw('e1'),
      raw('u1'),
      raw('e2', 'crm|acme|+batch.crm:payload.region=u'),
      raw('e3', 'crm|acme|7'),
    )
    await live(world, 30_000)
    expect(world.attempts).toHaveLength(6)
    expect(world.batches.filter((ids) => new Set(ids.map((id) => id[0])).size > 1)).toEqual([])
    expect([world.jobs, world.inFlight, world.dead]).toEqual([[], [], []])
  })

  test('are of one region although somebody has changed one that was claimed', async () => {
    const world = worldOf()
    world.put(asked('e1'), asked('e2'), asked('e3'))
    await world.stream()
    world.put({ ...asked('e2'), payload: { customer: 'acme', region: 'u' } })
    await live(world, 30_000)
    expect(world.batches).toEqual([['e1', 'e3'], ['e2']])
    expect([world.jobs, world.inFlight, world.dead]).toEqual([[], [], []])
  })
})

test('why says of how many of its key a job waits for', async () => {
  const world = worldOf()
  world.put(asked('a1'), asked('b1'), asked('a2'))
  await world.settle()
  expect(whyText(await whyJob(world.context, asked('a2')))).toContain('2 of 3 jobs of a batch')
  expect(whyText(await whyJob(world.context, asked('b1')))).toContain('1 of 3 jobs of a batch')
})

describe('a payload that is kept outside of the item', () => {
  const kept = (item: RawItem): RawItem => {
    const { payload, ...rest } = item
    return { ...rest, payloadKey: payloadKeyFor(JSON.stringify(payload), 0) as PayloadKey }
  }
  const keep = (world: World, item: RawItem) => {
    world.objects.set(String(kept(item)['payloadKey']), { text: JSON.stringify(item['payload']), putAt: NOW })
    world.put(kept(item))
  }

  test('is of the region that its key says', async () => {
    const world = worldOf()
    for (const id of ['e1', 'u1', 'e2']) keep(world, asked(id))
    await live(world, 30_000)
    expect(world.batches.toSorted()).toEqual([['e1', 'e2'], ['u1']])
  })

  test('is a dead letter if that says none, and is put back into the lane of its own', async () => {
    const world = worldOf()
    keep(world, raw('e1'))
    await live(world, 30_000)
    expect(world.dead.map(({ error }) => error)).toEqual([expect.stringContaining('redrive')])
    expect(await redrive(world.context, 'crm')).toEqual({ redriven: 1, skipped: [] })
    expect(lanesIn(world)).toEqual(['crm|acme|+batch.crm:payload.region=e'])
    await live(world, 30_000)
    expect(world.batches).toEqual([['e1']])
  })
})

describe('a deploy', () => {
  const zoned = (id: string, zone: string, pk = `crm|acme|${EU}`) =>
    jobItem({ pk: asShard(pk), id, payload: { customer: 'acme', region: 'eu', zone } })

  test.each<[string, QueueInput['batch'], string[]]>([
    ['brings another key', { size: 3, wait: '5s', by: { payload: 'zone' } }, ['x', 'y']],
    ['takes the key away', { size: 3, wait: '5s' }, ['']],
  ])('that %s moves what waits when it has ended, and not before', async (_what, batch, zones) => {
    const world = worldOf({ batch })
    world.isAlone = false
    world.put(zoned('a', 'x'), zoned('b', 'y'), zoned('c', 'x'))
    await live(world, 60_000)
    expect(world.batches).toEqual([])
    expect(lanesIn(world)).toEqual([`crm|acme|${EU}`])
    world.isAlone = true
    await world.sweep()
    await world.pass(asShard(`crm|acme|${EU}`))
    const lanes = zones.map((zone) => (zone ? `crm|acme|+batch.crm:payload.zone=${zone}` : 'crm|acme'))
    expect(lanesIn(world)).toEqual(lanes)
    await live(world, 60_000)
    const expected = zones[0] === '' ? [['a', 'b', 'c']] : [['a', 'c'], ['b']]
    expect(world.batches.toSorted()).toEqual(expected)
  })

  test('that brings a key gives what is claimed of several back, with nothing spent', async () => {
    const world = worldOf()
    const [e1, u1, e2] = [raw('e1'), raw('u1'), raw('e2')]
    world.put(e1, u1, e2)
    const slot = { ...claimed('before'), others: [u1.sk, e2.sk] }
    world.tables.states.set(asShard('crm|acme'), { ...world.state(), slots: { e1: slot }, version: 1 })
    await world.work({ pk: asShard('crm|acme'), sk: e1.sk, token: asToken('before') })
    await live(world, 60_000)
    expect(world.batches.toSorted()).toEqual([['e1', 'e2'], ['u1']])
    expect(world.attempts.map(({ attempt }) => attempt)).toEqual([1, 1, 1])
  })

  test('of which the functions before claim by another key has each key by itself', async () => {
    const world = worldOf({ batch: { size: 3, wait: '5s', by: { payload: 'zone' } } })
    world.isAlone = false
    const jobs = [zoned('a', 'x'), zoned('b', 'y'), zoned('c', 'x')] as const
    world.put(...jobs)
    const slot = { ...claimed('before'), others: [jobs[1].sk, jobs[2].sk] }
    const shard = asShard(`crm|acme|${EU}`)
    world.tables.states.set(shard, { ...world.state(shard), slots: { a: slot }, version: 1 })
    await world.work({ pk: shard, sk: jobs[0].sk, token: asToken('before') })
    expect(world.batches).toEqual([['a', 'c']])
    expect(world.jobs.map(({ sk }) => sk)).toEqual([jobs[1].sk])
  })
})
