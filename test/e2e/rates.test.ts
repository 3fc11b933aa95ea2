/** Rates for each value, as the service sees them: of a tag, and of a queue by a rule of its own, over queues and customers. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { light, wide, zoned } from './app/tasks.ts'
import { World } from './setup.ts'

let world: World
beforeAll(async () => {
  world = await World.watched()
})
afterAll(() => world?.stop())

const PERIOD_MS = 2000
const NAMES = Array.from({ length: 4 }, (_, n) => `job-${n}`)

/** The most starts of these jobs in any window. */
function busiest(prefix: string): number {
  const starts = world.recorder.seen.filter(({ what, name }) => what === 'start' && name.startsWith(prefix))
  return Math.max(
    0,
    ...starts.map(({ at }) => starts.filter((one) => one.at > at - PERIOD_MS && one.at <= at).length),
  )
}

it('keeps the rate of each value of a tag, and of each value of a rule', async () => {
  const jobs = (customer: string, prefix: string, text = '') =>
    NAMES.map((name) => ({ payload: { customer, name: `${prefix}-${name}-${customer}`, text } }))
  const tagged = (portal: string, customer: string) =>
    jobs(customer, `portal-${portal}`).map((job) => ({ ...job, tags: { portal } }))
  await Promise.all([
    world.client.enqueueMany(zoned, [...jobs('a', 'eu', 'eu'), ...jobs('a', 'us', 'u|s+')]),
    world.client.enqueueMany(zoned, jobs('b', 'eu', 'eu')),
    world.client.enqueueMany(wide, tagged('x', 'a')),
    world.client.enqueueMany(light, [...tagged('x', 'b'), ...tagged('y', 'b')]),
  ])
  // Whoever knows nothing of lanes puts a job past them.
  const sk = `5#${new Date().toISOString()}#raw`
  const raw = { customer: 'c', name: 'eu-raw', text: 'eu', takes_ms: 20 }
  await world.rawPut({ pk: 'zoned|c', sk, task: 'zoned', payload: raw })
  const count = 6 * NAMES.length + 1
  const ended = () =>
    new Set(world.recorder.seen.filter(({ what }) => what === 'end').map(({ name }) => name))
  await world.recorder.until(() => ended().size === count)
  for (const prefix of ['eu', 'us', 'portal-x', 'portal-y'])
    expect([prefix, busiest(prefix) <= 4]).toEqual([prefix, true])
  expect(await world.client.limiter({ rate: 'zoned', of: 'u|s+' })).toMatchObject({
    name: 'rate|zoned:payload.text=u%7Cs%2B',
    rate: { allowed: 4, period_ms: PERIOD_MS },
  })
  const seen = await Array.fromAsync(world.client.limiters())
  expect(seen.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['rate|zoned:payload.text=eu', 'each|portal=x', 'each|portal=y']),
  )
})
