/** Schedules through the whole stack: to the second, changed while they fire, put by hand, and declared. */
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { report } from './schedules/tasks.ts'
import { patiently, ScheduleWorld } from './schedules/world.ts'

let world: ScheduleWorld
beforeAll(async () => {
  world = await ScheduleWorld.start('first')
})
afterAll(() => world?.stop())

const SECOND_MS = 1000
/** Of most schedules here. */
const PERIOD_MS = 2 * SECOND_MS
const force = { force: true } as const
/** Ticks from nowhere near. */
const YEARLY = { cron: '0 0 29 2 *' } as const

const startsOf = (customer: string) => world.starts.of(customer)
const ticksOf = (customer: string) => world.starts.ticksOf(customer)
const untilStarts = (customer: string, count: number) => world.starts.until(customer, count)
const expectNoMore = (customer: string) => world.starts.expectNoMore(customer)
const expectEachOnce = (customer: string) => world.starts.expectEachOnce(customer, PERIOD_MS)
const unscheduled = (name: string) => world.unscheduled(name)

// One after the other: functions that start share the processors with those that tick.
describe('a schedule', () => {
  it('ticks to the second by a cron expression, and tells its jobs which tick they are', async () => {
    const rule = { cron: '*/2 * * * * *', timeZone: 'Europe/Berlin' }
    const made = await world.client.schedule(report, 'cron', rule, { customer: 'cron' })
    expect(made).toMatchObject({ state: 'created', warnings: [] })
    await untilStarts('cron', 3)
    for (const { at, tick } of startsOf('cron')) {
      const nominal = Date.parse(tick?.at ?? 'none')
      expect(at).toBeGreaterThanOrEqual(nominal)
      expect(nominal % PERIOD_MS).toBe(0)
      const next = [1, 2, 3, 4, 5].map((n) => new Date(nominal + n * PERIOD_MS).toISOString())
      expect(tick).toMatchObject({ name: 'cron', next })
    }

    await unscheduled('cron')
    expect(await world.client.unschedule(report, 'cron')).toBe(false)
    expect(await world.client.getSchedule(report, 'cron')).toBeUndefined()
    await expectNoMore('cron')
    await expectEachOnce('cron')
  })

  it('ticks by an interval until it is paused, and again when it is resumed', async () => {
    await world.client.schedule(report, 'interval', { every: '2s' }, { customer: 'interval' })
    await untilStarts('interval', 3)
    const note = { by: 'ann@example.com', reason: 'they migrate' }
    const paused = await patiently(() => world.client.pauseSchedule(report, 'interval', note))
    expect(paused).toMatchObject({ state: 'paused', pause: note })
    await expectNoMore('interval')
    const { length } = startsOf('interval')
    const { schedules } = await world.client.listSchedules({ task: report, state: 'paused' })
    expect(schedules.map(({ name }) => name)).toEqual(['interval'])

    const resumed_ms = Date.now()
    expect(await world.client.resumeSchedule(report, 'interval')).toMatchObject({ state: 'active' })
    await untilStarts('interval', length + 2)
    // Ticks of the pause are gone.
    for (const tick of ticksOf('interval').slice(length)) expect(tick).toBeGreaterThan(resumed_ms - PERIOD_MS)
    await unscheduled('interval')
  })

  it('of one time ticks at that time, or now if it is past, and is gone when its job has succeeded', async () => {
    const at = Date.now() + 5 * SECOND_MS
    await world.client.schedule(report, 'later', { at }, { customer: 'later' })
    await world.client.schedule(
      report,
      'past',
      { at: '2020-01-31T09:00:00Z' },
      { customer: 'past', fails: 1 },
    )
    await world.recorder.until(() => world.recorder.ended('later').length > 0)
    await world.recorder.until(() => world.recorder.ended('past').length > 1)
    expect(startsOf('later')[0]?.at).toBeGreaterThanOrEqual(at)
    expect(startsOf('past').map(({ attempt }) => attempt)).toEqual([1, 2])
    for (const name of ['later', 'past'])
      await expect.poll(() => world.client.getSchedule(report, name), { timeout: 30_000 }).toBeUndefined()
    expect(startsOf('later')).toHaveLength(1)
  })

  it('that is scheduled again is changed, and no tick is lost or doubled', async () => {
    const customer = 'updated'
    const schedule = (name: string) =>
      patiently(() => world.client.schedule(report, customer, { every: '2s' }, { customer, name }, force))
    await schedule('old')
    await untilStarts(customer, 3)
    await schedule('new')
    expect(await schedule('new')).toMatchObject({ state: 'unchanged' })
    await world.recorder.until(() => startsOf(customer).filter(({ name }) => name === 'new').length >= 2)
    await unscheduled(customer)
    await expectNoMore(customer)
    await expectEachOnce(customer)
  })

  it('makes a job now when it is asked to', async () => {
    const customer = 'manual'
    await world.client.schedule(report, customer, YEARLY, { customer })
    const first = await world.client.runNow(report, customer)
    const second = await world.client.runNow(report, customer)
    expect(first.id).not.toBe(second.id)
    await untilStarts(customer, 2)
    for (const { tick } of startsOf(customer)) expect(tick).toMatchObject({ name: customer, isManual: true })
    await world.client.unschedule(report, customer)
  })

  it.each(['skip', 'bufferOne'] as const)('with overlap %s has one job at a time', async (overlap) => {
    const customer = `overlap-${overlap}`
    const payload = { customer, takes_ms: 3000 }
    await world.client.schedule(report, customer, { every: '2s' }, payload, { overlap })
    await world.recorder.until(() => world.recorder.ended(customer).length >= 2)
    await unscheduled(customer)
    expect(world.recorder.highestConcurrency(customer)).toBe(1)
    const [first = 0, second = 0] = ticksOf(customer)
    // With `bufferOne` the first that came while the job ran has waited for its end.
    if (overlap === 'bufferOne') expect(second).toBe(first + PERIOD_MS)
    else expect(second).toBeGreaterThanOrEqual(first + PERIOD_MS)
  })

  it('that commits whatever fails has no other attempt', async () => {
    const payload = { customer: 'committed', fails: 9 }
    const at = Date.now()
    await world.client.schedule(report, 'committed', { at }, payload, { onFailure: 'commit' })
    const letters = async () =>
      (await world.deadLetters('reports')).filter(({ job }) => job.includes('committed'))
    await expect.poll(letters, { timeout: 60_000 }).toHaveLength(1)
    expect(startsOf('committed')).toHaveLength(1)
  })

  it('that is put by hand fires like any other, and a bad one is in the dead letters', async () => {
    const raw = { queue: 'reports', payload: { customer: 'raw' } }
    await world.rawPut({ ...raw, pk: 'report|raw', every: '2s', missed: 'skip' })
    await world.rawPut({ ...raw, pk: 'report|bad', cron: '61 * * * *' })
    await untilStarts('raw', 3)
    expect(await world.client.getSchedule(report, 'raw')).toMatchObject({
      state: 'active',
      options: { missed: 'skip', delivery: 'exactlyOnce' },
    })
    await unscheduled('raw')
    const letters = async () =>
      (await world.deadLetters('reports')).filter(({ job }) => job.includes('report|bad'))
    await expect.poll(letters, { timeout: 60_000 }).toMatchObject([{ error: expect.stringContaining('61') }])
    expect(await world.client.getSchedule(report, 'bad')).toBeUndefined()
  })
})

test('declared schedules are made, changed and removed as a set, and others are left alone', async () => {
  await world.client.schedule(report, 'dynamic', YEARLY, { customer: 'dynamic' })
  for (const customer of ['kept', 'changed', 'held', 'removed']) await untilStarts(customer, 1)
  const declared = await world.client.getSchedule(report, 'kept')
  expect(declared).toMatchObject({ declared: true })
  await expect(world.client.unschedule(report, 'kept')).rejects.toThrow('schedules.declared')
  const pause = (name: string) =>
    patiently(() => world.client.pauseSchedule(report, name, { by: 'ann@example.com' }))
  await pause('kept')
  const { last } = await pause('held')
  expect(last).toBeInstanceOf(Date)

  await world.deploy('second')
  await world.recorder.until(() => startsOf('changed').some(({ name }) => name === 'second'))
  await untilStarts('made', 1)
  await expect
    .poll(() => world.client.getSchedule(report, 'removed'), { timeout: 180_000, interval: SECOND_MS })
    .toBeUndefined()
  await expectNoMore('removed')
  const { state, createdAt } = (await world.client.getSchedule(report, 'kept')) ?? {}
  expect({ state, createdAt }).toEqual({ state: 'paused', createdAt: declared?.createdAt })
  expect(await world.client.getSchedule(report, 'dynamic')).toMatchObject({ state: 'active' })
  // What a deploy changes keeps its pause and its last tick.
  const payload = { customer: 'held', name: 'second' }
  expect(await world.client.getSchedule(report, 'held')).toMatchObject({ state: 'paused', payload, last })
  const { length } = startsOf('held')
  await world.client.resumeSchedule(report, 'held')
  await untilStarts('held', length + 1)
  expect(startsOf('held').at(-1)?.name).toBe('second')
})
