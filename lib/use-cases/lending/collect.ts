/**
 * Fetches units that other shards have and do not use. Each is taken from its shard first, by a write that makes any pass
 * over that shard lose which has read it before; then the books are told. So it is never used twice. While more is out
 * than the limit allows, they go back and to nobody, and each pass asks only some.
 */
import { earliest } from '../../core/earliest.ts'
import { type LoanChange, RESOURCES, type Resource } from '../../core/limits/books.ts'
import type { Units } from '../../core/limits/in-force.ts'
import { PLAIN } from '../../core/limits/lending.ts'
import { afterReturn, lendMore } from '../../core/limits/limiter.ts'
import type { RateLimit } from '../../core/limits/limits.ts'
import { isOverLimit } from '../../core/limits/portion.ts'
import { nextForgotten, rememberedFor } from '../../core/limits/window.ts'
import { booksKeptUntil, isNew } from '../../core/shard/expiry.ts'
import { type ShardState, startsReserved } from '../../core/shard/state.ts'
import type { Context } from '../context.ts'
import { borrowedIn, recordIn } from './account.ts'
import { ownLoan } from './borrow.ts'
import { type Capacity, withBooks } from './capacity.ts'
import { isStillLent } from './has-stayed.ts'
import { type Lender, lenders, loanOf, readLender, type Search, spareOf, untold } from './lender.ts'
import { newLoanId } from './loan-id.ts'
import { readAgain } from './read-again.ts'
import { writeBooks } from './write-books.ts'

const READ_TOGETHER = 8

interface Own extends Search {
  readonly state: ShardState
}

export interface Collected {
  readonly capacity: Capacity
  /** Not all have been asked: more may come. */
  readonly mayGetMore?: boolean
  /** When a start that some shard remembers will be forgotten, and so can be made anew. Epoch ms. */
  readonly spareAt?: number
}

/** @param own the shard's own state, and how it looks */
export async function collect(
  context: Context,
  capacity: Capacity,
  wanted: Units,
  own: Own,
): Promise<Collected | 'stale'> {
  let now: Collected = { capacity }
  for (const resource of RESOURCES) {
    if (wanted[resource] <= 0) continue
    const next = await collectOne(context, now, resource, { ...own, wanted: wanted[resource] })
    if (next === 'stale') return 'stale'
    now = next
  }
  return now
}

async function collectOne(
  context: Context,
  { capacity, ...known }: Collected,
  resource: Resource,
  { wanted, state, leaves }: Own & { readonly wanted: number },
): Promise<Collected | 'stale'> {
  const others = lenders(context, capacity, resource, leaves)
  const { rateLimit } = capacity.limits
  const forgottenAt = (seen: ShardState): number | undefined =>
    resource === 'starts' && rateLimit ? nextFree(seen, rateLimit, context.clock.now()) : undefined
  let [missing, now] = [wanted, capacity]
  let spareAt = earliest(known.spareAt, forgottenAt(capacity.owner), forgottenAt(state))
  const most = capacity.limiter || isOverLimit(capacity, resource) ? READ_TOGETHER : others.length
  for (let first = 0; first < most && missing > 0; first += READ_TOGETHER) {
    const names = others.slice(first, first + READ_TOGETHER)
    const asked = await Promise.all(names.map((name) => readLender(context, capacity, name)))
    for (const lender of asked) {
      if (missing <= 0) break
      if (!lender) continue
      spareAt = earliest(spareAt, forgottenAt(lender.state))
      const next = await fetchSome(context, now, resource, { ...lender, leaves, missing })
      if (next === 'stale') return 'stale'
      if (next) [now, missing] = [next.capacity, missing - next.units]
    }
  }
  const isBack = capacity.limiter !== undefined && missing < wanted
  return {
    capacity: now,
    ...(spareAt === undefined ? {} : { spareAt }),
    ...(isBack || known.mayGetMore ? { mayGetMore: true } : {}),
  }
}

/** When the next start that the shard remembers, or is about to make, will be forgotten. */
const nextFree = ({ window, slots }: ShardState, rate: RateLimit, now: number): number | undefined =>
  earliest(
    nextForgotten(window, rate, now),
    startsReserved(Object.values(slots)) > 0 ? now + rememberedFor(rate) : undefined,
  )

/** A pass over that shard may be faster. It may have found nothing to do, so what it has is asked for once more. */
const TRIES = 3

async function fetchSome(
  context: Context,
  capacity: Capacity,
  resource: Resource,
  { missing, leaves, ...lender }: Lender & Search & { readonly missing: number },
): Promise<{ readonly capacity: Capacity; readonly units: number } | 'stale' | undefined> {
  let asked: Lender | undefined = lender
  for (let tries = 0; asked && tries < TRIES; tries++) {
    const units = Math.min(missing, spareOf(context, capacity, resource, { ...asked, leaves }))
    if (units <= 0) return undefined
    const next = await fetchFrom(context, capacity, resource, { ...asked, units })
    if (next === 'stale') return 'stale'
    if (next) return { capacity: next, units }
    asked = await readLender(context, capacity, lender.name)
  }
  return undefined
}

/** `undefined` if a pass over that shard was faster. */
async function fetchFrom(
  context: Context,
  capacity: Capacity,
  resource: Resource,
  { name, state, units }: Lender & { readonly units: number },
): Promise<Capacity | 'stale' | undefined> {
  const was = capacity.books[resource].loans[name]
  const had = borrowedIn(state, capacity)
  const loan = loanOf(was, had[resource])
  if (!was || !loan) return undefined
  const taken = Math.max(0, units - untold(was, had[resource]))
  const after = { ...loan, returned: loan.returned + taken }
  const until = (state: ShardState) => booksKeptUntil(state, capacity.limits.rateLimit, context.clock.now())
  // An item that has expired is made anew, so that whatever has read of it that it is not there loses. One that may go stays longer.
  const expiresAt = isNew(state) || state.expiresAt !== undefined ? until(state) : undefined
  const borrowed = { ...had, [resource]: after }
  // Race: both items have forgotten since that the loan was paid back. It would be made anew, with units that others have.
  const isUnknown = had[resource]?.id !== was.id
  if (taken > 0 && isUnknown && !(await isStillLent(context, capacity.owner, resource, name))) return 'stale'
  if (taken > 0 && !(await recordIn(context, capacity, state, { borrowed, expiresAt }))) return undefined
  const loans: LoanChange[] = [{ resource, borrower: name, was, is: afterReturn(was, after) }]
  if (isLentOn(capacity, resource)) {
    const { was: own, told } = ownLoan(capacity, resource)
    loans.push({ resource, borrower: capacity.self, was: own, is: lendMore(told, units, newLoanId(context)) })
  }
  // What is lent comes from another, but only by the limit that was read.
  const isLending = loans.length > 1
  const change = { loans, line: [], isLending, isCovered: true, expiresAt: until(capacity.owner) } as const
  const outcome = await writeBooks(context, capacity, change)
  if (outcome.kind === 'conflict') return 'stale'
  // Race: a limit has been set, and then somebody has passed a unit on to this shard, whom the fences have not met. The root is read after that.
  return capacity.chunk ? readAgain(context, capacity) : withBooks(capacity, outcome.owner)
}

/** What a job needs of a limiter it gets whole, of what is free: so it only comes back. */
const isLentOn = (capacity: Capacity, resource: Resource): boolean =>
  capacity.self !== PLAIN && !capacity.limiter && !isOverLimit(capacity, resource)
