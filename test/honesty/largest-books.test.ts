/** The largest write of the books: everybody waits, and a limit has just been raised for all. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dynamoStore } from '../../lib/adapters/dynamodb/store.ts'
import type { ShardKey } from '../../lib/core/keys.ts'
import { type LoanChange, NO_BOOKS, RESOURCES } from '../../lib/core/limits/books.ts'
import { lendAhead, MOST_AHEAD } from '../../lib/core/limits/lend-ahead.ts'
import type { LoanId } from '../../lib/core/limits/limiter.ts'
import { settle } from '../../lib/core/limits/settling.ts'
import { emptyState } from '../../lib/core/shard/state.ts'
import { borrowed, loan } from '../support/builders.ts'
import type { TestDatabase } from '../support/dynamodb.ts'
import { ENGINES } from './engines.ts'

const OWNER = 'crm|largest' as ShardKey
const UNLIMITED = 'crm|unlimited' as ShardKey
const EXPIRES_AT = 2_000_000_000
const SHARDS = Array.from({ length: 100 }, (_, n) => String(n))

describe.each(ENGINES)('$name', ({ missing, open }) => {
  describe.skipIf(missing !== undefined)(missing ?? 'takes the largest writes of the books', () => {
    let database: TestDatabase
    beforeAll(async () => {
      database = await open()
    })
    afterAll(() => database?.close())

    test('a hundred shards wait for slots and starts, and as many as one write serves are served', async () => {
      const { states } = dynamoStore(database)
      const each = RESOURCES.flatMap((resource) => SHARDS.map((borrower) => ({ resource, borrower })))
      const opened = await states.writeBooks(emptyState(OWNER), {
        loans: each.map((one) => ({ ...one, was: undefined, is: loan('x'.repeat(22), 1) })),
        line: each.map((one, turn) => ({ ...one, turn })),
        isLending: true,
        expiresAt: EXPIRES_AT,
      })
      if (opened.kind !== 'written') throw new Error('the books were not opened')
      const { loans, line, isLending } = settle(
        {
          self: '0',
          limits: { concurrency: 1000, rateLimit: { allowed: 1000, period_ms: 1000, margin_ms: 0 } },
          books: opened.owner.books ?? NO_BOOKS,
          ownUse: { slots: 0, starts: 0 },
          borrowed: { slots: borrowed('x'.repeat(22), 1), starts: borrowed('x'.repeat(22), 1, 1) },
        },
        { lack: { slots: true, starts: false }, hasClaimed: true },
        () => 'y'.repeat(22) as LoanId,
      )
      expect(isLending).toBe(true)
      const outcome = await states.writeBooks(opened.owner, { loans, line, isLending, expiresAt: EXPIRES_AT })
      expect(outcome.kind).toBe('written')
    })

    test('a shard of a partition without a limit borrows for as many as one write takes', async () => {
      const { states } = dynamoStore(database)
      const of = (borrower: string): LoanChange => ({
        resource: 'slots',
        borrower,
        was: undefined,
        is: loan('x'.repeat(22), 8),
      })
      const write = { line: [], isLending: true, isCovered: true, expiresAt: EXPIRES_AT } as const
      const opened = await states.writeBooks(emptyState(UNLIMITED), {
        ...write,
        loans: SHARDS.slice(0, 30).map(of),
      })
      if (opened.kind !== 'written') throw new Error('the books were not opened')
      const books = opened.owner.books ?? NO_BOOKS
      const part = { limits: {}, ownUse: { slots: 0, starts: 0 }, borrowed: {}, shards: 9999 }
      const { borrowers } = lendAhead({ ...part, books, self: '5000' })
      expect(borrowers).toHaveLength(MOST_AHEAD)
      const outcome = await states.writeBooks(opened.owner, {
        ...write,
        loans: ['5000', ...borrowers].map(of),
      })
      expect(outcome.kind).toBe('written')
    })
  })
})
