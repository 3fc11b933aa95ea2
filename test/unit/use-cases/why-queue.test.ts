/** Why jobs of a whole queue do not run: what holds all of it now, and for what its shards waited when they were counted. */
import { describe, expect, test } from 'vitest'
import { whyText } from '../../../lib/admin.ts'
import type { ShardKey } from '../../../lib/core/keys.ts'
import { type ConfigInput, defineConfig, queueNamed } from '../../../lib/core/queue/config.ts'
import { seenAsSet } from '../../../lib/use-cases/as-set.ts'
import { pauseQueue } from '../../../lib/use-cases/operate/pause-queue.ts'
import { overrideLimits } from '../../../lib/use-cases/operate/set-limits.ts'
import { whyQueue } from '../../../lib/use-cases/operate/why-queue.ts'
import { sweep } from '../../../lib/use-cases/sweep/sweep.ts'
import { jobItem, NOW } from '../../support/builders.ts'
import { deliver, longRunning } from '../../support/interleave.ts'
import { damage } from '../../support/spread.ts'
import { World } from '../../support/world.ts'

const NOTE = { by: 'ann', reason: 'they migrate' }
const MINUTE = 60_000
const BY_CUSTOMER = { partition: { payload: 'customer' }, concurrency: 1, timeout: '10s' } as const
const job = (pk: string, id: string, since_ms = MINUTE) =>
  jobItem({ pk: pk as ShardKey, id, runAt: NOW - since_ms })

function worldOf(input: ConfigInput['queues'][string], rest: Partial<ConfigInput> = {}): World {
  const world = new World(defineConfig({ ...rest, queues: { crm: { ...BY_CUSTOMER, ...input } } }))
  longRunning(world, () => true)
  return world
}
async function put(world: World, ...items: ReturnType<typeof job>[]): Promise<void> {
  for (const item of items) {
    world.put(item)
    await deliver(world)
  }
}
async function ask(world: World) {
  const eyes = await seenAsSet(world.context)
  const queue = queueNamed(eyes.config, 'crm')
  if (!queue) throw new Error('no queue')
  const before = structuredClone([...world.tables.states])
  const why = await whyQueue(eyes, queue)
  expect([...world.tables.states]).toEqual(before)
  expect(JSON.parse(JSON.stringify(why))).toEqual(why)
  if (why.kind !== 'queue') throw new Error(why.kind)
  return why
}
const said = async (world: World) => whyText(await ask(world))

test('a queue that nothing holds says so, and that nobody has counted yet', async () => {
  const world = worldOf({})
  expect(await said(world)).toBe('nothing holds all of it; what waits has not been counted yet')
  await sweep(world.context)
  expect(await said(world)).toBe(
    'nothing holds all of it; nothing waited when it was counted last, at 09:00:00Z',
  )
})

test('a queue that is paused says by whom, and so does one with a limit of 0', async () => {
  const world = worldOf({})
  await pauseQueue(world.context, 'crm', NOTE)
  await put(world, job('crm|a', 'a1'))
  const why = await ask(world)
  expect(why).toMatchObject({ holds: [{ reason: 'paused', ofQueue: true, by: 'ann', note: 'they migrate' }] })
  expect(whyText(why)).toBe('paused by ann: they migrate; what waits has not been counted yet')
  await sweep(world.context)
  expect(await said(world)).toMatch(
    /^paused by ann: they migrate; some 1 job of 1 shard waited .*: 1 for paused; longest crm\|a, since 08:59:00Z: its queue is paused by ann: they migrate$/,
  )
  expect(await said(worldOf({ concurrency: 0 }))).toMatch(/^paused; /)
})

describe('a queue in which shards wait', () => {
  const waiting = async () => {
    const world = worldOf({ total: { concurrency: 2, rateLimit: { allowed: 9, period: '10s', margin: 0 } } })
    await put(world, job('crm|a', 'a1'), job('crm|b', 'b1'), job('crm|a', 'a2'))
    await put(world, job('crm|c', 'c1', 2 * MINUTE), job('crm|d', 'd1'))
    world.put(job('crm|e', 'e1'), jobItem({ pk: 'crm|f' as ShardKey, id: 'later', runAt: NOW + MINUTE }))
    await sweep(world.context)
    return world
  }

  test('says what holds its total and its rate, how many wait for what, and who waits longest', async () => {
    const world = await waiting()
    const why = await ask(world)
    expect(why).toMatchObject({
      queue: 'crm',
      holds: [],
      limiters: [{ kind: 'limiter', name: 'total|crm', lent: 2, rate: { used: 2 } }],
      counted: { waiting: 4, waitingFor: { slots: 1, 'total|crm': 2, nothing: 1 } },
      longest: { shard: 'crm|c', partition: 'c', since: NOW - 2 * MINUTE },
    })
    expect(why.longest?.now).toMatchObject({ holds: [{ reason: 'limiter', limiter: 'total|crm' }] })
    expect(whyText(why)).toMatch(
      /^total crm 2\/2, job a1 of crm\|a free .*; 2 shards wait: crm\|c since .*, crm\|d since .*; some 4 jobs of 4 shards waited when .*, at 09:00:00Z: 2 for total crm, 1 for slots, 1 for nothing; longest crm\|c, since 08:58:00Z: total crm 2\/2/,
    )
  })

  test('counts as one whose item says what held it', async () => {
    const world = await waiting()
    const { held: _, ...state } = world.state('crm|c' as ShardKey)
    world.tables.states.set('crm|c' as ShardKey, state)
    await sweep(world.context)
    expect((await ask(world)).counted?.waitingFor).toEqual({ slots: 1, 'total|crm': 1, nothing: 1, other: 1 })
  })

  test('says of the one that waited longest what holds it now', async () => {
    const world = await waiting()
    const queue = queueNamed(world.context.config, 'crm')
    if (!queue) throw new Error('no queue')
    await overrideLimits(world.context, queue, 'c', { concurrency: 0, ...NOTE })
    expect(await said(world)).toMatch(/longest crm\|c, since 08:58:00Z: paused by ann: they migrate$/)
    world.tables.jobs.delete('crm|c')
    expect(await said(world)).toMatch(/longest crm\|c, since 08:58:00Z: nothing waits, 0 in flight$/)
    damage(world, 'crm|c' as ShardKey)
    expect(await said(world)).toMatch(/longest crm\|c, since 08:58:00Z: damaged: it is damaged$/)
  })
})

test('limiters of which each value has one are counted together', async () => {
  const tags = [{ key: 'user', each: true, concurrency: 1 }] as const
  const world = worldOf({ concurrency: 5 }, { tags: [...tags] })
  const tagged = (user: string, id: string) => ({ ...job(`crm|a|+each.user=${user}`, id), tags: { user } })
  for (const user of ['ann', 'bob']) await put(world, tagged(user, `${user}1`), tagged(user, `${user}2`))
  await sweep(world.context)
  expect((await ask(world)).counted).toMatchObject({ waiting: 2, waitingFor: { 'each|user=…': 2 } })
})

test('a queue that is full refuses jobs, and a limiter whose item is damaged does not hide the others', async () => {
  const pools = { api: { concurrency: 2 }, mail: { concurrency: 2 } }
  const world = worldOf({ pools: { api: 1, mail: 1 }, maxQueueSize: 1 }, { pools })
  damage(world, '$limiter|pool|api' as ShardKey)
  world.tables.sizes = new Map([['$size|crm', new Map([[0, { jobs: 1, puts: 1 }]])]])
  expect(await said(world)).toMatch(
    /pool api damaged: it is damaged; pool mail 0\/2: nothing holds one more job/,
  )
})
