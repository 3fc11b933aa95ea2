import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { parseShard } from '../../../lib/core/keys.ts'
import { activeShards, homeShard, placeOf, shardsOf, shareOf } from '../../../lib/core/limits/shares.ts'
import { jobId } from '../../support/arbitraries.ts'
import { asId, value } from '../../support/builders.ts'

const range = (length: number) => Array.from({ length }, (_, n) => n)
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)
const shards = fc.integer({ min: 1, max: 50 })
const total = fc.nat(5000)

describe('shares', () => {
  test.prop([total, shards])('sum to the limit', (limit, count) => {
    expect(sum(range(count).map((index) => shareOf(limit, index, count)))).toBe(limit)
  })

  test.prop([total, total, shards])('none shrinks when the limit grows', (a, b, count) => {
    const [small, large] = [Math.min(a, b), Math.max(a, b)]
    for (const index of range(count))
      expect(shareOf(small, index, count)).toBeLessThanOrEqual(shareOf(large, index, count))
  })

  test.prop([total, total, fc.array(fc.boolean(), { minLength: 1, maxLength: 50 })])(
    'of a limit that some shards have changed already never sum to more than the larger',
    (a, b, changed) => {
      const shares = changed.map((isNew, index) => shareOf(isNew ? b : a, index, changed.length))
      expect(sum(shares)).toBeLessThanOrEqual(Math.max(a, b))
    },
  )

  test.prop([total, shards])('differ by one at most', (limit, count) => {
    const shares = range(count).map((index) => shareOf(limit, index, count))
    expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1)
  })
})

describe('homes', () => {
  const PARTITION = { queue: 'crm', partition: 'acme' }

  test.prop([jobId, shards])('of a job is one of the shards', (id, count) => {
    expect(shardsOf(PARTITION, count)).toContain(homeShard(PARTITION, id, count))
  })

  test.prop([jobId, shards, shards])('is one of the active shards', (id, count, active) => {
    const home = value(parseShard(homeShard(PARTITION, id, count, Math.min(active, count))))
    expect(placeOf(home, count)).toBeLessThan(Math.min(active, count))
  })

  test('is written the same from release to release', () => {
    expect(homeShard(PARTITION, asId('job-1'), 10)).toBe('crm|acme|8')
    expect(homeShard({ queue: 'crm' }, asId('job-1'), 10)).toBe('crm||8')
    expect(homeShard(PARTITION, asId('job-1'), 1)).toBe('crm|acme')
  })

  test('many ids spread over all shards evenly', () => {
    const homes = range(10_000).map((n) => homeShard(PARTITION, asId(`job-${n}`), 10))
    const counts = shardsOf(PARTITION, 10).map((shard) => homes.filter((home) => home === shard).length)
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150)
  })
})

describe('places', () => {
  test.each([
    ['crm|a', 1, 0],
    ['crm|a|0', 1, undefined],
    ['crm|a', 3, undefined],
    ['crm|a|2', 3, 2],
    ['crm|a|3', 3, undefined],
    ['crm||0', 3, 0],
  ])('%s among %d shards is %s', (pk, count, place) => {
    expect(placeOf(value(parseShard(pk)), count)).toBe(place)
  })

  test.each([
    [{}, 10],
    [{ concurrency: 3 }, 3],
    [{ concurrency: 30 }, 10],
    [{ rateLimit: { allowed: 2, period_ms: 1, margin_ms: 0 }, concurrency: 3 }, 2],
    [{ concurrency: 0 }, 0],
  ])('with %j there are %d of 10 active', (limits, active) => {
    expect(activeShards(limits, 10)).toBe(active)
  })
})
