/** Who has units of a limiter until when, and since when others wait. */
import { describe, expect, test } from 'vitest'
import type { ShardGlance, Slot } from '../../../lib/core/shard/state.ts'
import { firstHolder, holdersWithJobs, toLookAt, waitingSince } from '../../../lib/core/why/holders.ts'
import { NOW } from '../../support/builders.ts'

const slot = (fact: { readonly deadline: number } | { readonly sentAt: number }): Slot =>
  ({ token: 't', priority: 5, runAt: NOW, ...fact }) as Slot
const seen = (entries: Record<string, Partial<Pick<ShardGlance, 'slots' | 'held'>>>) =>
  new Map(Object.entries(entries).map(([shard, glance]) => [shard, { slots: {}, ...glance }]))
const shards = (...names: string[]) => names.map((shard) => ({ shard, units: 1 }))
const runs = (until: number) => slot({ deadline: NOW + until })
const claimed = (at: number) => slot({ sentAt: NOW + at })

describe('the shards that have units', () => {
  test('come in the order in which their jobs end at the latest, and those that were not looked at last, in theirs', () => {
    const glanced = seen({
      late: { slots: { l: runs(9) } },
      claimed: { slots: { c: claimed(1) } },
      unused: {},
      soon: { slots: { b: claimed(0), a: runs(7), s: runs(3) } },
    })
    const all = shards('z-unknown', 'unused', 'a-unknown', 'claimed', 'late', 'soon')
    const holders = holdersWithJobs(all, glanced)
    expect(holders.map(({ shard }) => shard)).toEqual([
      'soon',
      'late',
      'claimed',
      'unused',
      'z-unknown',
      'a-unknown',
    ])
    expect(holders[0]?.jobs).toEqual([
      { id: 's', until: NOW + 3 },
      { id: 'a', until: NOW + 7 },
      { id: 'b', sentAt: NOW },
    ])
    expect(holders[3]).toEqual({ shard: 'unused', units: 1, jobs: [] })
    expect(holders[4]).toEqual({ shard: 'z-unknown', units: 1 })
  })

  test('with jobs that end at the same time come by their names, in whatever order they were read', () => {
    const glanced = seen({ a: { slots: { x: runs(1) } }, b: { slots: { y: runs(1) } } })
    const orders = [shards('a', 'b'), shards('b', 'a')].map((all) => holdersWithJobs(all, glanced))
    for (const order of orders) expect(order.map(({ shard }) => shard)).toEqual(['a', 'b'])
  })

  test('show each job of a batch', () => {
    const others = ['5#2030-01-31T09:00:00.000Z#second']
    const glanced = seen({ a: { slots: { first: { ...runs(1), others } as unknown as Slot } } })
    expect(holdersWithJobs(shards('a'), glanced)[0]?.jobs?.map(({ id }) => id)).toEqual(['first', 'second'])
  })

  test('are looked at up to a hundred, from the first on', () => {
    const names = Array.from({ length: 101 }, (_, n) => `s${n}`)
    expect(toLookAt(shards(...names))).toEqual(names.slice(0, 100))
  })

  test('tell whose units are back first: of one that runs, else of one that is claimed', () => {
    const first = (glanced: ReturnType<typeof seen>) =>
      firstHolder(holdersWithJobs(shards('a', 'b', 'c'), glanced))
    const waits = { b: { slots: { y: claimed(1) } }, c: { slots: { z: claimed(0) } } }
    expect(first(seen({ a: { slots: { x: runs(9) } }, ...waits }))).toEqual({
      shard: 'a',
      id: 'x',
      until: NOW + 9,
    })
    expect(first(seen(waits))).toEqual({ shard: 'c', id: 'z', sentAt: NOW })
    expect(first(seen({ a: {} }))).toBeUndefined()
  })
})

test('a shard waits since its last note, if that names the limiter', () => {
  const held = (...by: string[]) => ({ held: by.map((name, n) => ({ since: NOW + n, by: name })) })
  const waiting = ['a', 'b', 'c', 'd'].map((shard) => ({ shard, priority: 5 }))
  const glanced = seen({ a: held('slots', 'pool|api'), b: held('pool|api', 'slots'), c: {} })
  expect(waitingSince('pool|api', waiting, glanced).map(({ since }) => since)).toEqual([
    NOW + 1,
    undefined,
    undefined,
    undefined,
  ])
})
