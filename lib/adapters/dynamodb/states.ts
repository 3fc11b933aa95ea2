/** The State table, one item a shard. */
import { GetItemCommand } from '@aws-sdk/client-dynamodb'
import type { ShardKey } from '../../core/keys.ts'
import { isMade } from '../../core/limits/books.ts'
import { isSameFrom, isSameUnits } from '../../core/limits/borrowed.ts'
import type { SlowDown } from '../../core/limits/slow-down.ts'
import type { Holder, Released } from '../../core/pass/decide.ts'
import { isOwnWrite, type ShardState } from '../../core/shard/state.ts'
import type { Attempt, BooksOutcome, BooksWrite, StateStore } from '../../ports/store.ts'
import { booksExpression } from './books-expression.ts'
import { fromBorrowed, fromBorrowedFrom } from './books-item.ts'
import { borrowedExpression } from './borrowed-expression.ts'
import { type Database, toItem } from './database.ts'
import { appRecords, deriveExpression, rederiveExpression } from './derived.ts'
import { earlierShards } from './earlier-shards.ts'
import { UpdateExpression } from './expression.ts'
import { fence } from './fence.ts'
import { grantExpression, isGranted, settleExpression } from './grants.ts'
import { ATTRIBUTE_OF } from './outcomes-item.ts'
import { passExpression, sameVersion } from './pass-expression.ts'
import { dynamoQueueSettings } from './queue-settings.ts'
import { overrideExpression, slowExpression } from './set-by-people.ts'
import { toState } from './state-item.ts'
import { dueShards, glanceAtStates, scanStates } from './state-queries.ts'
import { type Failed, type Updated, update } from './state-update.ts'
import { sweepProgressOf } from './sweep-progress.ts'

export const dynamoStateStore = (database: Database): StateStore => ({
  read: (shard) => read(database, shard),
  pass: async (state, change) => {
    const outcome = await update(database, state.shard, passExpression(state, change))
    if (outcome.kind === 'updated') return { kind: 'written', state: outcome.state }
    if (outcome.state && isOwnWrite(outcome.state, change)) return { kind: 'written', state: outcome.state }
    return { kind: 'conflict', ...(outcome.wasSentAgain ? { isUncertain: true } : {}) }
  },
  start: async (shard, claim, attempt) => {
    const outcome = await update(database, shard, startExpression(claim, attempt))
    if (outcome.kind === 'updated') return { kind: 'started', state: outcome.state }
    // A lost reply: the start did happen, and it was ours.
    if (outcome.state?.slots[claim.id]?.token === attempt.token)
      return { kind: 'started', state: outcome.state }
    return { kind: 'stale', ...stateOf(outcome) }
  },
  remember: async (shard, bucket) => {
    const expression = new UpdateExpression()
    const path = expression.path('window')
    // Race: the item has expired, or somebody deleted it, and all starts are forgotten with it.
    expression.increase(expression.path('window', bucket), 1).condition(`attribute_exists(${path})`)
    // Race: a pass has read a window without this start, and would claim a job into it.
    expression.increase(expression.path('version'), 1)
    await update(database, shard, expression)
  },
  release: async (shard, holder) => {
    const outcome = await update(database, shard, releaseExpression(holder))
    return outcome.kind === 'updated'
      ? { kind: 'released', state: outcome.state }
      : { kind: 'gone', ...stateOf(outcome) }
  },
  strand: async (state, since, expiresAt) => {
    await update(database, state.shard, strandExpression(state, since, expiresAt))
  },
  writeBooks: (owner, write) => writeBooks(database, owner, write),
  recordBorrowed: async (state, borrowed, expiresAt) => {
    const change = borrowedExpression(state, { borrowed: fromBorrowed(borrowed) }, expiresAt)
    const outcome = await update(database, state.shard, change)
    if (outcome.kind === 'updated') return outcome.state
    // A lost reply: it was written, by us, or word for word by somebody else.
    return outcome.state && isSameUnits(outcome.state.borrowed, borrowed) ? outcome.state : undefined
  },
  recordBorrowedFrom: async (state, borrowed, expiresAt) => {
    const change = borrowedExpression(state, { borrowedFrom: fromBorrowedFrom(borrowed) }, expiresAt)
    const outcome = await update(database, state.shard, change)
    if (outcome.kind === 'updated') return outcome.state
    return outcome.state && isSameFrom(outcome.state.borrowedFrom, borrowed) ? outcome.state : undefined
  },
  grantStarts: async (limiter, write) => {
    const outcome = await update(database, limiter.shard, grantExpression(limiter, write))
    if (outcome.kind === 'updated' || (outcome.state && isGranted(outcome.state, write)))
      return { kind: 'written', limiter: outcome.state ?? limiter }
    return { kind: 'conflict' }
  },
  settleStart: async (limiter, ...given) =>
    void (await update(database, limiter, settleExpression(...given))),
  fence: (shard, expiresAt, keeps) => fence(database, shard, expiresAt, keeps),
  earlierShards: earlierShards(database),
  override: async (owner, limits, expiresAt) =>
    written(await update(database, owner.shard, overrideExpression(owner, limits, expiresAt))),
  slowDown: (shard, ...given) => slowDown(database, shard, ...given),
  derive: async (owner, ...given) =>
    written(await update(database, owner.shard, deriveExpression(owner, ...given))),
  rederive: async (owner, derived) => written(await update(database, owner, rederiveExpression(derived))),
  ...appRecords(database),
  ...dynamoQueueSettings(database),
  due: (group, until) => dueShards(database, group, until),
  scan: (query = {}) => scanStates(database, query),
  glance: (shards) => glanceAtStates(database, shards),
  ...sweepProgressOf(database),
})

const written = (outcome: Updated | Failed): ShardState | undefined =>
  outcome.kind === 'updated' ? outcome.state : undefined

const stateOf = ({ state }: Failed): { readonly state?: ShardState } => (state ? { state } : {})

async function read({ client, tables }: Database, shard: ShardKey): Promise<ShardState | undefined> {
  const { Item } = await client.send(
    new GetItemCommand({ TableName: tables.state, Key: toItem({ pk: shard }), ConsistentRead: true }),
  )
  return Item && toState(Item)
}

/** Race: a copy of the message, or a message of an earlier claim. A start replaces the token, so only one succeeds. */
function startExpression({ id, token }: Holder, attempt: Attempt): UpdateExpression {
  const update = new UpdateExpression()
  const slot = (name: string) => update.path('slots', id, name)
  if (attempt.shared) update.set(slot('shared'), true)
  return update
    .set(slot('token'), attempt.token)
    .set(slot('deadline'), attempt.deadline)
    .remove(slot('sentAt'))
    .remove(slot('startBy'))
    .increase(update.path('window', attempt.bucket), 1)
    .condition(`${slot('token')} = ${update.value(token)}`)
}

/** Race: our attempt was taken for dead, and the slot belongs to somebody else by now. */
function releaseExpression({ id, token, jobStands, outcome }: Released): UpdateExpression {
  const update = new UpdateExpression()
  if (outcome) update.increase(update.path(ATTRIBUTE_OF[outcome]), 1)
  // Race: a pass has seen the job in flight, and would take back that others wait amid those.
  if (jobStands) update.set(update.path('waitingAmid'), true).increase(update.path('version'), 1)
  return update
    .remove(update.path('slots', id))
    .condition(`${update.path('slots', id, 'token')} = ${update.value(token)}`)
}

function strandExpression(state: ShardState, since: number, expiresAt: number | undefined): UpdateExpression {
  const update = new UpdateExpression()
  sameVersion(update, state)
  update.set(update.path('strandedSince'), since)
  // No time brings anything here: the sweep finds its jobs.
  update.remove(update.path('dueAt')).remove(update.path('dueShard'))
  return expiresAt === undefined
    ? update.remove(update.path('expiresAt'))
    : update.set(update.path('expiresAt'), expiresAt)
}

async function writeBooks(database: Database, owner: ShardState, write: BooksWrite): Promise<BooksOutcome> {
  const outcome = await update(database, owner.shard, booksExpression(owner, write))
  if (outcome.kind === 'updated') return { kind: 'written', owner: outcome.state }
  // A lost reply: it was written, by us, or word for word by somebody else.
  if (outcome.state && isMade(outcome.state.books, write)) return { kind: 'written', owner: outcome.state }
  return { kind: 'conflict' }
}

/** Whether the item has an override decides whether it may go: asked for one way and then the other, until one is right. */
async function slowDown(
  database: Database,
  shard: ShardKey,
  slow: SlowDown | undefined,
  expiresAt?: number,
): Promise<ShardState> {
  for (let isOverridden = false; ; isOverridden = !isOverridden) {
    const change = slowExpression(slow, expiresAt, expiresAt === undefined ? undefined : isOverridden)
    const outcome = await update(database, shard, change)
    if (outcome.kind === 'updated') return outcome.state
  }
}
