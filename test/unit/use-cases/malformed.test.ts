import { describe, expect, test } from 'vitest'
import { defineConfig } from '../../../lib/core/queue/config.ts'
import { asShard, jobItem } from '../../support/builders.ts'
import { World } from '../../support/world.ts'

const CONFIG = defineConfig({ queues: { crm: { partition: 'task', concurrency: 1 }, plain: {} } })
const { task: _task, ...noTask } = jobItem({ id: 'x' })
const { payload: _payload, ...noPayload } = jobItem({ id: 'x' })
const key = jobItem({ id: 'x' })

const MALFORMED = [
  ['a sort key of its own', { ...key, sk: 'hello' }, 'sk "hello" is not'],
  ['a sort key that begins like one', { ...key, sk: '5#soon' }, 'is not <priority'],
  ['a priority of two digits', { ...key, sk: key.sk.replace('5#', '10#') }, 'is not <priority'],
  ['a time in another spelling', { ...key, sk: '5#2030-01-31T10:00:00+01:00#x' }, 'not ISO 8601 UTC'],
  ['an id that is too long', { ...key, sk: `${key.sk}${'x'.repeat(64)}` }, 'longer than 64'],
  ['an id with a space', { ...key, sk: `${key.sk} y` }, 'may hold only'],
  ['no queue at all', { ...key, pk: '||' }, 'does not begin with the name of a queue'],
  ['a shard that is no number', { ...key, pk: 'crm|acme|x' }, 'is not a number'],
  ['no task', noTask, 'task'],
  ['no payload', noPayload, 'payload: is missing'],
  ['a task that is a number', { ...key, task: 7 }, 'task'],
  ['an attempt that is text', { ...key, attempt: 'first' }, 'attempt'],
  ['a payload with a set', { ...key, payload: { tags: new Set(['a']) } }, 'payload.tags is a set'],
  ['a payload with bytes', { ...key, payload: [new Uint8Array(2)] }, 'payload.0 is a set or bytes'],
  ['a payload that nobody can read', { ...key, payload: { n: 1e300 } }, 'payload.n is a number'],
] as const

describe('an item with', () => {
  test.each(MALFORMED)('%s is a dead letter that says why', async (_name, item, why) => {
    const world = new World(CONFIG)
    world.put(item)
    expect(await world.stream()).toEqual([])
    expect([world.jobs, world.ran]).toEqual([[], []])
    expect(world.dead).toMatchObject([{ reason: 'refused', error: expect.stringContaining(why) }])
  })
})

test('malformed items do not hold up their neighbours, in one batch or in the shard', async () => {
  const world = new World(CONFIG)
  const good = ['a', 'm', 'z'].map((id) => jobItem({ id }))
  world.put(
    ...MALFORMED.map(([, item], n) => ({ ...item, sk: item.sk === key.sk ? `${item.sk}${n}` : item.sk })),
  )
  world.put(...good)
  await world.settle()
  expect(world.ran).toEqual(['a', 'm', 'z'])
  expect(world.dead).toHaveLength(MALFORMED.length)
  expect(world.jobs).toEqual([])
})

test('malformed items that the stream never brought are found by the passes that read them', async () => {
  const world = new World(CONFIG)
  world.put(...Array.from({ length: 80 }, (_, n) => ({ ...jobItem({ id: `bad${n}` }), task: n })))
  world.put(jobItem({ id: 'good' }))
  await world.pass()
  await world.wake()
  expect(world.inFlight).toEqual(['good'])
  expect(world.dead).toHaveLength(80)
})

test('an item that cannot be refused for the moment comes again, alone', async () => {
  const world = new World(CONFIG)
  const { jobs } = world.context.store
  const { bury } = jobs
  Object.assign(jobs, { bury: () => Promise.reject(new Error('throttled')) })
  world.put(jobItem({ id: 'a' }), { ...key, task: 7 })
  expect(await world.stream()).toEqual([1])
  Object.assign(jobs, { bury })
  world.put({ ...key, task: 7 })
  await world.live(2000)
  expect(world.ran).toEqual(['a'])
  expect(world.dead).toHaveLength(1)
})

test('a shard that cannot be visited for the moment goes to the wake queue and holds up nobody', async () => {
  const world = new World(CONFIG)
  const { states } = world.context.store
  const { read } = states
  Object.assign(states, {
    read: (shard: string) =>
      shard === 'crm|broken' ? Promise.reject(new Error('damaged')) : read(asShard(shard)),
  })
  world.put(jobItem({ id: 'b', pk: asShard('crm|broken') }), jobItem({ id: 'a' }))
  expect(await world.stream()).toEqual([])
  expect(world.inFlight).toEqual(['a'])
  Object.assign(states, { read })
  await world.live(2000)
  expect(world.ran.sort()).toEqual(['a', 'b'])
})
