/** A schedule is changed, paused or unscheduled while jobs of it have been put ahead, are due or run. */
import { describe, expect, test } from 'vitest'
import { NOW } from '../../support/builders.ts'
import {
  ACME,
  ahead,
  dueAt,
  EACH_MINUTE,
  HALF_MS,
  HOURLY,
  live,
  MINUTE_MS,
  ranAt,
  type Scene,
  scene,
  standing,
  sync,
} from './scheduling.ts'

const OTHER = { customer: 'other' }
const minutes = (...all: number[]) => all.map((n) => n * MINUTE_MS)

const payloads = ({ world }: Scene) => world.jobs.map(({ payload }) => payload)

describe('jobs that are not due yet', () => {
  test('are made anew with another payload, and each tick has one job', async () => {
    const own = await ahead({ every: '20s' })
    expect(dueAt(own)).toEqual([40_000, 60_000, 80_000])
    expect(ranAt(own)).toEqual([20_000])
    expect((await own.client.schedule(sync, 'acme', { every: '20s' }, OTHER)).next?.getTime()).toBe(
      NOW + 40_000,
    )
    expect(dueAt(own)).toEqual([])
    expect(own.world.dead).toEqual([])
    await live(own, 2 * MINUTE_MS)
    expect(ranAt(own)).toEqual([20, 40, 60, 80, 100, 120, 140].map((s) => s * 1000))
  })

  test('go if the rule is another, and the new one begins after now', async () => {
    const own = await ahead()
    const { next } = await own.client.schedule(sync, 'acme', { cron: '*/2 * * * *' }, ACME)
    expect(next?.getTime()).toBe(NOW + 2 * MINUTE_MS)
    await live(own, 4 * MINUTE_MS)
    expect(ranAt(own)).toEqual(minutes(2, 4))
  })

  test('are not lost if the new rule has their ticks too', async () => {
    const own = await ahead()
    await own.client.schedule(sync, 'acme', { cron: '0-59 * * * *' }, ACME)
    await live(own, 2 * MINUTE_MS)
    expect(ranAt(own)).toEqual(minutes(1, 2))
  })

  test('go with their schedule', async () => {
    const own = await ahead()
    expect(await own.client.unschedule(sync, 'acme')).toBe(true)
    expect([dueAt(own), await standing(own)]).toEqual([[], undefined])
    expect(await own.client.unschedule(sync, 'acme')).toBe(false)
    await live(own, 3 * MINUTE_MS)
    expect([ranAt(own), own.world.dead]).toEqual([[], []])
  })

  test('go by a pause, and come again if it ends in time', async () => {
    const own = await ahead()
    await own.client.pauseSchedule(sync, 'acme', { by: 'ann' })
    expect(dueAt(own)).toEqual([])
    const { next, state } = await own.client.resumeSchedule(sync, 'acme')
    expect([next?.getTime(), state]).toEqual([NOW + MINUTE_MS, 'active'])
    await live(own, 2 * MINUTE_MS)
    expect(ranAt(own)).toEqual(minutes(1, 2))
  })

  test('of a window that is open are made anew with another payload, and go with another rule', async () => {
    const own = scene()
    await own.client.schedule(sync, 'acme', { every: '1h' }, ACME, { window: '50m' })
    await live(own, 60 * MINUTE_MS)
    const [due = 0] = dueAt(own)
    expect(due).toBeGreaterThan(61 * MINUTE_MS)
    await own.world.live(HALF_MS)
    await own.client.schedule(sync, 'acme', { every: '1h' }, OTHER, { window: '50m' })
    await own.world.live(1)
    expect([payloads(own), dueAt(own)]).toEqual([[OTHER], [due]])
    await own.client.schedule(sync, 'acme', { every: '2h' }, OTHER, { window: '50m' })
    expect(payloads(own)).toEqual([])
  })

  test('of a one-time are put again with another payload', async () => {
    const own = await ahead({ at: NOW + MINUTE_MS })
    await own.client.schedule(sync, 'acme', { at: NOW + MINUTE_MS }, OTHER)
    await own.world.live(1)
    expect(payloads(own)).toEqual([OTHER])
    await live(own, 2 * MINUTE_MS)
    expect(ranAt(own)).toEqual(minutes(1))
  })

  test.each(['exactlyOnce', 'atLeastOnce', 'atMostOnce'] as const)(
    'are taken back with %s',
    async (delivery) => {
      const own = await ahead(EACH_MINUTE, { delivery })
      await own.client.unschedule(sync, 'acme')
      expect(dueAt(own)).toEqual([])
    },
  )

  test('and were put at least once, by somebody who has died before the schedule went on, are taken back', async () => {
    const own = scene()
    const { schedules } = own.world.context.store
    const { put } = schedules
    await own.client.schedule(sync, 'acme', EACH_MINUTE, ACME, { delivery: 'atLeastOnce' })
    schedules.put = async () => Promise.reject(new Error('died'))
    await own.world.live(1)
    schedules.put = put
    expect(dueAt(own)).toEqual([MINUTE_MS])
    await own.client.unschedule(sync, 'acme')
    expect(dueAt(own)).toEqual([])
  })
})

describe('who dies in between leaves a note', () => {
  const dying = async (own: Scene, act: () => Promise<unknown>) => {
    const { schedules } = own.world.context.store
    const { withdraw } = schedules
    schedules.withdraw = async () => Promise.reject(new Error('died'))
    await expect(act()).rejects.toThrow('died')
    schedules.withdraw = withdraw
    expect(dueAt(own)).toEqual([MINUTE_MS])
  }

  test('that the next firing carries out', async () => {
    const own = await ahead()
    await dying(own, () => own.client.schedule(sync, 'acme', EACH_MINUTE, OTHER))
    await live(own, 2 * MINUTE_MS)
    expect(ranAt(own)).toEqual(minutes(1, 2))
    expect(await standing(own)).not.toHaveProperty('withdraw')
  })

  test('that the next firing carries out for one that was unscheduled: it is gone then', async () => {
    const own = await ahead()
    await dying(own, () => own.client.unschedule(sync, 'acme'))
    expect(await own.client.getSchedule(sync, 'acme')).toBeUndefined()
    expect((await own.client.listSchedules()).schedules).toEqual([])
    await own.world.tick()
    await own.world.live(1)
    expect([dueAt(own), await standing(own)]).toEqual([[], undefined])
  })

  test('that the next call carries out', async () => {
    const own = await ahead()
    await dying(own, () => own.client.pauseSchedule(sync, 'acme', { by: 'ann' }))
    await own.client.pauseSchedule(sync, 'acme', { by: 'ann' })
    expect(dueAt(own)).toEqual([])
    expect(await standing(own)).not.toHaveProperty('nextAt')
  })

  test('that a job which has run since does not run again for', async () => {
    const own = await ahead()
    await dying(own, () => own.client.schedule(sync, 'acme', EACH_MINUTE, OTHER))
    await own.world.live(MINUTE_MS)
    await live(own, MINUTE_MS)
    expect(ranAt(own)).toEqual(minutes(1, 2))
  })
})

describe('a schedule that is firing right now', () => {
  /** Its job runs, or waits for a place. */
  const firing = async (): Promise<Scene> => {
    const own = await ahead()
    const during: Promise<unknown>[] = []
    own.world.handler = async () => {
      during.push(own.client.unschedule(sync, 'acme').catch((error: unknown) => error))
      during.push(own.client.schedule(sync, 'acme', HOURLY, ACME).catch((error: unknown) => error))
      during.push(own.client.schedule(sync, 'acme', EACH_MINUTE, ACME))
      during.push(own.client.schedule(sync, 'acme', HOURLY, ACME, { force: true }))
      told.push(...(await Promise.all(during.splice(0, 3))))
      await Promise.all(during)
      return { kind: 'succeeded' }
    }
    return own
  }
  const told: unknown[] = []

  test('says so, unless it is forced, or nothing is changed', async () => {
    const own = await firing()
    await own.world.live(HALF_MS + 1)
    const [removed, changed, unchanged] = told.splice(0)
    for (const error of [removed, changed])
      expect(error).toMatchObject({
        name: 'ScheduleFiringError',
        schedule: 'acme',
        at: new Date(NOW + MINUTE_MS),
      })
    expect(unchanged).toMatchObject({ state: 'unchanged' })
    expect(ranAt(own)).toEqual([MINUTE_MS])
    expect(await standing(own)).toMatchObject({ rule: { cron: '0 * * * *' } })
  })

  test('is not, when its job has ended', async () => {
    const own = await ahead()
    await own.world.live(MINUTE_MS)
    expect(await own.client.unschedule(sync, 'acme')).toBe(true)
  })

  test('is, while its job waits; forced, that stays', async () => {
    const own = await ahead()
    own.world.now += MINUTE_MS
    await expect(own.client.unschedule(sync, 'acme')).rejects.toThrow('has not ended yet')
    expect(await own.client.unschedule(sync, 'acme', { force: true })).toBe(true)
    expect(dueAt(own)).toEqual([MINUTE_MS])
  })

  test('is, in a later attempt too, by the slot that it has', async () => {
    const own = await ahead()
    let tries = 0
    const told: unknown[] = []
    own.world.handler = async () => {
      if (tries++ === 0) return { kind: 'failed', error: 'odd' }
      told.push(await own.client.unschedule(sync, 'acme').catch((error: unknown) => error))
      return { kind: 'succeeded' }
    }
    await own.world.live(HALF_MS + 10_000)
    expect(told).toMatchObject([{ name: 'ScheduleFiringError' }])
  })
})
