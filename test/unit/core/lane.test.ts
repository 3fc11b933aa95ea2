/** The keys of lanes, and which limiters cover what. */
import { describe, expect, test } from 'vitest'
import type { Labels } from '../../../lib/core/job/labels.ts'
import { formatShard, parseShard, type ShardKey } from '../../../lib/core/keys.ts'
import { weightIn } from '../../../lib/core/limits/queue-limiter.ts'
import { borrowerOf, isLaneName, ownerOf, shardOf } from '../../../lib/core/limits/shards.ts'
import { defineConfig } from '../../../lib/core/queue/config.ts'
import {
  isKnownLane,
  isMisplaced,
  laneOf,
  limitersOver,
  limitersOverKey,
  shardsOfLane,
} from '../../../lib/core/queue/covering.ts'
import { reason, value } from '../../support/builders.ts'
import { untyped } from '../../support/untyped.ts'

const config = defineConfig({
  pools: { gpu: { concurrency: 40 }, api: { concurrency: 4 } },
  tags: [
    { key: 'model', concurrency: 5 },
    { key: 'model', value: 'gpt-5', concurrency: 2 },
    { key: 'user', each: true, concurrency: 1 },
  ],
  queues: { crm: { partition: { payload: 'customer' }, total: 9, pools: { api: 2 } }, mail: {} },
})
const lane = (labels: Labels) => value(laneOf(config, { queue: 'crm' }, labels))
const shard = (pk: string) => value(parseShard(pk))

describe('a lane', () => {
  test.each<[Labels, string | undefined]>([
    [{}, undefined],
    [{ tags: { colour: 'red' } }, undefined],
    [{ tags: { model: 'x' } }, '+tag.model'],
    [{ tags: { model: 'gpt-5' } }, '+tag.model+tag.model=gpt-5'],
    [{ tags: { user: 'ann' }, pools: { gpu: 2, api: 1 } }, '+each.user=ann+pool.api+pool.gpu*2'],
    [{ tags: { user: 'a|b%c+d=*e' } }, '+each.user=a%7Cb%25c%2Bd=*e'],
  ])('of %j is %j', (labels, expected) => expect(lane(labels)).toBe(expected))

  test.each(['crm|a|+tag.model', 'crm|a|3+pool.gpu*2', 'mail||+each.user=a%7Cb%25c%2Bd'])(
    '%s comes back from text, and borrows of its plain shard by its own name',
    (pk) => {
      const parts = shard(pk)
      expect(formatShard(parts)).toBe(pk)
      expect(shardOf(parts, borrowerOf(parts))).toBe(pk)
      expect(isLaneName(borrowerOf(parts))).toBe(true)
      expect(shard(ownerOf(parts))).not.toHaveProperty('lane')
    },
  )

  test.each([
    ['crm|a|+', 'names no pool, tag, rate or batch'],
    ['crm|a|+pool.gpu*1', 'names no pool, tag, rate or batch'],
    ['crm|a|+pool.gpu*02', 'names no pool, tag, rate or batch'],
    ['crm|a|+total.crm', 'names no pool, tag, rate or batch'],
    ['crm|a|+tag.model=', 'names no pool, tag, rate or batch'],
    ['crm|a|+each.user', 'names no pool, tag, rate or batch'],
    ['crm|a|+tag.a=%41', 'names no pool, tag, rate or batch'],
    ['crm|a|+tag.b+tag.a', 'not as the client writes it'],
    ['crm|a|+tag.a+tag.a', 'not as the client writes it'],
    [`crm|a|+tag.a=${'x'.repeat(300)}`, 'not as the client writes it'],
    ['crm|a|x+tag.a', 'not a number'],
  ])('%s is refused', (pk, why) => expect(reason(parseShard(pk))).toContain(why))

  test('with too long names is refused', () => {
    const tags = Object.fromEntries(['a', 'b', 'c'].map((key) => [key, 'x'.repeat(128)]))
    const limits = Object.keys(tags).map((key) => ({ key, each: true as const, concurrency: 1 }))
    expect(reason(laneOf({ queues: {}, tags: limits }, { queue: 'crm' }, { tags }))).toContain('300 at most')
  })
})

describe('what covers a shard', () => {
  const names = (pk: string) => limitersOverKey(config, pk as ShardKey).map(({ name }) => name)

  test('is what covers its queue, and what its lane names, in one order', () => {
    expect(names('crm|a')).toEqual(['pool|api', 'total|crm'])
    expect(names('crm|a|+each.user=ann+pool.gpu*2+tag.model')).toEqual([
      'each|user=ann',
      'pool|gpu',
      'tag|model',
      'pool|api',
      'total|crm',
    ])
    expect(names('mail')).toEqual([])
    expect(names('a|b|c|d')).toEqual([])
  })

  test('has the units that are configured', () => {
    const units = limitersOver(config, shard('mail||+tag.model+tag.model=gpt-5'))
    expect(units.map(({ concurrency }) => concurrency)).toEqual([5, 2])
  })

  test('has the weight of the lane, or of the queue', () => {
    const [api] = limitersOverKey(config, 'crm|a' as ShardKey)
    if (!api) throw new Error('none')
    expect(weightIn(api, 'crm|a')).toBe(2)
    expect(weightIn(api, 'crm|a|+pool.api*3')).toBe(3)
    expect(weightIn(api, 'crm|a|+pool.api')).toBe(1)
    expect(weightIn(api, 'crm|a|+tag.model')).toBe(2)
    expect(weightIn(api, 'mail||4+pool.api*4')).toBe(4)
  })

  test('is not known where a limit has gone', () => {
    expect(isKnownLane(config, shard('crm|a|+tag.model'))).toBe(true)
    expect(isKnownLane(config, shard('crm|a|+tag.model=other'))).toBe(false)
    expect(isKnownLane(config, shard('crm|a|+tag.gone'))).toBe(false)
    expect(names('crm|a|+tag.gone')).toEqual(['pool|api', 'total|crm'])
  })

  test('decides where a job belongs', () => {
    expect(isMisplaced(config, shard('crm|a|7'), {})).toBe(false)
    expect(isMisplaced(config, shard('crm|a'), { tags: { model: 'x' } })).toBe(true)
    expect(isMisplaced(config, shard('crm|a|2+tag.model'), { tags: { model: 'x' } })).toBe(false)
    expect(isMisplaced(config, shard('crm|a|+pool.gpu'), { pools: { gpu: 2 } })).toBe(true)
  })
})

test('a lane is spread over as many shards as its limiters let run, and no more than its partition', () => {
  expect(shardsOfLane(config, shard('mail'))).toBe(125)
  expect(shardsOfLane(config, shard('mail||+tag.model'))).toBe(1)
  expect(shardsOfLane(config, shard('mail||+pool.gpu'))).toBe(5)
  expect(shardsOfLane(config, shard('mail||+pool.gpu*4'))).toBe(1)
})

describe('limits of tags', () => {
  const tagsOf = (tags: unknown) => () => defineConfig(untyped({ tags, queues: { crm: {} } }))
  test.each<[unknown, string]>([
    [[{ key: 'model' }], 'tags.0.concurrency'],
    [[{ key: 'model', concurrency: -1 }], 'tags.0.concurrency'],
    [[{ key: 'a b', concurrency: 1 }], 'tags.0.key'],
    [[{ key: 'a', value: '', concurrency: 1 }], 'tags.0.value'],
    [[{ key: 'a', value: 'x', each: true, concurrency: 1 }], 'tags.0.each'],
    [
      [
        { key: 'a', concurrency: 1 },
        { key: 'a', concurrency: 2 },
      ],
      'tags.1: this tag has a limit already',
    ],
    [[{ key: 'a', concurrency: 1, value: 'x', more: 1 }], 'tags.0'],
  ])('%j are refused with the path', (tags, path) => expect(tagsOf(tags)).toThrow(path))
})
