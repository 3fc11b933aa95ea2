import { fc, test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { parseShard } from '../../../../lib/core/keys.ts'
import { borrowersOf, homeShard, ownerOf } from '../../../../lib/core/limits/shards.ts'
import { jobId } from '../../../support/arbitraries.ts'
import { asId, value } from '../../../support/builders.ts'

const range = (length: number) => Array.from({ length }, (_, n) => n)
const shards = fc.integer({ min: 1, max: 50 })
const PARTITION = { queue: 'crm', partition: 'acme' }

describe('the home of a job', () => {
  test.prop([jobId, fc.integer({ min: 2, max: 50 })])('is one of the shards that borrow', (id, count) => {
    expect(borrowersOf(PARTITION, count)).toContain(homeShard(PARTITION, id, count))
  })

  test.prop([jobId])('is the plain shard if there is one only', (id) => {
    expect(homeShard(PARTITION, id, 1)).toBe('crm|acme')
  })

  test('is written the same from release to release', () => {
    expect(homeShard(PARTITION, asId('job-1'), 10)).toBe('crm|acme|8')
    expect(homeShard({ queue: 'crm' }, asId('job-1'), 10)).toBe('crm||8')
    expect(homeShard(PARTITION, asId('job-1'), 1)).toBe('crm|acme')
  })

  test('of many ids is each of the shards equally often', () => {
    const homes = range(10_000).map((n) => homeShard(PARTITION, asId(`job-${n}`), 10))
    const counts = borrowersOf(PARTITION, 10).map((shard) => homes.filter((home) => home === shard).length)
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150)
  })
})

describe('the owner of the limits', () => {
  test.prop([jobId, shards])('is the same whatever the number of shards', (id, count) => {
    expect(ownerOf(value(parseShard(homeShard(PARTITION, id, count))))).toBe('crm|acme')
  })

  test.each([
    ['crm', 'crm'],
    ['crm||3', 'crm'],
    ['crm|acme', 'crm|acme'],
    ['crm|acme|9999', 'crm|acme'],
  ])('of %s is %s', (pk, owner) => {
    expect(ownerOf(value(parseShard(pk)))).toBe(owner)
  })
})

test('a partition with one shard has none that borrow', () => {
  expect(borrowersOf(PARTITION, 1)).toEqual([])
  expect(borrowersOf(PARTITION, 2)).toEqual(['crm|acme|0', 'crm|acme|1'])
})
