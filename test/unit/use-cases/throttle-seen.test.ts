/** What `stats` says of a partition that is slower by itself. */
import { expect, test } from 'vitest'
import type { AdaptiveState } from '../../../lib/core/limits/adaptive.ts'
import { queueNamed } from '../../../lib/core/queue/config.ts'
import type { QueueInput } from '../../../lib/index.ts'
import { statsOf } from '../../../lib/use-cases/operate/stats.ts'
import { asShard, configOf, jobItem, NOW } from '../../support/builders.ts'
import { World } from '../../support/world.ts'

const RULE = { outcomes: 6, minimumOutcomes: 3, most: 8, recovery: '10m' } as const
const plainWorld = () => new World(configOf({ concurrency: 1, shards: 1 }))
const worldOf = (input: QueueInput = {}) =>
  new World(configOf({ concurrency: 1, shards: 1, retry: { attempts: 1 }, adaptive: RULE, ...input }))

function stats(world: World) {
  const queue = queueNamed(world.context.config, 'crm')
  if (!queue) throw new Error('no queue')
  return statsOf(world.context, queue, 'acme')
}

/** As if outcomes had brought it there. */
function isAt(world: World, shard: string, adaptive: AdaptiveState): void {
  const key = asShard(shard)
  world.tables.states.set(key, { ...world.state(key), adaptive })
}

test('a partition at ease has a stretch of 1, and one that is not adaptive has none', async () => {
  expect((await stats(worldOf())).throttle).toEqual({ stretch: 1, outcomes: 0, errorRate: 0 })
  expect(await stats(plainWorld())).not.toHaveProperty('throttle')
})

test('failures are seen as a share of the outcomes, and then as a stretch', async () => {
  const world = worldOf()
  let left = 2
  world.handler = async () => (left-- > 0 ? { kind: 'failed', error: 'HTTP 500' } : { kind: 'succeeded' })
  world.put(...['a', 'b'].map((id) => jobItem({ id })))
  await world.live(1000)
  expect((await stats(world)).throttle).toEqual({ stretch: 1, outcomes: 2, errorRate: 1 })
  left = 1
  world.put(jobItem({ id: 'c' }))
  await world.live(1000)
  const { at, throttle } = await stats(world)
  // No pass has judged the third yet: it is seen as the next one will see it.
  expect(throttle).toEqual({ stretch: 2, outcomes: 0, errorRate: 0, easesAt: at + 600_000 })
})

test('the stretch of a partition is that of its slowest shard, the error rate that of all', async () => {
  const world = worldOf({ shards: 2 })
  isAt(world, 'crm|acme', { last: '01', stretch: 2, since: NOW })
  isAt(world, 'crm|acme|1', { last: '000001', stretch: 4, since: NOW - 1000 })
  world.put(jobItem({ id: 'later', pk: asShard('crm|acme|1'), runAt: NOW + 99_999 }))
  const { throttle, shards } = await stats(world)
  expect(throttle).toEqual({ stretch: 4, outcomes: 8, errorRate: 0.25, easesAt: NOW + 599_000 })
  expect(shards).toMatchObject([{ throttle: { stretch: 4, outcomes: 6, errorRate: 1 / 6 } }])
})
