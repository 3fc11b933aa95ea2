/** Schedules are seen, listed, paused, resumed and run by whoever knows their names. */
import { describe, expect, test } from 'vitest'
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
  type Scene,
  scene,
  standing,
  sync,
} from './scheduling.ts'

const ANN = { by: 'ann', reason: 'they migrate' }
const HOUR_MS = 60 * MINUTE_MS

const hourly = async (options = {}): Promise<Scene> => {
  const own = scene()
  await own.client.schedule(sync, 'acme', HOURLY, ACME, options)
  return own
}

describe('one schedule', () => {
  test('is shown in the words in which people say it', async () => {
    const own = await hourly({ catchUp: '2h' })
    expect(await own.client.getSchedule('sync', 'acme')).toEqual({
      task: 'sync',
      name: 'acme',
      queue: 'crm',
      rule: { cron: '0 * * * *', timeZone: 'UTC' },
      payload: ACME,
      options: expect.objectContaining({ catchUp_ms: 2 * HOUR_MS, missed: 'one' }),
      state: 'active',
      next: new Date(NOW + HOUR_MS),
      partition: expect.any(Number),
      createdAt: new Date(NOW),
      updatedAt: new Date(NOW),
    })
    expect(await own.client.getSchedule(sync, 'other')).toBeUndefined()
  })

  test.each([
    [{ every: '1h' }, { every: HOUR_MS, from: new Date(NOW) }],
    [
      { every: '1h', aligned: true },
      { every: HOUR_MS, aligned: true },
    ],
    [{ at: new Date(NOW + HOUR_MS) }, { at: new Date(NOW + HOUR_MS) }],
  ])('of the rule %j', async (rule, shown) => {
    const own = scene()
    await own.client.schedule(sync, 'acme', rule, ACME)
    expect((await own.client.getSchedule(sync, 'acme'))?.rule).toEqual(shown)
  })

  test('that somebody has damaged says so to all but those who make it anew or remove it', async () => {
    const own = await hourly()
    const { schedules } = own.world.context.store
    const version = (await standing(own))?.version
    await schedules.put(untyped({ pk: 'sync|acme', version: 2, task: 'sync' }), untyped(version))
    for (const call of [
      () => own.client.getSchedule(sync, 'acme'),
      () => own.client.pauseSchedule(sync, 'acme', ANN),
      () => own.client.resumeSchedule(sync, 'acme'),
      () => own.client.runNow(sync, 'acme'),
    ])
      await expect(call()).rejects.toMatchObject({ name: 'InvalidScheduleError' })
    expect((await own.client.listSchedules()).damaged).toMatchObject([{ key: 'sync|acme' }])
    expect(await own.client.unschedule(sync, 'acme')).toBe(true)
  })

  test('that is not there, or cannot be, is an error to those who change it', async () => {
    const own = scene()
    const none = { name: 'NoScheduleError', task: 'sync', schedule: 'acme' }
    await expect(own.client.pauseSchedule(sync, 'acme', ANN)).rejects.toMatchObject(none)
    await expect(own.client.resumeSchedule(sync, 'acme')).rejects.toMatchObject(none)
    await expect(own.client.runNow(sync, 'acme')).rejects.toMatchObject(none)
    expect(await own.client.unschedule(sync, 'acme')).toBe(false)
    const impossible = { name: 'InvalidScheduleError' }
    await expect(own.client.unschedule(sync, '')).rejects.toMatchObject(impossible)
    await expect(own.client.getSchedule('x'.repeat(129), 'acme')).rejects.toMatchObject(impossible)
  })

  test('may be called anything', async () => {
    const own = scene()
    const name = 'a|b%7C %\u{1f600}'
    await own.client.schedule(sync, name, HOURLY, ACME)
    expect((await own.client.getSchedule(sync, name))?.name).toBe(name)
    expect((await own.client.listSchedules()).schedules.map((one) => one.name)).toEqual([name])
    expect(await own.client.unschedule(sync, name)).toBe(true)
  })
})

describe('a pause', () => {
  test('is kept with who has said so, and stays when the name is scheduled again', async () => {
    const own = await hourly()
    const pause = { at: new Date(NOW), ...ANN }
    expect(await own.client.pauseSchedule(sync, 'acme', ANN)).toMatchObject({ state: 'paused', pause })
    own.world.now += MINUTE_MS
    await own.client.pauseSchedule(sync, 'acme', { by: 'bob' })
    await own.client.schedule(sync, 'acme', EACH_MINUTE, { customer: 'other' })
    await own.client.schedule(sync, 'acme', EACH_MINUTE, ACME)
    const there = await own.client.getSchedule(sync, 'acme')
    expect(there).toMatchObject({ state: 'paused', pause, payload: ACME })
    expect(there).not.toHaveProperty('next')
    await live(own, 3 * MINUTE_MS)
    expect(ranAt(own)).toEqual([])
  })

  test('ends with the next tick, and those that it has covered are gone', async () => {
    const own = scene()
    await own.client.schedule(sync, 'acme', EACH_MINUTE, ACME, { missed: 'all' })
    await live(own, 2 * MINUTE_MS)
    await own.client.pauseSchedule(sync, 'acme', ANN)
    await live(own, 3 * MINUTE_MS)
    await own.client.resumeSchedule(sync, 'acme')
    await own.client.resumeSchedule(sync, 'acme')
    await live(own, 2 * MINUTE_MS)
    expect(ranAt(own)).toEqual([1, 2, 6, 7].map((n) => n * MINUTE_MS))
  })

  test.each(['exactlyOnce', 'atLeastOnce'] as const)(
    'that is over stays over if the schedule is changed before its next tick has been fired: %s',
    async (delivery) => {
      const own = scene()
      const options = { delivery, missed: 'all' } as const
      await own.client.schedule(sync, 'acme', { every: '10m' }, ACME, options)
      await live(own, 12 * MINUTE_MS)
      await own.client.pauseSchedule(sync, 'acme', ANN)
      await live(own, 67 * MINUTE_MS)
      await own.client.resumeSchedule(sync, 'acme')
      // No message of the resumed one has come yet, and its next tick is so near that it may have been fired.
      await own.client.schedule(sync, 'acme', { every: '10m' }, { customer: 'other' }, options)
      await live(own, 3 * MINUTE_MS)
      expect(ranAt(own)).toEqual([10 * MINUTE_MS, 80 * MINUTE_MS])
    },
  )

  test('of a one-time ends with its job, if it has not had it', async () => {
    const own = scene()
    await own.client.schedule(sync, 'acme', { at: NOW + HOUR_MS }, ACME)
    await own.client.pauseSchedule(sync, 'acme', ANN)
    own.world.now += 2 * HOUR_MS
    await own.client.resumeSchedule(sync, 'acme')
    await own.world.live(1)
    expect(ranAt(own)).toEqual([2 * HOUR_MS])
  })

  test.each([[{}], [{ by: '' }], [{ by: 'ann', why: 'x' }], [undefined]])('says who: %j', async (note) => {
    const own = await hourly()
    const call = own.client.pauseSchedule(sync, 'acme', untyped(note))
    await expect(call).rejects.toMatchObject({ name: 'ConfigurationError' })
    expect(await standing(own)).not.toHaveProperty('pause')
  })
})

describe('a job that somebody wants now', () => {
  test('has the options of its schedule, but not its window, and says that it is wanted', async () => {
    const own = await hourly({ window: '30m', priority: 2, ttl: '1h', tags: { a: 'b' } })
    const { id, pk, sk } = await own.client.runNow(sync, 'acme')
    expect(id).toMatch(/^[0-9a-f]{24}\.[0-9A-Z]{26}$/)
    expect(own.world.jobs).toMatchObject([
      {
        ...{ pk, sk, payload: ACME, tags: { a: 'b' }, startBefore: NOW + HOUR_MS },
        schedule: { task: 'sync', name: 'acme', at: NOW, isManual: true },
      },
    ])
    expect(sk).toBe(`2#${new Date(NOW).toISOString()}#${id}`)
  })

  test('is no tick: the schedule stays as it is, paused too', async () => {
    const own = await hourly()
    await own.client.pauseSchedule(sync, 'acme', ANN)
    const before = await standing(own)
    for (const _time of [1, 2]) await own.client.runNow('sync', 'acme')
    expect(await standing(own)).toEqual(before)
    await own.world.live(1)
    expect(ranAt(own)).toHaveLength(2)
  })

  test('is the one that is there, if they must not overlap', async () => {
    const own = await hourly({ overlap: 'skip' })
    const first = await own.client.runNow(sync, 'acme')
    expect(await own.client.runNow(sync, 'acme')).toEqual({ ...first, existing: true })
    expect(dueAt(own)).toEqual([0])
  })
})

describe('a list', () => {
  const many = async (): Promise<Scene> => {
    const own = scene()
    for (const n of Array.from({ length: 25 }, (_, n) => n))
      await own.client.schedule(sync, `s${n}`, n === 7 ? { at: NOW + HOUR_MS } : HOURLY, ACME)
    await own.client.pauseSchedule(sync, 's3', ANN)
    return own
  }
  const all = async ({ client }: Scene, query: Parameters<Scene['client']['listSchedules']>[0]) => {
    const names: string[] = []
    let cursor: string | undefined
    do {
      const page = await client.listSchedules({ ...query, ...(cursor === undefined ? {} : { cursor }) })
      expect(page.schedules.length).toBeLessThanOrEqual(query?.limit ?? 100)
      names.push(...page.schedules.map(({ name }) => name))
      cursor = page.cursor
    } while (cursor !== undefined)
    return names.toSorted()
  }

  test('comes page by page, each schedule once', async () => {
    const own = await many()
    expect((await all(own, { limit: 10 })).length).toBe(25)
    expect(new Set(await all(own, { limit: 1 })).size).toBe(25)
  })

  test('has those that fit', async () => {
    const own = await many()
    expect(await all(own, { state: 'paused', limit: 2 })).toEqual(['s3'])
    expect(await all(own, { task: 'other' })).toEqual([])
    expect(await all(own, { task: sync, queue: 'plain' })).toEqual([])
    expect((await all(own, { task: sync, queue: 'crm', state: 'active' })).length).toBe(24)
  })

  test.each([[{ state: 'odd' }], [{ limit: 0 }], [{ limit: 1001 }], [{ tasks: 'sync' }], [null]])(
    'is refused: %j',
    async (query) => {
      const call = scene().client.listSchedules(untyped(query))
      await expect(call).rejects.toMatchObject({ name: 'ConfigurationError' })
    },
  )
})
