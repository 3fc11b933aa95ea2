/**
 * Capacity moves between the chunks of a limiter: a chunk gives units back by a write that makes everybody lose who has read it before,
 * and would lend them; *then* one write of the root hears of it, and lends them to another. What has been lent to a chunk it has, so
 * nobody has to write it down there. Who dies in between leaves units that nobody has, and the next visitor tells the root.
 */
import type { LoanChange } from '../../core/limits/books.ts'
import { type Chunk, loanOfChunk, unitsOfChunk } from '../../core/limits/chunk.ts'
import { chunkName } from '../../core/limits/chunk-name.ts'
import { afterReturn, type Borrowed, type Loan, lendMore } from '../../core/limits/limiter.ts'
import { booksKeptUntil, isNew, isTouchedLongAgo } from '../../core/shard/expiry.ts'
import { emptyState, type ShardState } from '../../core/shard/state.ts'
import type { Context } from '../context.ts'
import { readState } from '../read-state.ts'
import { isStillLent } from './has-stayed.ts'
import { untold } from './lender.ts'
import { newLoanId } from './loan-id.ts'

type Needed = Pick<Context, 'store' | 'clock' | 'random'>

const changeOf = (number: number, was: Loan | undefined, is: Loan | undefined): LoanChange => ({
  resource: 'slots',
  borrower: chunkName(number),
  was,
  is,
})

const keptUntil = ({ clock }: Needed, state: ShardState): number =>
  booksKeptUntil(state, undefined, clock.now())

/** What the root has not lent goes to a chunk. `undefined` if somebody was faster. */
export async function lendToChunk(
  context: Needed,
  root: ShardState,
  number: number,
  units: number,
): Promise<ShardState | undefined> {
  const was = loanOfChunk(root, number)
  const loans = [changeOf(number, was, lendMore(was, units, newLoanId(context)))]
  const write = { loans, line: [], isLending: true, expiresAt: keptUntil(context, root) }
  const outcome = await context.store.states.writeBooks(root, write)
  return outcome.kind === 'written' ? outcome.owner : undefined
}

/** A chunk that gives units away that it has not lent. */
export interface Giver {
  readonly number: number
  readonly owner: ShardState
  readonly has: Borrowed
  /** Units that it has given back, and the root has not heard of it: whoever did that has died, or is about to tell. */
  readonly untold: number
}

/** `undefined` for a chunk that has nothing, or that does not fit what was read of the root. */
export function giverIn(
  root: ShardState,
  { number, owner }: Pick<Giver, 'number' | 'owner'>,
): Giver | undefined {
  const units = unitsOfChunk(owner, root, number)
  if (units === 'stale' || !units.slots) return undefined
  return { number, owner, has: units.slots, untold: untold(loanOfChunk(root, number), units.slots) }
}

export interface Moved {
  readonly owner: ShardState
  readonly root: ShardState
}

/**
 * @param units that the chunk still has; what the root has not heard of goes along
 * @param to the chunk that gets them, or 0 for the root alone
 * @returns `undefined` if the chunk has changed meanwhile. If the root has, it knows of them, and has not lent them.
 */
export async function moveUnits(
  context: Needed,
  giver: Giver,
  units: number,
  { root, to }: { readonly root: ShardState; readonly to: number },
): Promise<Moved | undefined> {
  const { number, has } = giver
  const after = { ...has, returned: has.returned + units }
  const owner = units > 0 ? await giveBack(context, giver, after, root) : giver.owner
  if (!owner) return undefined
  const was = loanOfChunk(root, number)
  if (!was) return { owner, root: await tell(context, root, number, after) }
  const loans = [changeOf(number, was, afterReturn(was, after))]
  if (to > 0) {
    const other = loanOfChunk(root, to)
    loans.push(changeOf(to, other, lendMore(other, units + giver.untold, newLoanId(context))))
  }
  // As much comes back as is lent, but only by the limit that was read.
  const covered = to > 0 ? { isLending: true, isCovered: true as const } : { isLending: false }
  const write = { loans, line: [], ...covered, expiresAt: keptUntil(context, root) }
  const outcome = await context.store.states.writeBooks(root, write)
  if (outcome.kind === 'written') return { owner, root: outcome.owner }
  return { owner, root: await tell(context, root, number, after) }
}

/** `undefined` if the chunk has changed meanwhile. */
async function giveBack(
  context: Needed,
  { number, owner, has }: Giver,
  after: Borrowed,
  root: ShardState,
): Promise<ShardState | undefined> {
  // Race: both items have forgotten since that the loan was paid back. It would be made anew, with units that others have.
  const isUnknown = owner.borrowed?.slots?.id !== has.id
  if (isUnknown && !(await isStillLent(context, root, 'slots', chunkName(number)))) return undefined
  const goes = isNew(owner) || owner.expiresAt !== undefined
  const expiresAt = goes ? keptUntil(context, owner) : undefined
  return context.store.states.recordBorrowed(owner, { slots: after }, expiresAt)
}

const TRIES = 5

/** If all tries fail, the next visitor of the chunk tells it. */
async function tell(
  context: Needed,
  { shard }: ShardState,
  number: number,
  after: Borrowed,
): Promise<ShardState> {
  let root = emptyState(shard)
  for (let tries = 0; tries < TRIES; tries++) {
    root = await readState(context.store.states, shard)
    const was = loanOfChunk(root, number)
    const is = was && afterReturn(was, after)
    if (!was || is?.returned === was.returned) return root
    const write = {
      loans: [changeOf(number, was, is)],
      line: [],
      isLending: false,
      expiresAt: keptUntil(context, root),
    }
    const outcome = await context.store.states.writeBooks(root, write)
    if (outcome.kind === 'written') return outcome.owner
  }
  return root
}

/** A chunk's place among those in which shards wait, or none any more. */
export async function noteDemand(
  context: Needed,
  root: ShardState,
  number: number,
  demand: number | undefined,
): Promise<ShardState | undefined> {
  const line = [{ resource: 'starts', borrower: chunkName(number), turn: demand } as const]
  const write = { loans: [], line, isLending: false, expiresAt: keptUntil(context, root) }
  const outcome = await context.store.states.writeBooks(root, write)
  return outcome.kind === 'written' ? outcome.owner : undefined
}

/** Nobody else writes the root while no capacity moves. */
export async function touchRoot({ store, clock }: Needed, { number, root }: Chunk): Promise<void> {
  if (number === 0 || !isTouchedLongAgo(root, undefined, clock.now())) return
  const expiresAt = booksKeptUntil(root, undefined, clock.now())
  await store.states.writeBooks(root, { loans: [], line: [], isLending: false, expiresAt })
}
