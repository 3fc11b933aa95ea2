/** What one limiter tells the others of the shards that it has served. */
import { expect, test } from 'vitest'
import { placeAt } from '../../../lib/core/limits/place.ts'
import { poolNamed } from '../../../lib/core/limits/queue-limiter.ts'
import { defineConfig } from '../../../lib/core/queue/config.ts'
import { emptyState } from '../../../lib/core/shard/state.ts'
import { joinServed } from '../../../lib/use-cases/lending/served.ts'
import { isCoveredBy, servedBy } from '../../../lib/use-cases/lending/served-along.ts'
import { asShard } from '../../support/builders.ts'
import { loan, portionOf, slotBooks } from '../../support/lending.ts'
import { untyped } from '../../support/untyped.ts'

const POOL = poolNamed('api')
const config = defineConfig({
  pools: { api: { concurrency: 4 } },
  queues: { crm: { pools: { api: 1 } }, mail: {} },
})
const capacity = { ...portionOf(), limiter: { name: POOL }, shard: { queue: 'crm' } }
const next = { borrower: 'crm', jobs: 1, priority: 5, state: undefined }

test('for how many jobs they have units, and of which priority the one is that waited', () => {
  const before = { ...capacity, books: slotBooks({}, { crm: placeAt(3, 1) }) }
  const after = { ...before, books: slotBooks({ crm: loan('a', 2) }) }
  const settled = { hasEntered: false, served: new Map([['crm', undefined]]), after }
  expect(servedBy(untyped(before), untyped(settled))).toEqual([{ ...next, jobs: 2, priority: 3 }])
})

test('those go along that another covers, unless it is divided: only they know at which part they borrow', () => {
  const isCovered = (seen: object, borrower: string) =>
    isCoveredBy({ config }, untyped(seen))({ ...next, borrower })
  expect(isCovered(capacity, 'crm')).toBe(true)
  expect(isCovered(capacity, 'mail')).toBe(false)
  expect(isCovered({ ...capacity, chunk: { number: 1 } }, 'crm')).toBe(false)
})

test('of one that was read again, after another limiter had lent to it, that counts which was read before both', () => {
  const shard = asShard('crm')
  const [first, second] = [1, 2].map((version) => ({ ...emptyState(shard), version }))
  const [api, mails] = ['api', 'mails'].map((name) => emptyState(untyped(name)))
  const parts = [
    new Map([[shard, { state: first, owners: [api] }]]),
    new Map([[shard, { state: second, owners: [mails] }]]),
  ]
  expect(joinServed(untyped(parts)).get(shard)).toEqual({ state: first, owners: [api, mails] })
})

test('one whose item has not been read is read by its visit', () => {
  const shard = asShard('crm')
  const read = new Map([[shard, { state: emptyState(shard), owners: [] }]])
  expect(joinServed([read, new Map([[shard, undefined]])]).get(shard)).toBeUndefined()
})
