/** The first jobs of whoever gets a unit are read while the books are written that say so: a unit is idle for less. */
import type { Borrower } from '../../core/limits/limiter.ts'
import type { Context } from '../context.ts'
import { type PagesAhead, readAhead } from '../pages-ahead.ts'
import type { PassResult } from './served.ts'

type Ahead = ReadonlyMap<Borrower, PagesAhead>

/** @returns what the writing returns, and what has been read beside it */
type Beside = <Outcome>(
  served: readonly Borrower[],
  writing: Promise<Outcome>,
) => Promise<readonly [Outcome, Ahead]>

/**
 * Only of the one whose item was read while the pass was written, and only if the worker goes on there: whoever is woken reads its item
 * anew, and so do those that are served after somebody else. If the books are written only when tried again, what was read first counts.
 */
export function aheadOfNext(context: Context, { next = new Map(), takesServed }: PassResult): Beside {
  const [[borrower, state] = []] = takesServed ? next : []
  let reading: Promise<PagesAhead | undefined> | undefined
  return async ([first], writing) => {
    if (!borrower || !state || first !== borrower) return [await writing, new Map()]
    reading ??= readAhead(context, { state, whole: true, isOfServed: true })
    const [outcome, ahead] = await Promise.all([writing, reading])
    return [outcome, new Map(ahead ? [[borrower, ahead]] : [])]
  }
}
