/** An account with three places for all functions: whatever finds none comes back, and no job is lost or run twice. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { serial } from './app/tasks.ts'
import { World } from './setup.ts'

const PLACES = 3
const CUSTOMERS = ['acme', 'globex', 'initech', 'umbrella']
const JOBS = 8

let world: World
const throttled: string[] = []
beforeAll(async () => {
  const notice = (text: string) => void throttled.push(...(text.includes('throttled') ? [text] : []))
  world = await World.watched({ concurrency: PLACES, notice })
})
afterAll(() => world?.stop())

test('in an account with few places every job runs, once', async () => {
  const names = Array.from({ length: JOBS }, (_, n) => `job-${n}`)
  const jobs = CUSTOMERS.flatMap((customer) =>
    names.map((name) => ({ payload: { customer, name, takes_ms: 300 } })),
  )
  await world.client.enqueueMany(serial, jobs)
  const ended = (customer: string) => world.recorder.ended(customer)
  await world.recorder.until(() => CUSTOMERS.every((customer) => ended(customer).length >= JOBS))
  for (const customer of CUSTOMERS) {
    expect(ended(customer).toSorted()).toEqual(names)
    expect(world.recorder.highestConcurrency(customer)).toBe(1)
  }
  expect(throttled).not.toEqual([])
})
