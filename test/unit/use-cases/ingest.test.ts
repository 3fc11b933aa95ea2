import { describe, expect, test } from 'vitest'
import { defineConfig } from '../../../lib/core/queue/config.ts'
import { ingest } from '../../../lib/use-cases/ingest.ts'
import { NOW } from '../../support/builders.ts'
import { World } from '../../support/world.ts'

const CONFIG = defineConfig({ queues: { crm: { partition: { payload: 'customer' } }, plain: {} } })
const DETAIL = { queue: 'crm', task: 'sync', payload: { customer: 'acme' } }
const event = (detail: unknown, rest: object = {}): string =>
  JSON.stringify({
    id: '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
    time: '2030-01-31T09:00:00Z',
    'detail-type': 'sluice.enqueue',
    detail,
    ...rest,
  })

async function ingested(...bodies: string[]): Promise<World> {
  const world = new World(CONFIG)
  for (const body of bodies) await ingest(world.context, body, 'message-1')
  return world
}

describe('an event', () => {
  test('becomes a job', async () => {
    const world = await ingested(event({ ...DETAIL, priority: 2, delay: '5s', meta: { by: 'me' } }))
    expect(world.jobs).toMatchObject([
      {
        sk: '2#2030-01-31T09:00:05.000Z#6a7e8feb-b491-4cf7-a9f1-bf3703467718',
        task: 'sync',
        payload: { customer: 'acme' },
        meta: { by: 'me' },
      },
    ])
    expect(world.jobs[0]?.pk).toMatch(/^crm\|acme\|\d\d?$/)
  })

  test('that comes twice becomes one job', async () => {
    const world = await ingested(event(DETAIL), event(DETAIL))
    expect(world.jobs).toHaveLength(1)
  })

  test('that comes again while its job runs does not start it anew', async () => {
    const world = await ingested(event(DETAIL))
    await world.stream()
    await ingest(world.context, event(DETAIL), 'message-2')
    await world.settle()
    expect(world.ran).toHaveLength(1)
  })

  test('with an idempotency key makes one job of many events, also when that has run', async () => {
    const once = { ...DETAIL, idempotencyKey: 'order-42' }
    const world = await ingested(event(once), event({ ...once, id: 'another' }))
    await world.stream()
    await world.settle()
    await ingest(world.context, event(once), 'message-3')
    expect([world.ran.length, world.jobs]).toEqual([1, []])
    world.now += 86_400_000
    await ingest(world.context, event(once), 'message-4')
    expect(world.jobs).toHaveLength(1)
  })

  const at = (second: number, customer: string, rule: object) =>
    event(
      { ...DETAIL, payload: { customer: 'acme', name: customer }, ...rule },
      { id: `event-${second}`, time: `2030-01-31T09:00:0${second}Z` },
    )
  const names = (world: World) => world.jobs.map(({ payload }) => (payload as { name: string }).name)

  test('may be unique, and knows itself when it comes again', async () => {
    const unique = { unique: { key: 'nightly' } }
    const [one, two] = [at(1, 'one', unique), at(2, 'two', unique)]
    const world = await ingested(one, two, one)
    expect([names(world), world.dead]).toEqual([['one'], []])
    await world.live(60_000)
    for (const body of [one, one]) await ingest(world.context, body, 'm')
    expect([world.jobs, world.ran]).toEqual([[], ['event-1']])
    await ingest(world.context, two, 'm')
    expect(names(world)).toEqual(['two'])
  })

  test('may be debounced: the latest counts, in whatever order they come, and again', async () => {
    const debounce = { debounce: { key: 'index', wait: '5s' } }
    const bodies = [at(1, 'one', debounce), at(3, 'three', debounce), at(2, 'two', debounce)]
    const world = await ingested(...bodies, ...bodies)
    expect(names(world)).toEqual(['three'])
    expect(world.jobs[0]?.sk).toBe('5#2030-01-31T09:00:08.000Z#event-1')
    await world.stream()
    await world.live(60_000)
    expect(world.ran).toEqual(['event-1'])
  })

  test('with the id and in the second of another, debounced as that, is not that one come again', async () => {
    const debounce = { id: 'order-42', debounce: { key: 'order-42', wait: '5s' } }
    const named = (name: string) => ({ ...DETAIL, payload: { customer: 'acme', name }, ...debounce })
    const bodies = ['first', 'last'].map((name) => event(named(name), { id: `event-${name}` }))
    const world = await ingested(...bodies, bodies[1] ?? '')
    expect([names(world), world.dead]).toEqual([['last'], []])
    await world.stream()
    await world.live(60_000)
    for (const body of bodies.slice(1)) await ingest(world.context, body, 'm')
    expect([world.ran, world.jobs]).toEqual([['order-42'], []])
  })

  test('of a clock that is ahead keeps no later one from counting', async () => {
    const debounce = { debounce: { key: 'index', wait: '5s' } }
    const ahead = event({ ...DETAIL, ...debounce }, { id: 'ahead', time: '2050-01-31T09:00:00Z' })
    const world = await ingested(ahead, at(7, 'one', debounce), at(8, 'two', debounce))
    expect([names(world), world.jobs.map(({ sk }) => sk.split('#')[1])]).toEqual([
      ['two'],
      ['2030-01-31T09:00:13.000Z'],
    ])
  })

  test('may name its job and its partition, also by a number', async () => {
    const world = await ingested(event({ ...DETAIL, id: 'mine', partition: 7 }))
    expect(world.jobs[0]?.sk).toMatch(/#mine$/)
    expect(world.jobs[0]?.pk).toMatch(/^crm\|7\|/)
  })
})

describe('a malformed event is a dead letter with a reason:', () => {
  test.each([
    ['text', 'hello', 'not an event'],
    ['empty key', event({ ...DETAIL, idempotencyKey: '' }), 'detail.idempotencyKey'],
    ['unique by nothing', event({ ...DETAIL, unique: { key: '' } }), 'detail.unique.key'],
    ['unique by a slip', event({ ...DETAIL, unique: { key: 'a', whlie: 1 } }), 'unique.whlie'],
    ['unique and not', event({ ...DETAIL, unique: 'yes' }), 'detail.unique'],
    ['unique for long', event({ ...DETAIL, unique: { key: 'a', while: 'ever' } }), 'unique.while'],
    ['unique and once', event({ ...DETAIL, unique: true, idempotencyKey: 'a' }), 'detail: give'],
    ['a debounce without a key', event({ ...DETAIL, debounce: { wait: '1s' } }), 'debounce.key'],
    ['an empty key of it', event({ ...DETAIL, debounce: { key: '', wait: 1 } }), 'detail.debounce.key'],
    ['no wait', event({ ...DETAIL, debounce: { key: 'a', wait: 'soon' } }), 'debounce.wait "soon"'],
    ['a short max', event({ ...DETAIL, debounce: { key: 'a', wait: '9s', max: '1s' } }), 'debounce.max'],
    ['two delays', event({ ...DETAIL, delay: 1, debounce: { key: 'a', wait: 1 } }), 'without delay'],
    ['no JSON object', '[]', 'not an event'],
    ['null', 'null', 'not an event'],
    ['no id', event(DETAIL, { id: undefined }), 'id: '],
    ['no time', event(DETAIL, { time: 'yesterday' }), 'time: '],
    ['no detail', event(undefined), 'detail'],
    ['detail as text', event('run'), 'detail'],
    ['no queue', event({ ...DETAIL, queue: undefined }), 'queue'],
    ['no task', event({ ...DETAIL, task: undefined }), 'task'],
    ['an empty task', event({ ...DETAIL, task: '' }), '1 to 128'],
    ['no payload', event({ ...DETAIL, payload: undefined }), 'payload is missing'],
    ['no value for its partition', event({ ...DETAIL, payload: {} }), 'payload.customer must be'],
    ['a priority of 10', event({ ...DETAIL, priority: 10 }), 'priority 10'],
    ['a time that is none', event({ ...DETAIL, runAt: 'soon' }), 'runAt "soon"'],
    ['a delay that is none', event({ ...DETAIL, delay: 'soon' }), 'delay "soon"'],
    ['both times', event({ ...DETAIL, delay: 1, runAt: 1 }), 'not both'],
    ['an over-long id', event({ ...DETAIL, id: 'x'.repeat(65) }), 'longer than 64'],
    ['an unknown key', event({ ...DETAIL, prority: 1 }), 'prority'],
    ['an unstorable number', event({ ...DETAIL, payload: { customer: 'a', n: 1e300 } }), 'payload.n'],
    ['half a character', event({ ...DETAIL, payload: { customer: '\ud800' } }), 'half of a character'],
    ['half a character in the name of its queue', event({ ...DETAIL, queue: '\ud800' }), 'there is no queue'],
  ])('%s', async (_name, body, why) => {
    const world = await ingested(body)
    expect(world.jobs).toEqual([])
    expect(world.dead).toMatchObject([
      { reason: 'refused', error: expect.stringContaining(why), expiresAt: NOW / 1000 + 30 * 86_400 },
    ])
    expect(world.dead[0]?.error.isWellFormed()).toBe(true)
  })

  test('it is found under its queue where it names one', async () => {
    const world = await ingested(event({ ...DETAIL, task: 7 }))
    expect(world.dead).toMatchObject([{ pk: expect.stringMatching(/^dead\|crm\|/) }])
    expect(JSON.parse(world.dead[0]?.job ?? '')).toMatchObject({ detail: { task: 7 } })
  })
})

describe('an event for a queue that this function does not know', () => {
  const DAY_MS = 86_400_000
  test.each([
    ['an unknown queue', event({ ...DETAIL, queue: 'nope' }), 'there is no queue "nope"'],
    ['partitions', event({ ...DETAIL, queue: 'plain', partition: 'x' }), 'not partitioned'],
  ])(
    '(%s) comes again, for a newer one may know it, and is a dead letter after a day',
    async (_, body, why) => {
      const world = new World(CONFIG)
      const sentAt = world.now
      await expect(ingest(world.context, body, 'm', sentAt)).rejects.toThrow(why)
      world.now += DAY_MS - 1
      await expect(ingest(world.context, body, 'm', sentAt)).rejects.toThrow(why)
      expect(world.dead).toEqual([])
      world.now += 1
      await ingest(world.context, body, 'm', sentAt)
      expect(world.dead).toMatchObject([{ reason: 'refused', error: expect.stringContaining(why) }])
    },
  )
})

test('an event whose key another job has is a dead letter, and that job is as it was', async () => {
  const world = await ingested(
    event({ ...DETAIL, id: 'mine' }),
    event({ ...DETAIL, id: 'mine', task: 'other' }),
  )
  expect(world.jobs).toMatchObject([{ task: 'sync' }])
  expect(world.dead).toMatchObject([{ error: expect.stringContaining('another job stands under') }])
})
