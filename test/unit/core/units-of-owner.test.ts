/** What a plain shard uses and keeps of its partition's limits. */
import { expect, test } from 'vitest'
import type { ShardKey } from '../../../lib/core/keys.ts'
import type { LoanId } from '../../../lib/core/limits/limiter.ts'
import { unitsOfOwner } from '../../../lib/core/shard/in-use.ts'
import { emptyState, type ShardState } from '../../../lib/core/shard/state.ts'
import { claimed, NOW } from '../../support/builders.ts'

const owner = (changes: Partial<ShardState> = {}): ShardState => ({
  ...emptyState('crm|acme' as ShardKey),
  initialised: true,
  slots: { a: claimed('t1') },
  waiting: true,
  keepsNext: 'slot and start',
  books: {
    slots: { loans: { 1: { id: 'l' as LoanId, lent: 3, returned: 1 } }, line: {} },
    starts: { loans: {}, line: {} },
  },
  ...changes,
})
const slotsWithin = (concurrency: number, state = owner()) => unitsOfOwner(state, { concurrency }, NOW).slots

test('it keeps a slot for its next job beside those that it uses', () => {
  expect(slotsWithin(4)).toBe(2)
  expect(slotsWithin(9)).toBe(2)
})

test('what is lent it cannot keep, nor what a limit that was lowered takes away', () => {
  expect(slotsWithin(3)).toBe(1)
  expect(slotsWithin(2)).toBe(1)
  expect(slotsWithin(0)).toBe(1)
})

test('it keeps a start of the rate, too', () => {
  const limits = { concurrency: 4, rateLimit: { allowed: 3, period_ms: 1000, margin_ms: 20 } }
  expect(unitsOfOwner(owner(), limits, NOW)).toEqual({ slots: 2, starts: 2 })
})

test('where nothing waits it keeps nothing: a function that does not know of it has written that', () => {
  expect(slotsWithin(9, owner({ waiting: false }))).toBe(1)
  expect(slotsWithin(9, owner({ keepsNext: 'start' }))).toBe(1)
})
