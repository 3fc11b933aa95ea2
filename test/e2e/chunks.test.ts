/** A total that lies in chunks, as a service behind it sees that: full and never beyond, lowered while jobs run, and used up to the last job. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import config from './app/config.ts'
import { vast } from './app/tasks.ts'
import { World } from './setup.ts'

let world: World
beforeAll(async () => {
  world = await World.watched()
})
afterAll(() => world?.stop())

const TOTAL = { total: 'vast' } as const
const CUSTOMERS = Array.from({ length: 16 }, (_, n) => `customer-${n}`)
/** So many handlers run simultaneously on any machine, if each customer's first job lasts. */
const UNITS = 4
const FEWER = 2
const DURATIONS_MS = [3000, 100, 100]

/** How many run after each event. */
function running(): number[] {
  let count = 0
  return world.recorder.seen.map(({ what }) => (count += what === 'start' ? 1 : -1))
}
const runNow = (): number => running().at(-1) ?? 0

/** How many have started since then although more than so many ran with them. */
function startsAbove(units: number, since: number): number {
  const { seen } = world.recorder
  return running().filter((count, at) => at >= since && seen[at]?.what === 'start' && count > units).length
}

it('is used in full from all chunks, holds what is set while jobs run, and all run', async () => {
  const { client, recorder } = world
  expect(config.queues['vast']?.limiters).toMatchObject([{ concurrency: 66, isDivided: true }])
  await client.setLimiter(TOTAL, UNITS)
  const jobs = CUSTOMERS.flatMap((customer) =>
    DURATIONS_MS.map((takes_ms, n) => ({ payload: { customer, name: `job-${n}`, takes_ms } })),
  )
  await client.enqueueMany(vast, jobs)
  await recorder.until(() => runNow() === UNITS)
  expect(recorder.highestUse(() => 1)).toBe(UNITS)

  await client.setLimiter(TOTAL, FEWER)
  const lowered = recorder.seen.length
  // What was admitted before, and had not started yet.
  const onTheirWay = UNITS - runNow()
  const started = () => recorder.seen.slice(lowered).filter(({ what }) => what === 'start').length
  await recorder.until(() => started() >= onTheirWay + 3 * FEWER)
  expect(startsAbove(FEWER, lowered)).toBeLessThanOrEqual(onTheirWay)

  await client.setLimiter(TOTAL, null)
  const ended = () => CUSTOMERS.flatMap((customer) => recorder.ended(customer))
  await recorder.until(() => ended().length >= jobs.length)
  for (const customer of CUSTOMERS) {
    expect(recorder.ended(customer)).toEqual(['job-0', 'job-1', 'job-2'])
    expect(recorder.highestConcurrency(customer)).toBe(1)
  }
  expect(recorder.highestUse(() => 1)).toBeLessThanOrEqual(66)
})
