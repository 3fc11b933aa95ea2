/** Writes books for a shard's visit, and says what that has done to shards. */
import { lendingsOf } from '../../core/limits/lending-event.ts'
import type { BooksOutcome, BooksWrite } from '../../ports/store.ts'
import type { Context } from '../context.ts'
import { shardNamed } from './account.ts'
import type { Capacity } from './capacity.ts'

export async function writeBooks(
  { store, events }: Pick<Context, 'store' | 'events'>,
  capacity: Capacity,
  write: BooksWrite,
): Promise<BooksOutcome> {
  const { owner, limiter, self } = capacity
  const outcome = await store.states.writeBooks(owner, write)
  if (outcome.kind === 'conflict') return outcome
  for (const [borrower, change] of lendingsOf(owner, write, self))
    events.emit({
      kind: 'books changed',
      limiter: limiter?.name ?? owner.shard,
      shard: shardNamed(capacity, borrower),
      change,
    })
  return outcome
}
