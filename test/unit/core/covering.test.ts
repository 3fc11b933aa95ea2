/** What lanes may name, and what they are spread over. */
import { expect, test } from 'vitest'
import { parseShard, type Shard } from '../../../lib/core/keys.ts'
import { type Config, defineConfig } from '../../../lib/core/queue/config.ts'
import { isKnownLane, laneOf, shardsOfLane } from '../../../lib/core/queue/covering.ts'
import { laneProblem, newLaneProblem } from '../../../lib/core/queue/lane-problem.ts'
import { value } from '../../support/builders.ts'

const CONFIG: Config = defineConfig({
  pools: {
    api: { rateLimit: { allowed: 5, period: '1s' } },
    gpu: { concurrency: 16 },
    huge: { concurrency: 800 },
  },
  tags: [{ key: 'constructor', concurrency: 2 }],
  queues: { crm: { concurrency: 400 } },
})
const shard = (key: string): Shard => value(parseShard(key))

test('a pool that has a rate alone is known, and lets any number run', () => {
  expect(isKnownLane(CONFIG, shard('crm||+pool.api'))).toBe(true)
  expect(isKnownLane(CONFIG, shard('crm||+pool.gone'))).toBe(false)
  expect(laneProblem(CONFIG, shard('crm||+pool.api*900'))).toBeUndefined()
  expect(shardsOfLane(CONFIG, shard('crm||+pool.api'))).toBe(CONFIG.queues['crm']?.shards)
})

test('a new job takes units only of a pool that has some; one that is there already runs', () => {
  expect(newLaneProblem(CONFIG, shard('crm||+pool.api*3'))).toMatch(/"api" counts starts alone.*say cost: 3/)
  expect(newLaneProblem(CONFIG, shard('crm||+pool.api'))).toBeUndefined()
  expect(newLaneProblem(CONFIG, shard('crm||+pool.gpu*17'))).toMatch(/could never run/)
  expect(newLaneProblem(CONFIG, shard('crm||+pool.gpu*3'))).toBeUndefined()
})

test('a job may take all units of a pool, and no more', () => {
  expect(laneProblem(CONFIG, shard('crm||+pool.gpu*16'))).toBeUndefined()
  expect(laneProblem(CONFIG, shard('crm||+pool.gpu*17'))).toMatch(
    /17 units of the pool "gpu" of 16 .*configure the pool with more: what is set at run time may be taken back/,
  )
})

test('the smallest of its limiters counts', () => {
  const alone = shardsOfLane(CONFIG, shard('crm||+pool.gpu'))
  expect(alone).toBeGreaterThan(1)
  expect(shardsOfLane(CONFIG, shard('crm||+pool.gpu+pool.huge'))).toBe(alone)
})

test('a tag of a job is one that it bears itself', () => {
  expect(laneOf(CONFIG, { queue: 'crm' }, { tags: { other: 'x' } })).toEqual({ ok: true, value: undefined })
  expect(laneOf(CONFIG, { queue: 'crm' }, { tags: { constructor: 'x' } })).toEqual({
    ok: true,
    value: '+tag.constructor',
  })
})
