/** Why a job does not run: the holds of the decision that a pass would make, and nothing is written by asking. */
import { describe, expect, test } from 'vitest'
import type { Priority } from '../../../lib/core/keys.ts'
import { defineConfig, queueNamed } from '../../../lib/core/queue/config.ts'
import { whyText } from '../../../lib/core/why/why-text.ts'
import { overrideLimits } from '../../../lib/use-cases/operate/set-limits.ts'
import { slowPartition } from '../../../lib/use-cases/operate/slow-down.ts'
import { whyJob, whyPartition } from '../../../lib/use-cases/operate/why.ts'
import { asShard, configOf, jobItem, NOW, SHARD } from '../../support/builders.ts'
import { damage, jobsIn, PLAIN, shard } from '../../support/spread.ts'
import { World } from '../../support/world.ts'

const MINUTE = 60_000
const never = () => new Promise<never>(() => {})

function queueOf(world: World) {
  const queue = queueNamed(world.context.config, 'crm')
  if (!queue) throw new Error('no queue')
  return queue
}
/** Asks, and sees that nothing was written. */
async function ask(world: World, item: { pk: string; sk: string }) {
  const before = structuredClone([[...world.tables.states], world.jobs, world.dead])
  const why = await whyJob(world.context, item)
  expect([[...world.tables.states], world.jobs, world.dead]).toEqual(before)
  expect(JSON.parse(JSON.stringify(why))).toEqual(why)
  return why
}
const askPartition = (world: World) => whyPartition(world.context, queueOf(world), 'acme')
const said = async (world: World, item: { pk: string; sk: string }) => whyText(await ask(world, item))

/** Jobs whose items are in the table, seconds apart; passes over their shard have been made, and what was claimed has started. */
async function waiting(world: World, count: number) {
  const items = Array.from({ length: count }, (_, n) => jobItem({ id: `job-${n}`, runAt: NOW - 60_000 + n }))
  world.put(...items)
  await world.stream()
  return items as [(typeof items)[0], ...typeof items]
}
/** Delivers the messages to workers whose handlers do not return. */
async function startAll(world: World): Promise<void> {
  world.handler = never
  for (const message of world.takeWork()) void world.work(message)
  for (let turns = 0; turns < 50; turns++) await Promise.resolve()
}

describe('a job', () => {
  test('waits behind others for slots', async () => {
    const world = new World(configOf({ concurrency: 1, shards: 1, timeout: '10s' }))
    const [first, second, third] = await waiting(world, 3)
    expect(await said(world, first)).toBe('claimed, its message is on its way since 09:00:00Z')
    await startAll(world)
    expect(await ask(world, first)).toMatchObject({ kind: 'running', until: NOW + 65_000 })
    if (!second || !third) throw new Error('no job')
    expect(await ask(world, second)).toMatchObject({ kind: 'waiting', ahead: { count: 0 } })
    expect(await said(world, third)).toBe(
      'waiting since 08:59:00Z, behind 1 job of its partition: slots 1/1, job job-0 free by 09:01:05Z at the latest',
    )
  })

  test('waits for a unit behind better jobs of others', async () => {
    const pools = { api: { concurrency: 1 } }
    const crm = { partition: { payload: 'customer' }, concurrency: 2, pools: { api: 1 } } as const
    const world = new World(defineConfig({ pools, queues: { crm } }))
    const inPartition = (name: string, priority: Priority = 5) =>
      jobItem({ id: name, pk: asShard(`crm|${name}`), priority, runAt: NOW - MINUTE })
    const jobs = [
      inPartition('first'),
      inPartition('second'),
      inPartition('better', 1),
      inPartition('best', 0),
    ]
    for (const job of jobs) {
      world.put(job)
      await world.stream()
    }
    const [, second] = jobs
    if (!second) throw new Error('no job')
    expect(await said(world, second)).toMatch(
      /^waiting since \S+: pool api 1\/1, .*, behind 2 shards of better priority$/,
    )
  })

  test('with a better priority than those that wait for more than is free is held by nothing', async () => {
    const pools = { api: { concurrency: 3 } }
    const crm = { partition: { payload: 'customer' }, concurrency: 2, pools: { api: 2 } } as const
    const world = new World(defineConfig({ pools, queues: { crm, mail: { ...crm, pools: { api: 1 } } } }))
    const job = (pk: string, priority: Priority) => jobItem({ pk: asShard(pk), id: pk.slice(-1), priority })
    for (const item of [job('crm|a', 5), job('crm|b', 7)]) {
      world.put(item)
      await world.stream()
    }
    const [better, worse] = [job('mail|c', 6), job('mail|d', 8)]
    world.put(better, worse)
    expect(await ask(world, better)).toMatchObject({ kind: 'waiting', holds: [] })
    expect(await ask(world, worse)).toMatchObject({ kind: 'waiting', holds: [{ reason: 'limiter' }] })
    await world.stream()
    expect(await ask(world, better)).toMatchObject({ kind: 'claimed' })
  })

  test('waits for a pool that others use', async () => {
    const pools = { api: { concurrency: 1 } }
    const crm = { partition: { payload: 'customer' }, concurrency: 2, pools: { api: 1 } } as const
    const world = new World(defineConfig({ pools, queues: { crm } }))
    const [first, second] = await waiting(world, 2)
    if (!second) throw new Error('no job')
    await startAll(world)
    expect(await ask(world, first)).toMatchObject({ kind: 'running' })
    expect(await said(world, second)).toBe(
      'waiting since 08:59:00Z: pool api 1/1, job job-0 of crm|acme free by 09:01:05Z at the latest',
    )
  })

  test('waits for the rate, until the very moment at which it starts', async () => {
    const world = new World(configOf({ rateLimit: { allowed: 2, period: '60s', margin: 1000 }, shards: 1 }))
    const items = await waiting(world, 3)
    await world.settle()
    expect(world.ran).toHaveLength(2)
    const third = items[2]
    if (!third) throw new Error('no job')
    const why = await ask(world, third)
    if (why.kind !== 'waiting') throw new Error(why.kind)
    expect(why.holds).toMatchObject([{ reason: 'rate', allowed: 2, used: 2, period_ms: 60_000 }])
    const [hold] = why.holds
    const nextAt = hold?.reason === 'rate' ? (hold.nextAt ?? 0) : 0
    expect(whyText(why)).toMatch(/: rate 2\/60 s used up, next in 61 s$/)
    await world.live(2 * MINUTE)
    expect(world.attempts[2]?.at).toBeGreaterThanOrEqual(nextAt)
    expect(world.attempts[2]?.at).toBeLessThan(nextAt + 1000)
  })

  test('is paused, or slowed down, by somebody who said why', async () => {
    const world = new World(configOf({ concurrency: 1, shards: 1 }))
    const note = { by: 'ann', reason: 'their\nbackup' }
    await overrideLimits(world.context, queueOf(world), 'acme', { concurrency: 0, ...note })
    const [first] = await waiting(world, 1)
    expect(await said(world, first)).toBe('waiting since 08:59:00Z: paused by ann: their backup')
    await overrideLimits(world.context, queueOf(world), 'acme', undefined)
    await slowPartition(world.context, queueOf(world), 'acme', { until: NOW + MINUTE, ...note })
    expect(await said(world, first)).toBe(
      'waiting since 08:59:00Z: slowed down until 09:01:00Z by ann: their backup',
    )
  })

  test('is not due, or nothing holds it', async () => {
    const world = new World(configOf({ concurrency: 1, shards: 1 }))
    const later = jobItem({ id: 'later', runAt: NOW + MINUTE, attempt: 2 })
    world.put(later)
    expect(await said(world, later)).toBe('attempt 2, not due before 09:01:00Z')
    const due = jobItem({ id: 'due', runAt: NOW })
    world.put(due)
    expect(await ask(world, due)).toMatchObject({ kind: 'waiting', ahead: { count: 0 }, holds: [] })
    await world.stream()
    expect(await ask(world, due)).toMatchObject({ kind: 'claimed' })
  })

  test('is gone, or stands under the key of its next attempt', async () => {
    const world = new World(configOf({ shards: 1, retry: { attempts: 2, backoff: '1h' } }))
    world.handler = async (job) =>
      job.id === 'job-0' ? { kind: 'failed', error: 'no' } : { kind: 'succeeded' }
    const items = await waiting(world, 2)
    await world.settle()
    const [failed, done] = items
    expect(await ask(world, failed)).toMatchObject({ kind: 'delayed', job: { id: 'job-0', attempt: 2 } })
    if (!done) throw new Error('no job')
    expect(await said(world, done)).toBe('gone: done, dead or taken away')
  })

  test('whose worker has died is held by nothing, and what waited for its slot neither', async () => {
    const world = new World(configOf({ concurrency: 1, shards: 1, timeout: '10s' }))
    const [first, second] = await waiting(world, 2)
    await startAll(world)
    world.now += 2 * MINUTE
    expect(await said(world, first)).toContain('its worker has died')
    if (!second) throw new Error('no job')
    expect(await ask(world, second)).toMatchObject({ kind: 'waiting', holds: [] })
  })

  test('waits for its twin', async () => {
    const world = new World(configOf({ concurrency: 2, shards: 1 }))
    const twin = jobItem({ id: 'job-0', runAt: NOW - 1000 })
    const [first] = await waiting(world, 1)
    world.put(twin)
    expect(await ask(world, twin)).toMatchObject({ holds: [{ reason: 'same id', jobs: 1 }] })
    expect(await ask(world, first)).toMatchObject({ kind: 'claimed' })
  })

  test('is nobody’s, malformed, or stands in a damaged shard', async () => {
    const world = new World(configOf({ shards: 1 }))
    const stranded = jobItem({ pk: asShard('fax|acme') })
    const malformed = { ...jobItem({ id: 'bad' }), task: 7 as unknown as string }
    world.put(stranded, malformed, jobItem())
    expect(await said(world, stranded)).toMatch(/^stranded: .*fax/)
    expect(await said(world, malformed)).toMatch(/^malformed: task/)
    expect(await said(world, { pk: 'crm|acme', sk: 'x' })).toMatch(/^malformed: sk/)
    damage(world, SHARD)
    expect(await said(world, jobItem())).toBe('damaged: it is damaged')
  })

  test('counts those before it of all better priorities, and no more than a hundred of each', async () => {
    const world = new World(configOf({ concurrency: 1, shards: 1 }))
    await overrideLimits(world.context, queueOf(world), 'acme', { concurrency: 0 })
    const last = jobItem({ id: 'last', priority: 9, runAt: NOW })
    const better = Array.from({ length: 40 }, (_, n) => jobItem({ id: `b${n}`, priority: n % 4, runAt: NOW }))
    const delayed = jobItem({ id: 'delayed', priority: 0, runAt: NOW + 1 })
    world.put(last, delayed, ...better)
    expect(await ask(world, last)).toMatchObject({ ahead: { count: 40 } })
    world.put(...jobsIn(SHARD, 150))
    expect(await ask(world, last)).toMatchObject({ ahead: { count: 140, atLeast: true } })
  })
})

describe('a partition', () => {
  test('says what holds each of its shards, and whose the slots are', async () => {
    const world = new World(configOf({ concurrency: 12, shards: 2, timeout: '10s' }))
    world.put(...jobsIn(shard(0), 20))
    await world.stream()
    world.put(...jobsIn(shard(1), 3))
    await world.stream()
    await startAll(world)
    const why = await askPartition(world)
    if (why.kind !== 'partition') throw new Error(why.kind)
    expect(why.shards.map(({ shard }) => shard)).toEqual([shard(0), shard(1)])
    expect(why.shards[1]).toMatchObject({
      inFlight: 0,
      holds: [{ reason: 'slots', jobs: 1, inFlight: 0, slots: 0, partition: { slots: 12, lent: 12 } }],
    })
    expect(whyText(why)).toContain('crm|acme|1: slots 0/0, of 12 in its partition, 12 lent')
  })

  test('names the job whose slot is free first', async () => {
    const world = new World(configOf({ concurrency: 2, shards: 1, timeout: '10s' }))
    world.put(jobItem({ id: 'late' }))
    await world.stream()
    world.remaining_ms = 90_000
    await startAll(world)
    world.put(jobItem({ id: 'soon' }), jobItem({ id: 'waits' }))
    await world.stream()
    world.remaining_ms = 30_000
    await startAll(world)
    const why = await ask(world, jobItem({ id: 'waits' }))
    expect(why).toMatchObject({
      holds: [{ inFlight: 2, slots: 2, first: { id: 'soon', until: NOW + 35_000 } }],
    })
  })

  test('whose shard would borrow is held by nothing, as far as what is free goes', async () => {
    const world = new World(configOf({ concurrency: 12, shards: 2, timeout: '10s' }))
    const items = jobsIn(shard(0), 14)
    world.put(...items)
    const [first, last] = [items[0], items.at(-1)]
    if (!first || !last) throw new Error('no job')
    expect(await ask(world, first)).toMatchObject({ kind: 'waiting', aheadIn: 'shard', holds: [] })
    expect(await askPartition(world)).toMatchObject({ shards: [{ shard: shard(0), startable: 8 }] })
  })

  test('in which nothing waits says so, and so does one that the next pass will start', async () => {
    const world = new World(configOf({ concurrency: 2, shards: 1 }))
    expect(whyText(await askPartition(world))).toBe('nothing waits')
    world.put(...jobsIn(PLAIN, 1))
    expect(whyText(await askPartition(world))).toBe('nothing holds 1 job: the next pass claims what it can')
  })
})
