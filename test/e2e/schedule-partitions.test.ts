/** Another number of partitions while schedules fire, partitions that nobody fires for a while, and jobs that fail until the next tick. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import type { Client, ScheduleInfo } from '../../lib/index.ts'
import { report } from './schedules/tasks.ts'
import { ScheduleWorld } from './schedules/world.ts'

const SECOND_MS = 1000
const PERIOD_MS = 5 * SECOND_MS
/** Of what nobody fires at first. */
const LEFT_PERIOD_MS = 10 * SECOND_MS
const MISSED_AFTER_MS = 60 * SECOND_MS
/** More than one tick of theirs was missed by then. */
const LEFT_FOR_MS = MISSED_AFTER_MS + 3 * LEFT_PERIOD_MS
const MISSED = ['all', 'one', 'skip'] as const
const poll = { timeout: 60 * SECOND_MS, interval: SECOND_MS }

let world: ScheduleWorld
let leftAt: number
beforeAll(async () => {
  world = await ScheduleWorld.start('many')
  const toFirst = world.clientOf('many', () => 0)
  for (const missed of MISSED)
    await toFirst.schedule(report, missed, { every: '10s' }, { customer: missed }, { missed })
  leftAt = Date.now()
})
afterAll(() => world?.stop())

async function standing(name: string): Promise<ScheduleInfo> {
  const schedule = await world.client.getSchedule(report, name)
  if (!schedule) throw new Error(`there is no schedule ${name}`)
  return schedule
}
const partitionsOf = async (names: readonly string[]): Promise<number[]> =>
  Promise.all(names.map(async (name) => (await standing(name)).partition))
const untilMore = (names: readonly string[]): Promise<unknown> =>
  Promise.all(names.map((name) => world.starts.until(name, world.starts.of(name).length + 2)))
/** They were unscheduled: nothing of them is left, and none of their ticks was left out or came twice. */
const expectOver = (names: readonly string[], period_ms: number): Promise<unknown> =>
  Promise.all(
    names.map(async (name) => {
      await world.starts.expectNoMore(name)
      await world.starts.expectEachOnce(name, period_ms)
    }),
  )

it('that waits for the next tick after a failure is tried again then, beside the job of that tick', async () => {
  const customer = 'waits'
  const payload = { customer, fails: 1 }
  await world.client.schedule(report, customer, { every: '5s' }, payload, { onFailure: 'wait' })
  const of = (attempt: number) => world.starts.of(customer).filter((seen) => seen.attempt === attempt)
  /** A job that starts when all the ticks that it knows of are over is tried again as any other: on a busy machine the first may. */
  const failedInTime = () => of(1).filter(({ at, tick }) => at < Date.parse(tick?.next[3] ?? 'none'))
  const pairs = () =>
    failedInTime().flatMap((first) =>
      of(2).flatMap((again) => (again.tick?.at === first.tick?.at ? [{ first, again }] : [])),
    )
  await world.recorder.until(() => pairs().length >= 2)
  await world.unscheduled(customer)
  for (const { first, again } of pairs()) {
    const next = first.tick?.next.map(Date.parse).find((tick) => tick > first.at)
    expect(again.at).toBeGreaterThanOrEqual(next ?? Number.POSITIVE_INFINITY)
    // The tick that it has waited for has a job of its own.
    await world.recorder.until(() => world.starts.ticksOf(customer).includes(next ?? 0))
  }
})

describe('another number of partitions', () => {
  const NAMES = ['anna', 'bert', 'dora', 'emil']
  const STAY = ['anna', 'bert', 'declared', 'late']
  const schedule = (client: Client<'reports'>, customer: string) =>
    client.schedule(report, customer, { every: '5s' }, { customer, name: 'together' })

  it('comes by a deploy while schedules fire, and goes again: nothing is lost, doubled or stranded', async () => {
    await using _ = world.shortenMinute()
    for (const name of NAMES) await schedule(world.client, name)
    const before = await partitionsOf(NAMES)
    expect(Math.max(...before)).toBeGreaterThanOrEqual(8)
    await untilMore(NAMES)

    await changed('few', async () => {
      await world.unscheduled('dora')
      // Its client does not know of the deploy.
      await schedule(world.client, 'late')
    })
    await untilMore(STAY)
    await expect.poll(async () => new Set(await partitionsOf(['anna', 'bert', 'late'])).size, poll).toBe(1)
    expect(Math.max(...(await partitionsOf(STAY)))).toBeLessThan(8)

    await changed('many', () => world.unscheduled('emil'))
    await untilMore(STAY)
    await expect.poll(() => partitionsOf(['anna', 'bert']), poll).toEqual(before.slice(0, 2))
    for (const name of ['anna', 'bert', 'late']) await world.unscheduled(name)
    for (const name of [...NAMES, 'late'])
      expect(await world.client.getSchedule(report, name)).toBeUndefined()
    await expectOver([...NAMES, 'late'], PERIOD_MS)
    await world.starts.expectEachOnce('declared', PERIOD_MS)
  })

  /** A deploy, and what is done while it is under way. */
  async function changed(version: 'many' | 'few', meanwhile: () => Promise<void>): Promise<void> {
    const deploying = world.deploy(version)
    await meanwhile()
    await deploying
  }
})

describe('schedules of a partition that is not enabled', () => {
  it('are not fired, and the list says so', async () => {
    const { schedules } = await world.client.listSchedules({ task: report })
    const disabled = schedules.filter(({ isDisabled }) => isDisabled).map(({ name }) => name)
    expect(disabled.toSorted()).toEqual([...MISSED])
    for (const name of MISSED) expect(world.starts.of(name)).toEqual([])
  })

  it('go on when it is enabled at run time, and what becomes of their missed ticks is as they say', async () => {
    await sleep(Math.max(0, leftAt + LEFT_FOR_MS - Date.now()))
    const enabledAt = Date.now()
    await world.adminOf('many').setEnabledPartitions([0])
    await world.cloud.fire('JobsTickRule')
    await Promise.all(MISSED.map((name) => world.starts.until(name, 3)))

    const { rule } = await standing('all')
    const [all = 0] = sorted('all')
    expect(rule).toEqual({ every: LEFT_PERIOD_MS, from: new Date(all - LEFT_PERIOD_MS) })
    const [one = 0, inTime = 0] = sorted('one')
    const [start] = world.starts.of('one').filter(({ tick }) => tick?.at === new Date(one).toISOString())
    expect(one).toBeLessThan((start?.at ?? 0) - MISSED_AFTER_MS)
    for (const first of [inTime, sorted('skip')[0]])
      expect(first).toBeGreaterThanOrEqual(enabledAt - MISSED_AFTER_MS)
    for (const name of MISSED) expect((await standing(name)).isDisabled).toBeUndefined()
    expect(await standing('declared')).toMatchObject({ isDisabled: true })
  })

  it('stand still again when what was said at run time is taken back, and go on by a deploy', async () => {
    await using _ = world.shortenMinute()
    await world.adminOf('many').setEnabledPartitions(null)
    await untilStill()
    const { last, isDisabled } = await standing('all')
    expect(isDisabled).toBe(true)
    await world.deploy('open')
    await expect.poll(async () => Number((await standing('all')).last), poll).toBeGreaterThan(Number(last))
    for (const name of MISSED) await world.unscheduled(name)
    await expectOver(MISSED, LEFT_PERIOD_MS)
  })

  const sorted = (name: string): number[] => world.starts.ticksOf(name).toSorted((a, b) => a - b)

  /** A tick that has read what was said before may be at work. */
  async function untilStill(): Promise<void> {
    const last = async () => Number((await standing('all')).last)
    for (let before = await last(); ; before = await last()) {
      await sleep(10 * SECOND_MS)
      if ((await last()) === before) return
    }
  }
})

test('a declared set that a deploy leaves out is gone, whatever partitions its schedules have moved through', async () => {
  await expect.poll(() => world.client.getSchedule(report, 'declared'), poll).toBeUndefined()
  await world.starts.expectNoMore('declared')
})
