/** After a pass all books of a shard are brought up to date: its partition's, and those of its queue's limiters. */

import type { LineChange } from '../../core/limits/books.ts'
import { hasMore, isGivenBack, isSameFrom, isSameUnits } from '../../core/limits/borrowed.ts'
import type { Gates } from '../../core/limits/gates.ts'
import { keptByPlain } from '../../core/limits/giving-back.ts'
import type { BorrowedFrom, ShardState } from '../../core/shard/state.ts'
import type { PassWrite } from '../../ports/store.ts'
import type { Context } from '../context.ts'
import { borrowedIn } from './account.ts'
import type { Capacity } from './capacity.ts'
import { leaveLine } from './leave-line.ts'
import { type Failed, type Following, joinServed, type PassResult } from './served.ts'
import { isCoveredBy, servedBy } from './served-along.ts'
import { othersWait, type Settled, settle, settleAfter } from './settle.ts'
import { tendAfter } from './tend-chunk.ts'

/** What the shard has of one that lends to it, and what came of its pass there. */
export interface Account {
  readonly capacity: Capacity
  readonly result: PassResult
}

/** `'stale'` if any of the books are not what they were, and all has to be read again. */
export async function leaveLines(
  context: Context,
  accounts: readonly Account[],
  places: readonly (readonly LineChange[])[],
): Promise<readonly Account[] | 'stale'> {
  const left: Account[] = []
  for (const [index, { capacity, result }] of accounts.entries()) {
    const after = await leaveLine(context, capacity, places[index] ?? [])
    if (after === 'stale') return 'stale'
    left.push({ capacity: after, result })
  }
  return left
}

/** Units that go back, and units that have arrived and are not used, are written down: others leave alone what is on its way. */
export const isMoved = (before: Gates<Capacity>, after: readonly Account[], state: ShardState): boolean =>
  keptAfter(state, after).keepsNext !== undefined ||
  after.some(({ capacity }, index) => {
    const { borrowed } = capacity
    const known = borrowedIn(state, capacity)
    return isGivenBack(before[index]?.portion.borrowed ?? {}, borrowed) || hasMore(borrowed, known)
  })

/** What the shard has borrowed, and keeps, from now on, as far as that changes. */
export function borrowedAfter(
  state: ShardState,
  accounts: readonly Account[],
): Pick<PassWrite, 'borrowed' | 'borrowedFrom' | 'keepsNext'> {
  const [partition] = accounts
  const borrowed = partition?.capacity.borrowed ?? {}
  const borrowedFrom: BorrowedFrom = Object.fromEntries(
    accounts.flatMap(({ capacity: { limiter, borrowed } }) =>
      limiter && Object.keys(borrowed).length > 0 ? [[limiter.name, borrowed]] : [],
    ),
  )
  return {
    ...(isSameUnits(state.borrowed, borrowed) ? {} : { borrowed }),
    ...(isSameFrom(state.borrowedFrom, borrowedFrom) ? {} : { borrowedFrom }),
    ...keptAfter(state, accounts),
  }
}

/** What a plain shard keeps for its next job from now on, as far as that changes. */
function keptAfter(state: ShardState, [partition]: readonly Account[]): Pick<PassWrite, 'keepsNext'> {
  const kept = partition && keptByPlain(partition.capacity, partition.result.lack)
  return kept === state.keepsNext ? {} : { keepsNext: kept ?? 'nothing' }
}

/** After the pass has written. Without it the shard's item said all that there was to say. */
export interface AfterWrite {
  readonly written: ShardState
  readonly hasFreed: boolean
}

/** If one of the books cannot be written, those that were served before have to be visited all the same. */
export async function settleAll(
  context: Context,
  accounts: readonly Account[],
  after?: AfterWrite,
): Promise<Settled> {
  const settled: Settled[] = []
  let failed: Failed = {}
  try {
    for await (const one of settleEach(context, accounts, after)) {
      settled.push(one)
      if (!one.failure) continue
      failed = { failure: one.failure }
      break
    }
  } catch (error) {
    failed = { failure: { error } }
  }
  return {
    hasEntered: settled.some(({ hasEntered }) => hasEntered),
    served: joinServed(settled.map(({ served }) => served)),
    isAsked: settled.some(({ isAsked }) => isAsked),
    ...failed,
  }
}

/** Those first in which others wait: what they are lent there, they are lent of all others in the writes that come after. */
async function* settleEach(
  context: Context,
  accounts: readonly Account[],
  after: AfterWrite | undefined,
): AsyncGenerator<Settled> {
  const along: Following[] = []
  let hasServed: boolean = false
  for (const { capacity, result: own } of accounts.toSorted(byLine)) {
    const takesServed = own.takesServed === true && !hasServed
    const result: PassResult = { ...own, takesServed, along: along.filter(isCoveredBy(context, capacity)) }
    const one = after
      ? await settleAfter(context, capacity, result, after)
      : await settle(context, capacity, result)
    yield one
    hasServed ||= one.served.size > 0
    along.push(...servedBy(capacity, one))
    if (capacity.chunk) yield await tendAfter(context, capacity, one)
  }
}

const byLine = (one: Account, other: Account): number =>
  Number(othersWait(other.capacity, 'slots')) - Number(othersWait(one.capacity, 'slots'))
