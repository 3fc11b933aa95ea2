/** A name is scheduled, and scheduled again. */
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { defineTask } from '../../../lib/index.ts'
import { NOW } from '../../support/builders.ts'
import { untyped } from '../../support/untyped.ts'
import {
  ACME,
  dueAt,
  EACH_MINUTE,
  HOURLY,
  live,
  MINUTE_MS,
  ranAt,
  scene,
  standing,
  sync,
} from './scheduling.ts'

const at = (minutes: number) => new Date(NOW + minutes * MINUTE_MS)

describe('a new name', () => {
  test('is there, with its next tick, and what daylight saving does to it', async () => {
    const own = scene()
    const made = await own.client.schedule(sync, 'acme', HOURLY, ACME)
    expect(made).toEqual({ state: 'created', next: at(60), warnings: [] })
    expect(await standing(own)).toMatchObject({ queue: 'crm', payload: ACME, createdAt: NOW, updatedAt: NOW })
    const berlin = { cron: '*/15 2 * * *', timeZone: 'Europe/Berlin' }
    expect((await own.client.schedule(sync, 'berlin', berlin, ACME)).warnings[0]).toContain('Europe/Berlin')
  })

  test('that ticks before the clock does is fired by a message, and no other is', async () => {
    const own = scene()
    await own.client.schedule(sync, 'later', HOURLY, ACME)
    expect(own.world.takeFires()).toEqual([])
    await own.client.schedule(sync, 'soon', { at: NOW + 10_000 }, ACME)
    expect(own.world.takeFires()).toMatchObject([{ fire: ['sync|soon'] }])
  })

  test('a one-time in the past fires now', async () => {
    const own = scene()
    const { next } = await own.client.schedule(sync, 'acme', { at: NOW - 86_400_000 }, ACME)
    expect(next).toEqual(new Date(NOW - 86_400_000))
    await own.world.live(1000)
    expect(ranAt(own)).toEqual([0])
  })

  test('says so before it writes if there is no wake queue for what is due soon', async () => {
    const own = scene({
      wake: () => {
        throw new Error('no queue')
      },
    })
    await expect(own.client.schedule(sync, 'acme', { every: '30s' }, ACME)).rejects.toThrow('no queue')
    expect(await standing(own)).toBeUndefined()
    expect((await own.client.schedule(sync, 'acme', HOURLY, ACME)).state).toBe('created')
  })
})

describe('what makes no sense is refused', () => {
  const refused = async (...call: unknown[]) => {
    const own = scene()
    const schedule: (...given: never[]) => Promise<unknown> = own.client.schedule
    const error = await schedule(...call.map(untyped)).catch((error: unknown) => error)
    expect(await own.world.context.store.schedules.scan()).toEqual({ schedules: [] })
    return String(error)
  }
  const plain = defineTask({ name: 'plain', queue: 'fax', payload: z.unknown(), handler: async () => {} })

  test.each<[string, unknown[], string]>([
    ['a rule', [sync, 'acme', { cron: '* * *' }, ACME], 'InvalidScheduleError: the cron expression'],
    ['two rules', [sync, 'acme', { cron: '* * * * *', at: 5 }, ACME], 'one of cron, every and at'],
    ['no rule', [sync, 'acme', undefined, ACME], 'InvalidScheduleError'],
    ['a name', [sync, '', HOURLY, ACME], "a schedule's name must be 1 to 128"],
    ['a name that is none', [sync, 7, HOURLY, ACME], "a schedule's name must be 1 to 128"],
    ['a payload', [sync, 'acme', HOURLY, { customer: 5 }], 'InvalidPayloadError'],
    ['a large payload', [sync, 'acme', HOURLY, { customer: 'x'.repeat(4096) }], '4096 are the most'],
    ['an option', [sync, 'acme', HOURLY, ACME, { overlap: 'never' }], 'InvalidScheduleError: overlap'],
    ['an option that is none', [sync, 'acme', HOURLY, ACME, { overlaps: 'skip' }], 'overlaps'],
    ['force', [sync, 'acme', HOURLY, ACME, { force: 'yes' }], 'ConfigurationError: options.force'],
    ['an unknown queue', [plain, 'acme', HOURLY, ACME], 'there is no queue "fax"'],
    ['an unknown pool', [sync, 'acme', HOURLY, ACME, { pools: { tpu: 1 } }], 'tpu'],
  ])('%s', async (_what, call, message) => expect(await refused(...call)).toContain(message))

  test('a payload without what its queue goes by', async () => {
    const any = defineTask({ name: 'any', queue: 'crm', payload: z.unknown(), handler: async () => {} })
    expect(await refused(any, 'acme', HOURLY, {})).toContain('payload.customer must be')
  })
})

describe('the same name again', () => {
  test('writes nothing if nothing has changed, an interval included', async () => {
    const own = scene()
    await own.client.schedule(sync, 'acme', { every: '1h' }, ACME, { tags: { a: 'b' } })
    const before = await standing(own)
    own.world.now += 10 * MINUTE_MS
    const again = await own.client.schedule(sync, 'acme', { every: 3_600_000 }, ACME, { tags: { a: 'b' } })
    expect(again).toEqual({ state: 'unchanged', next: at(60), warnings: [] })
    expect(await standing(own)).toEqual(before)
  })

  test('goes on ticking as before if only the payload is another', async () => {
    const own = scene()
    await own.client.schedule(sync, 'acme', { every: '1h' }, ACME)
    own.world.now += 10 * MINUTE_MS
    const other = { customer: 'other' }
    const { state, next } = await own.client.schedule(sync, 'acme', { every: '1h' }, other)
    expect([state, next]).toEqual(['updated', at(60)])
    expect(await standing(own)).toMatchObject({ payload: other, createdAt: NOW, updatedAt: own.world.now })
  })

  test('has its next tick after now if the rule is another', async () => {
    const own = scene()
    await own.client.schedule(sync, 'acme', { every: '1h' }, ACME)
    own.world.now += 10 * MINUTE_MS
    const { state, next } = await own.client.schedule(sync, 'acme', { every: '2h' }, ACME)
    expect([state, next]).toEqual(['updated', at(130)])
  })

  test('fires again what was set aside, or has come to its end', async () => {
    const own = scene()
    const { schedules } = own.world.context.store
    await own.client.schedule(sync, 'acme', HOURLY, ACME)
    const schedule = await standing(own)
    if (!schedule) throw new Error('it is there')
    const { nextAt: _, ...aside } = { ...schedule, setAside: { at: NOW, reason: 'odd' } }
    await schedules.put(untyped({ ...aside, pk: 'sync|acme', version: 9 }), schedule.version)
    expect((await own.client.schedule(sync, 'acme', HOURLY, ACME)).state).toBe('updated')
    expect(await standing(own)).toMatchObject({ nextAt: NOW + 60 * MINUTE_MS })
    expect(await standing(own)).not.toHaveProperty('setAside')
  })

  test('takes the place of an item that somebody has put by hand, or damaged', async () => {
    const own = scene()
    const { schedules } = own.world.context.store
    for (const version of [undefined, 7]) {
      const item = { pk: 'sync|acme', odd: true, ...(version === undefined ? {} : { version }) }
      own.world.tables.schedules?.delete('sync|acme')
      await schedules.put(untyped(item), 'absent')
      expect((await own.client.schedule(sync, 'acme', HOURLY, ACME)).state).toBe('updated')
      expect(await standing(own)).toMatchObject({ name: 'acme' })
    }
  })

  test('by many who have read the same: one is first, and each of the others changes what stands there', async () => {
    const own = scene()
    const payloads = Array.from({ length: 20 }, (_, n) => ({ customer: `c${n}` }))
    const all = payloads.map((payload) => own.client.schedule(sync, 'acme', HOURLY, payload))
    const states = (await Promise.all(all)).map(({ state }) => state)
    expect(states.toSorted()).toEqual(['created', ...payloads.slice(1).map(() => 'updated')])
    expect(payloads).toContainEqual((await standing(own))?.payload)
  })

  test('is told so if others are always first', async () => {
    const own = scene()
    own.wiring.store.schedules.put = async () => 'stale'
    await expect(own.client.schedule(sync, 'acme', HOURLY, ACME)).rejects.toThrow('call again')
  })
})

describe('what the task and the options say of jobs', () => {
  const heavy = defineTask({
    name: 'heavy',
    queue: 'plain',
    payload: z.string(),
    pools: { gpu: 2 },
    cost: (text: string) => text.length,
    handler: async () => {},
  })

  test('is added', async () => {
    const own = scene()
    await own.client.schedule(heavy, 'acme', HOURLY, 'text', { pools: { api: 1 } })
    expect((await standing(own, 'acme', 'heavy'))?.options).toMatchObject({
      pools: { gpu: 2, api: 1 },
      cost: 4,
    })
  })
})

describe('partitions of schedules', () => {
  test('are noted before one is put there, and only ever more', async () => {
    const own = scene()
    const { schedules } = own.world.context.store
    await own.client.schedule(sync, 'acme', HOURLY, ACME)
    expect(await schedules.partitions()).toEqual({ version: 1, upTo: 4 })
    await own.client.schedule(sync, 'other', HOURLY, ACME)
    expect(await schedules.partitions()).toEqual({ version: 1, upTo: 4 })
    await schedules.savePartitions({ version: 2, upTo: 1 }, { version: 1, upTo: 4 })
    await own.client.schedule(sync, 'third', HOURLY, ACME)
    await own.client.schedule(sync, 'fourth', HOURLY, ACME)
    expect((await schedules.partitions())?.upTo).toBe(4)
  })

  test('are chosen by a selector', async () => {
    const own = scene({ selectPartition: (name, count) => (name === 'bad' ? count : name.length % count) })
    await own.client.schedule(sync, 'abc', HOURLY, ACME)
    expect(await standing(own, 'abc')).toMatchObject({ partition: 3, chosen: 3 })
    await expect(own.client.schedule(sync, 'bad', HOURLY, ACME)).rejects.toThrow('from 0 to 3')
  })

  test('are fired as somebody says at run time', async () => {
    const own = scene({ selectPartition: () => 2 })
    await own.client.setEnabledPartitions([0, 1])
    await own.client.schedule(sync, 'acme', EACH_MINUTE, ACME)
    expect(own.world.takeFires()).toEqual([])
    expect(await own.client.getSchedule(sync, 'acme')).toMatchObject({ partition: 2, isDisabled: true })
    expect((await own.client.listSchedules()).schedules).toMatchObject([{ isDisabled: true }])
    await live(own, 2 * MINUTE_MS)
    expect([ranAt(own), dueAt(own)]).toEqual([[], []])
    await own.client.setEnabledPartitions(null)
    expect(await own.client.getSchedule(sync, 'acme')).not.toHaveProperty('isDisabled')
    expect(await own.world.context.store.schedules.partitions()).toEqual({ version: 2, upTo: 4 })
    await own.client.setEnabledPartitions('all')
    expect(await own.world.context.store.schedules.partitions()).toMatchObject({ enabled: 'all' })
    await live(own, 2 * MINUTE_MS)
    expect(ranAt(own).length).toBeGreaterThan(0)
    await expect(own.client.setEnabledPartitions([1, 1])).rejects.toThrow('once')
  })
})
