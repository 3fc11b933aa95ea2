/** After a pass the books are brought up to date, and the shards that were served by that are visited. */
import { BooksBusyError } from '../../core/errors.ts'
import type { ShardKey } from '../../core/keys.ts'
import { type LineChange, RESOURCES, type Resource } from '../../core/limits/books.ts'
import { PLAIN, unitsOfOneJob, unitsToBorrow } from '../../core/limits/lending.ts'
import type { Borrower } from '../../core/limits/limiter.ts'
import { leaving, settle as settlementOf } from '../../core/limits/settling.ts'
import { booksKeptUntil, isTouchedLongAgo } from '../../core/shard/expiry.ts'
import type { ShardState } from '../../core/shard/state.ts'
import { forEachSideBySide } from '../../core/side-by-side.ts'
import type { Context } from '../context.ts'
import type { PagesAhead } from '../pages-ahead.ts'
import { isStranger, shardNamed } from './account.ts'
import { aheadOfNext } from './ahead-of-next.ts'
import type { Capacity } from './capacity.ts'
import { borrowsElsewhere } from './limiter-capacity.ts'
import { newLoanId } from './loan-id.ts'
import { readAgain, withOwner } from './read-again.ts'
import { readUnlessDamaged } from './read-unless-damaged.ts'
import { type Failed, keepServed, NOBODY, type PassResult, type SeenShard, type Served } from './served.ts'
import { writeBooks } from './write-books.ts'

/** Others may change the books, too; then the one that is late reads them again. */
const TRIES = 10
const PAUSE_MS = 20

export interface Settled extends Failed {
  /** The shard has come to stand in the line: what was given back just before nobody has offered to it. */
  readonly hasEntered: boolean
  /** The shards that have to be visited, for they have got units. */
  readonly served: Served
  /** Others have come to stand in the line, and the shard has units that it does not use: its next pass gives them back. */
  readonly isAsked?: boolean
  /** The books as they are then, if this has changed them. */
  readonly after?: Capacity
}

const NOTHING: Settled = { hasEntered: false, served: NOBODY }

/** Shards that can use what they get, with their items. */
type Sound = Map<Borrower, ShardState | undefined>

/** Those that were served elsewhere just before have been read there, and the next one while the pass was written. */
const soundIn = ({ along = [], next = new Map() }: PassResult): Sound =>
  new Map([...next, ...along.map(({ borrower, state }) => [borrower, state] as const)])

/**
 * @param capacity with what the shard has borrowed after its pass
 * @throws BooksBusyError if others change the books all the time
 */
export function settle(context: Context, capacity: Capacity, given: PassResult): Promise<Settled> {
  const served = new Map<ShardKey, SeenShard | undefined>()
  return keepServed(served, () => settleUntilDone(context, { capacity, given, served }))
}

interface Settling {
  readonly capacity: Capacity
  readonly given: PassResult
  readonly served: Map<ShardKey, SeenShard | undefined>
}

async function settleUntilDone(context: Context, { capacity, given, served }: Settling): Promise<Settled> {
  let [now, result] = [capacity, given]
  let [hasEntered, isChanged] = [false, false]
  const settled = () => ({ ...settledBy(now, hasEntered, served), ...(isChanged ? { after: now } : {}) })
  const [sound, besideThat] = [soundIn(given), aheadOfNext(context, given)]
  const newId = () => newLoanId(context, now.chunk?.number)
  for (let tries = 0; tries < TRIES; tries++) {
    const { served: next, ...settlement } = settlementOf(now, result, newId)
    const { loans, line, isLending } = settlement
    const { rateLimit } = now.limits
    if (loans.length + line.length === 0 && !isTouchedLongAgo(now.owner, rateLimit, context.clock.now()))
      return settled()
    const expiresAt = booksKeptUntil(now.owner, rateLimit, context.clock.now())
    const { damaged, misplaced } = await placesOfDamaged(context, now, next, sound)
    // Whoever looks after them finds their places.
    for (const name of misplaced) served.set(shardNamed(now, name), undefined)
    const change =
      damaged.length > 0 ? { loans: [], line: damaged, isLending: false } : { loans, line, isLending }
    const [outcome, ahead] = await besideThat(next, writeBooks(context, now, { ...change, expiresAt }))
    if (outcome.kind === 'written' && damaged.length === 0) {
      hasEntered ||= settlement.hasEntered
      isChanged = true
      // What they have by now they may have given back already.
      result = { lack: result.lack, hasClaimed: result.hasClaimed }
      for (const name of next)
        served.set(shardNamed(now, name), seenOf(now, sound.get(name), outcome.owner, ahead.get(name)))
      const after = now.limiter ? withOwner(now, outcome.owner, context.clock.now()) : 'stale'
      if (after === 'stale') return settled()
      // Who has come to stand in a limiter's line meanwhile saw nothing free: this write's answer shows it, and it is served.
      now = after
      continue
    }
    await context.clock.sleep(Math.round(context.random.number() * PAUSE_MS * (tries + 1)))
    const again = await readAgain(context, now)
    if (again === 'stale') return { ...NOTHING, served }
    now = again
  }
  if (served.size > 0) return settled()
  throw new BooksBusyError(capacity.owner.shard)
}

/** Of a limiter that is divided the root has to be read after the chunk. */
function seenOf(
  { limiter, chunk }: Capacity,
  state: ShardState | undefined,
  owner: ShardState,
  ahead: PagesAhead | undefined,
): SeenShard | undefined {
  return state && { state, owners: limiter && !chunk ? [owner] : [], ...(ahead ? { ahead } : {}) }
}

const settledBy = (now: Capacity, hasEntered: boolean, served: Served): Settled => ({
  hasEntered: hasEntered && looksAgain(now),
  served,
})

/**
 * Whether one that has come to stand in the line has to look again for what has become free just before. Of a partition's
 * units others may have some that they do not use; of a limiter's, what is free shows in its item.
 */
function looksAgain(capacity: Capacity): boolean {
  if (!capacity.limiter) return true
  const { self } = capacity
  return unitsToBorrow(capacity, 'slots', self) >= unitsOfOneJob(capacity, 'slots', self)
}

/**
 * A shard whose item is damaged, or that is not in the configuration, could use no unit: it loses its place instead. So does one that
 * stands in the line of a chunk, since a function of another configuration has seen it there, and borrows of another.
 * @param sound those whose items have been read
 */
async function placesOfDamaged(
  context: Context,
  capacity: Capacity,
  served: readonly Borrower[],
  sound: Sound,
): Promise<{ readonly damaged: LineChange[]; readonly misplaced: readonly Borrower[] }> {
  const [damaged, misplaced]: [Borrower[], Borrower[]] = [[], []]
  const unknown = served.filter((name) => name !== PLAIN && !sound.has(name))
  await forEachSideBySide(unknown, served.length, async (name) => {
    const state = isStranger(context, capacity, name)
      ? 'damaged'
      : await readUnlessDamaged(context, shardNamed(capacity, name))
    if (state === 'damaged') damaged.push(name)
    else if (borrowsElsewhere(capacity, name, state)) misplaced.push(name)
    else sound.set(name, state)
  })
  const leave = (name: Borrower) => RESOURCES.flatMap((resource) => leaving(capacity.books, resource, name))
  return { damaged: [...damaged, ...misplaced].flatMap(leave), misplaced }
}

/**
 * After a pass that has written. If it has freed something and uses less than it has, another may have come to stand in
 * the line since the books were read. That one looked before the slot was free, so this one has to look afterwards.
 */
export async function settleAfter(
  context: Context,
  capacity: Capacity,
  result: PassResult,
  { written, hasFreed }: { readonly written: ShardState; readonly hasFreed: boolean },
): Promise<Settled> {
  const isPlain = capacity.self === PLAIN
  const { lack } = result
  const looksAgain = !isPlain && !capacity.limiter && hasFreed && !lack.slots && !lack.starts
  const now = isPlain
    ? withOwner(capacity, written, context.clock.now())
    : looksAgain
      ? await readAgain(context, capacity)
      : capacity
  if (now === 'stale') return NOTHING
  const settled = await settle(context, now, result)
  const isNew = (resource: Resource) => !othersWait(capacity, resource) && othersWait(now, resource)
  return { ...settled, isAsked: looksAgain && RESOURCES.some(isNew) }
}

export const othersWait = ({ books, self }: Capacity, resource: Resource): boolean =>
  Object.keys(books[resource].line).some((name) => name !== self)
