/** Whoever gets units when a pass is written is read while it is being written: a unit is idle for less. */
import type { Borrower, LoanId } from '../../core/limits/limiter.ts'
import { settle as settlementOf } from '../../core/limits/settling.ts'
import type { ShardState } from '../../core/shard/state.ts'
import type { Context } from '../context.ts'
import { isStranger, shardNamed } from './account.ts'
import { readUnlessDamaged } from './read-unless-damaged.ts'
import type { Account } from './settle-all.ts'

/** Nothing of this settlement is written. */
const NO_ID = '' as LoanId

/** If others come first by then, their items are read then. */
export const withNextSeen = (context: Context, accounts: readonly Account[]): Promise<readonly Account[]> =>
  Promise.all(
    accounts.map(async (account) => {
      const next = await nextSeen(context, account)
      return next ? { ...account, result: { ...account.result, next } } : account
    }),
  )

/** Of a partition, and of a limiter that is divided, more is read before it is known who is next. */
async function nextSeen(
  context: Context,
  { capacity, result }: Account,
): Promise<ReadonlyMap<Borrower, ShardState | undefined> | undefined> {
  if (!capacity.limiter || capacity.chunk) return undefined
  const [first] = settlementOf(capacity, result, () => NO_ID).served
  if (first === undefined || isStranger(context, capacity, first)) return undefined
  // It is read again if this fails: what has been written is not to fail for it.
  const state = await readUnlessDamaged(context, shardNamed(capacity, first)).catch(() => 'damaged' as const)
  return state === 'damaged' ? undefined : new Map([[first, state]])
}
