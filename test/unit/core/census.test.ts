/** What is counted of shards that wait, added up. */
import { expect, test } from 'vitest'
import { added, NO_JOBS, type QueueCount } from '../../../lib/core/why/census.ts'

const waiting = (by: string, since: number): QueueCount => ({
  ...NO_JOBS,
  shards: 1,
  waiting: 1,
  waitingFor: { [by]: 1 },
  longest: { shard: by, since },
})

test('shards are added by what holds them, and the one that waits longest stays', () => {
  const sum = [waiting('slots', 7), waiting('rate', 5), waiting('slots', 6), NO_JOBS].reduce(added)
  expect(sum).toMatchObject({ waitingFor: { slots: 2, rate: 1 }, longest: { shard: 'rate', since: 5 } })
  expect(added(NO_JOBS, NO_JOBS)).toEqual(NO_JOBS)
})

test('no more than fifty names are kept, whatever stands in items', () => {
  const counts = Array.from({ length: 300 }, (_, n) => waiting(`name-${n % 100}`, n))
  const { waitingFor = {} } = counts.reduce(added)
  expect(Object.keys(waitingFor)).toHaveLength(51)
  expect(waitingFor).toMatchObject({ 'name-0': 3, 'name-49': 3, other: 150 })
})
