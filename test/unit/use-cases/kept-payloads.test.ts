/** The life of a job whose payload is kept outside of its item. */
import { beforeEach, describe, expect, test } from 'vitest'
import { memoryPayloads } from '../../../lib/adapters/memory/payloads.ts'
import type { Job, RawItem } from '../../../lib/core/job/job.ts'
import { type PayloadKey, payloadKeyFor } from '../../../lib/core/job/payload-key.ts'
import { defineConfig } from '../../../lib/core/queue/config.ts'
import type { WorkerContext } from '../../../lib/use-cases/context.ts'
import { ingest } from '../../../lib/use-cases/ingest.ts'
import { moveJobs } from '../../../lib/use-cases/operate/move-jobs.ts'
import { redrive } from '../../../lib/use-cases/operate/redrive.ts'
import { configOf, jobItem, NOW } from '../../support/builders.ts'
import { World } from '../../support/world.ts'

const DAY_MS = 86_400_000
const PAYLOAD = { customer: 'acme', text: 'x'.repeat(10_000) }
const TEXT = JSON.stringify(PAYLOAD)
const KEY = payloadKeyFor(TEXT, 0) as PayloadKey
const CONFIG = configOf({ concurrency: 2, timeout: '30s', retry: { attempts: 2, backoff: '1m', jitter: 0 } })

let world: World
let seen: unknown[]
beforeEach(() => {
  world = new World(CONFIG)
  seen = []
  world.handler = async (job: Job) => {
    seen.push(job.payload)
    return { kind: 'succeeded' }
  }
})
const { payload: _, ...BARE } = jobItem()
const ITEM: RawItem = { ...BARE, payloadKey: KEY }
const putObject = (key = KEY, text = TEXT, putAt = NOW) => void world.objects.set(key, { text, putAt })
/** The bucket, whose calls fail until they are told otherwise. */
function fail(name: 'get' | 'put') {
  const outage = { over: false, calls: 0 }
  const works = world.context.payloads[name] as (...args: unknown[]) => Promise<unknown>
  const payloads = {
    ...world.context.payloads,
    [name]: async (...args: unknown[]) => {
      outage.calls++
      if (!outage.over) throw new Error('S3 is down')
      return works(...args)
    },
  }
  const context: WorkerContext = { ...world.context, payloads }
  Object.assign(world, { context })
  return outage
}
const bySize = (one: unknown, other: unknown) => JSON.stringify(one).length - JSON.stringify(other).length
const event = (payload: unknown) =>
  JSON.stringify({
    id: 'e1',
    time: new Date(NOW).toISOString(),
    detail: { queue: 'crm', task: 'sync', payload },
  })

describe('a handler gets the payload', () => {
  test('of an item that names it', async () => {
    putObject()
    world.put(ITEM)
    await world.settle()
    expect(seen).toEqual([PAYLOAD])
    expect([world.jobs, world.dead]).toEqual([[], []])
  })

  test('of each job that an invocation takes over', async () => {
    world = new World(configOf({ concurrency: 1, timeout: '30s' }))
    world.remaining_ms = 300_000
    world.handler = async (job) => {
      seen.push(job.payload)
      return { kind: 'succeeded' }
    }
    putObject()
    for (const n of [1, 2, 3])
      world.put({ ...BARE, sk: BARE.sk.replace('#job', `#job-${n}`), payloadKey: KEY })
    await world.stream()
    const [message, ...others] = world.takeWork()
    if (!message) throw new Error('nothing was claimed')
    await world.work(message)
    expect([seen, others]).toEqual([[PAYLOAD, PAYLOAD, PAYLOAD], []])
  })

  test('of an event, whose small payload stays where it is', async () => {
    await ingest(world.context, event(PAYLOAD), 'm1')
    expect([...world.objects.keys()]).toEqual([KEY])
    expect(world.jobs).toMatchObject([{ payloadKey: KEY }])
    await ingest(world.context, event({ customer: 'small' }), 'm2')
    expect(world.objects.size).toBe(1)
    await world.settle()
    expect(seen.toSorted(bySize)).toEqual([{ customer: 'small' }, PAYLOAD])
  })
})

test('an event that comes again is the same job, whatever the time', async () => {
  await ingest(world.context, event(PAYLOAD), 'm1')
  world.now += DAY_MS
  await ingest(world.context, event(PAYLOAD), 'm1')
  expect([world.jobs.length, world.dead]).toEqual([1, []])
})

test('an event whose payload cannot be put makes no job, and comes again', async () => {
  fail('put')
  await expect(ingest(world.context, event(PAYLOAD), 'm1')).rejects.toThrow('S3 is down')
  expect([world.jobs, world.dead]).toEqual([[], []])
})

describe('a failed attempt', () => {
  test('is made again with the same payload, and its dead letter names that', async () => {
    world.handler = async (job) => {
      seen.push(job.payload)
      return { kind: 'failed', error: 'no' }
    }
    putObject()
    world.put(ITEM)
    await world.settle()
    expect(world.jobs).toMatchObject([{ payloadKey: KEY, attempt: 2 }])
    expect(world.jobs[0]).not.toHaveProperty('payload')
    await world.live(3_600_000)
    expect(seen).toEqual([PAYLOAD, PAYLOAD])
    expect(world.dead).toMatchObject([{ reason: 'exhausted' }])
    expect(JSON.parse(world.dead[0]?.job ?? '')).toEqual({ ...ITEM, sk: expect.any(String), attempt: 2 })
  })

  test('puts a payload again that its dead letter might outlive, and no other', async () => {
    putObject(KEY, TEXT, NOW - 44 * DAY_MS)
    const other = '{"customer":"acme"}'
    const old = payloadKeyFor(other, 0) as PayloadKey
    putObject(old, other, NOW - 46 * DAY_MS)
    world.put(ITEM, { ...ITEM, sk: ITEM.sk.replace('#job', '#old'), payloadKey: old })
    await world.settle()
    expect(seen).toHaveLength(2)
    expect(world.objects.get(KEY)?.putAt).toBe(NOW - 44 * DAY_MS)
    expect(world.objects.get(old)).toEqual({ text: other, putAt: NOW })
  })
})

describe('a payload that cannot be had', () => {
  test.each([
    ['missing', () => {}, 'is not in the bucket: it is kept for 90 days'],
    ['changed', () => putObject(KEY, '{"customer":"acme"}'), 'is not the one that was put'],
    ['too large', () => putObject(KEY, 'x'.repeat(5_000_001)), 'has 5000001 bytes'],
  ])('for it is %s makes a dead letter that says so, and no handler runs', async (_, prepare, why) => {
    prepare()
    world.put(ITEM)
    await world.settle()
    expect(seen).toEqual([])
    expect(world.dead).toMatchObject([{ reason: 'refused', error: expect.stringContaining(why) }])
    expect([world.jobs, world.inFlight]).toEqual([[], []])
  })

  test('at the moment costs no attempt: the job comes back, less and less often', async () => {
    const outage = fail('get')
    putObject()
    world.put(ITEM)
    await world.live(60_000)
    expect(world.jobs).toMatchObject([{ payloadKey: KEY, unknownSince: NOW }])
    expect(world.jobs[0]).not.toHaveProperty('attempt')
    // After 5 seconds, and then less and less often: no loop.
    expect(outage.calls).toBeLessThan(10)
    outage.over = true
    await world.live(3_600_000)
    expect(seen).toEqual([PAYLOAD])
    expect(world.attempts).toMatchObject([{ attempt: 1 }])
  })

  test('for a day makes a dead letter with the reason', async () => {
    fail('get')
    world.put(ITEM)
    await world.live(2 * DAY_MS)
    expect(world.dead).toMatchObject([
      { reason: 'refused', error: expect.stringContaining('S3 is down, for a day') },
    ])
  })

  test('is waited for as long as its handler does not need the time', async () => {
    const times: unknown[] = []
    const get = (key: PayloadKey, within_ms?: number) => {
      times.push(within_ms)
      return memoryPayloads(() => world.now, world.objects).get(key)
    }
    const context: WorkerContext = { ...world.context, payloads: { ...world.context.payloads, get } }
    Object.assign(world, { context })
    putObject()
    world.put(ITEM)
    await world.settle()
    // 60 s are left; the handler has 30 s, and its end 3 s.
    expect(times).toEqual([27_000])
  })

  test('in time for its handler comes back too', async () => {
    putObject()
    world.put(ITEM)
    await world.stream()
    world.remaining_ms = 10_000
    for (const message of world.takeWork()) await world.work(message)
    expect([seen, world.jobs]).toMatchObject([[], [{ unknownSince: NOW }]])
  })
})

describe('a redrive', () => {
  const letterFor = async (key: PayloadKey) => {
    putObject()
    world.handler = async () => ({ kind: 'failed', error: 'no' })
    world.put({ ...ITEM, payloadKey: key, attempt: 2 })
    await world.settle()
    expect(world.dead).toHaveLength(1)
    world.now++
  }

  test('brings the payload along, kept from then on', async () => {
    await letterFor(KEY)
    world.now += 29 * DAY_MS
    expect(await redrive(world.context, 'crm')).toMatchObject({ redriven: 1 })
    expect(world.jobs).toMatchObject([{ payloadKey: KEY }])
    expect(world.objects.get(KEY)).toEqual({ text: TEXT, putAt: world.now })
  })

  test('into another queue looks for the partition in the payload', async () => {
    await letterFor(KEY)
    const queues = { mail: { partition: { payload: 'customer' } }, crm: {} }
    const context = {
      ...world.context,
      config: defineConfig({ queues: { ...queues, mail: { ...queues.mail, shards: 1 } } }),
    }
    expect(await redrive(context, 'crm', { to: 'mail' })).toMatchObject({ redriven: 1 })
    expect(world.jobs).toMatchObject([{ pk: 'mail|acme', payloadKey: KEY }])
  })

  test('leaves a letter whose payload is gone, and says so', async () => {
    await letterFor(KEY)
    world.objects.clear()
    const { redriven, skipped } = await redrive(world.context, 'crm')
    expect([redriven, skipped]).toMatchObject([
      0,
      [{ reason: expect.stringContaining('is not in the bucket') }],
    ])
    expect(world.dead).toHaveLength(1)
  })
})

describe('jobs of a queue that is gone', () => {
  const strand = () => {
    putObject(KEY, TEXT, NOW - 80 * DAY_MS)
    world.put({ ...ITEM, pk: 'old|nobody' })
    const queues = { mail: { partition: { payload: 'customer' }, shards: 1 } }
    return { ...world.context, config: defineConfig({ queues }) }
  }

  test('are moved with their payloads, to the partition that these name', async () => {
    expect(await moveJobs(strand(), 'old', { to: 'mail' })).toEqual({ moved: 1, skipped: [] })
    expect(world.jobs).toMatchObject([{ pk: 'mail|acme', payloadKey: KEY }])
    expect(world.objects.get(KEY)?.putAt).toBe(NOW)
  })

  test('keep their payloads as dead letters', async () => {
    expect(await moveJobs(strand(), 'old', { to: 'dead-letters' })).toMatchObject({ moved: 1 })
    expect(world.objects.get(KEY)?.putAt).toBe(NOW)
  })

  test('stay where they are if their payload is gone', async () => {
    const context = strand()
    world.objects.clear()
    const { moved, skipped } = await moveJobs(context, 'old', { to: 'mail' })
    expect([moved, skipped]).toMatchObject([0, [{ reason: expect.stringContaining('is not in the bucket') }]])
  })
})
