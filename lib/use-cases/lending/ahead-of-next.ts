/** The first jobs of whoever gets a unit are read while the books are written that say so: a unit is idle for less. */
import type { Borrower } from '../../core/limits/limiter.ts'
import type { ShardState } from '../../core/shard/state.ts'
import type { Context } from '../context.ts'
import { readAhead } from '../pages-ahead.ts'
import type { PassResult, SeenShard } from './served.ts'

type Ahead = ReadonlyMap<Borrower, Pick<SeenShard, 'ahead'>>

const NOTHING: Ahead = new Map()

/**
 * Only of the one whose item was read while the pass was written, and only if the worker goes on there: whoever is woken reads its item
 * anew. If the books are written only when tried again, what was read first counts.
 */
export function aheadOfNext(
  context: Context,
  { next = new Map(), takesServed, along = [] }: PassResult,
): (served: readonly Borrower[]) => Promise<Ahead> {
  const [[borrower, state] = []] = takesServed && along.length === 0 ? next : []
  let reading: Promise<Ahead> | undefined
  const read = async (of: Borrower, seen: ShardState): Promise<Ahead> => {
    const ahead = await readAhead(context, { state: seen, whole: true, isOfServed: true })
    return ahead ? new Map([[of, { ahead }]]) : NOTHING
  }
  return async ([first]) => {
    if (!borrower || !state || first !== borrower) return NOTHING
    reading ??= read(borrower, state)
    return reading
  }
}
