/**
 * A rate that counts what jobs cost, beside one that counts how many start, as the service sees them: put by a client, by a trigger
 * and as a raw item, over shards and lanes.
 */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { tokens } from './app/tasks.ts'
import { World } from './setup.ts'

let world: World
beforeAll(async () => {
  world = await World.watched()
})
afterAll(() => world?.stop())

const PERIOD_MS = 2000
const ALLOWED = 100
const REQUESTS = 4

/** Names begin with the cost. */
const costOf = (name: string): number => Number(name.split('-')[0])

/** The most that the starts of any window count together. */
function mostInWindow(countOf: (name: string) => number): number {
  const starts = world.recorder.of('acme').filter(({ what }) => what === 'start')
  const around = (end: number) =>
    starts
      .filter(({ at }) => at > end - PERIOD_MS && at <= end)
      .reduce((sum, { name }) => sum + countOf(name), 0)
  return Math.max(0, ...starts.map(({ at }) => around(at)))
}

it('lets no window cost more than it may nor start more, and refuses what could never start', async () => {
  const payloadOf = (name: string) => ({ customer: 'acme', name, takes_ms: 50 })
  const cheap = ['1-h', '1-i', '1-j', '1-k', '1-l']
  const spread = ['60-a', '25-b', '40-c', '100-d', '5-e', '35-f', '70-g', ...cheap]
  await world.client.enqueueMany(
    tokens,
    spread.map((name) => ({ payload: payloadOf(name) })),
  )
  await world.client.enqueue(tokens, payloadOf('30-tagged'), { tags: { model: 'gpt-5' } })
  // What the call says counts before what the task says.
  await world.client.enqueue(tokens, payloadOf('45-own'), { cost: 45 })
  const sk = `5#${new Date().toISOString()}#raw`
  await world.rawPut({ pk: 'tokens|acme', sk, task: 'tokens', payload: payloadOf('55-raw'), cost: 55 })
  await world.rawPut({ pk: 'tokens|acme', sk: `${sk}2`, task: 'tokens', payload: payloadOf('x'), cost: 101 })
  await world.putEvent('shop', 'tokens.asked', { customer: 'acme', name: '65-trigger', cost: 65 })
  await expect(world.client.enqueue(tokens, payloadOf('101-never'))).rejects.toThrow(
    'a job that costs 101 could never start',
  )
  const names = [...spread, '30-tagged', '45-own', '55-raw', '65-trigger']
  const ended = () => new Set(world.recorder.ended('acme'))
  await world.recorder.until(() => ended().size === names.length)
  expect([...ended()].toSorted()).toEqual(names.toSorted())
  expect(mostInWindow(costOf)).toBeLessThanOrEqual(ALLOWED)
  expect(mostInWindow(() => 1)).toBeLessThanOrEqual(REQUESTS)
  const [letter] = await world.deadLetters('tokens', 1)
  expect(letter).toMatchObject({ reason: 'refused', error: expect.stringContaining('is 100 in 2 s') })
})
