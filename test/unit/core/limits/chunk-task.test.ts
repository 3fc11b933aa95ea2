/** What is to be done for chunks, by what a visitor has seen of them. */
import { describe, expect, test } from 'vitest'
import type { Books } from '../../../../lib/core/limits/books.ts'
import { type Chunk, freeIn, owedTo } from '../../../../lib/core/limits/chunk.ts'
import { chunkOfLoan, homeChunk, loanIdIn } from '../../../../lib/core/limits/chunk-name.ts'
import { chunkTask } from '../../../../lib/core/limits/chunk-task.ts'
import { limiterKey, totalOf } from '../../../../lib/core/limits/queue-limiter.ts'
import { emptyState } from '../../../../lib/core/shard/state.ts'
import { borrowed, loan, loanId, slotBooks } from '../../../support/lending.ts'

const CAP = 10
const NAME = totalOf('crm')

/** @param units what each chunk has, from the first on; `waiting` how many shards are noted of those in which some wait */
function chunkOf(
  number: number,
  units: readonly number[],
  waiting: Readonly<Record<string, number>> = {},
): Chunk {
  const loans = Object.fromEntries(units.map((count, n) => [`#${n + 1}`, loan(`l${n + 1}`, count)] as const))
  const books = { slots: { loans, line: {} }, starts: { loans: {}, line: waiting } }
  const own = units[number - 1] ?? 0
  const root = { ...emptyState(limiterKey(NAME)), books }
  return { number, root, units: { slots: borrowed(`l${number}`, own) }, lot: 0 }
}

const lent = (units: number, line: Readonly<Record<string, number>> = {}): Books =>
  slotBooks(units > 0 ? { 'crm|a': loan('a', units) } : {}, line)

describe('what a visitor does for chunks', () => {
  test.each([
    ['nothing, where all is in use', chunkOf(1, [5, 5]), lent(5), { kind: 'nothing' }],
    [
      'notes that shards wait',
      chunkOf(1, [5, 5]),
      lent(5, { 'crm|b': 1 }),
      { kind: 'mark', demand: 2, isNew: true },
    ],
    [
      'notes it again, if they are far more',
      chunkOf(1, [5, 5], { '#1': 9 }),
      lent(5, { 'crm|b': 1 }),
      { kind: 'mark', demand: 2, isNew: false },
    ],
    ['takes that back', chunkOf(1, [5, 5], { '#1': 2 }), lent(5), { kind: 'unmark' }],
    [
      'gives what nobody needs',
      chunkOf(1, [5, 5], { '#2': 3 }),
      lent(3),
      { kind: 'give', from: 'chunk', units: 2, to: 2 },
    ],
    [
      'gives what the root has',
      chunkOf(1, [5, 3], { '#2': 3 }),
      lent(5),
      { kind: 'give', from: 'root', units: 2, to: 2 },
    ],
    ['serves its own', chunkOf(1, [5, 5], { '#1': 2 }), lent(3, { 'crm|b': 1 }), { kind: 'serve' }],
    ['gives back, beyond the limit', chunkOf(1, [8, 5]), lent(4), { kind: 'return', units: 3 }],
    ['keeps what is in use, beyond the limit', chunkOf(1, [8, 5]), lent(8), { kind: 'nothing' }],
    [
      'asks others for that, if shards wait',
      chunkOf(1, [8, 5], { '#1': 2 }),
      lent(8, { 'crm|b': 1 }),
      { kind: 'bring back' },
    ],
    [
      'does so for shards that wait at the root',
      chunkOf(0, [8, 5]),
      lent(0, { 'crm|b': 1 }),
      { kind: 'bring back' },
    ],
  ] as const)('%s', (_, chunk, books, task) => {
    expect(chunkTask(chunk, books, CAP)).toEqual(task)
  })

  test('paused, nothing moves', () => {
    expect(chunkTask(chunkOf(1, [5, 5], { '#2': 3 }), lent(3), 0)).toEqual({ kind: 'nothing' })
  })
})

describe('a chunk', () => {
  test('lends nothing while more is out than the limit allows, whatever it has', () => {
    expect(freeIn(chunkOf(1, [8, 5]), lent(4), CAP)).toBe(-3)
    expect(freeIn(chunkOf(1, [5, 5]), lent(4), CAP)).toBe(1)
  })

  test.each([
    ['one that has none', [8, 0], { '#1': 8, '#2': 1 }, 2],
    ['one that has far less for each of its shards', [8, 2], { '#1': 4, '#2': 8 }, 2],
    ['none that has a half', [6, 3], { '#1': 4, '#2': 4 }, undefined],
    ['none in which nobody waits', [8, 2], { '#1': 4 }, undefined],
  ] as const)('owes its next unit to %s', (_, units, waiting, owed) => {
    expect(owedTo(chunkOf(1, units, waiting), CAP)).toBe(owed)
  })

  test('is named by the loans that it has given', () => {
    expect(chunkOfLoan(loanIdIn(loanId('abc'), 3))).toBe(3)
    expect(chunkOfLoan(loanIdIn(loanId('abc'), 0))).toBe(0)
  })

  test('is the home of a shard, the same for all', () => {
    const key = 'crm|acme' as Parameters<typeof homeChunk>[1]
    expect(homeChunk({ name: NAME }, key)).toBe(homeChunk({ name: NAME, isDivided: true }, key))
    expect(homeChunk({ name: NAME, chunks: 2 }, key)).toBeLessThanOrEqual(2)
  })
})
