/**
 * The rate of an app, set at run time: first the rate itself, then the number of every partition that there is. A call that
 * dies is called again, and goes on where it was.
 */
import { DamagedStateError } from '../../core/errors.ts'
import { placeOf } from '../../core/job/job.ts'
import { isPlain, parseShard, type Shard, type ShardKey } from '../../core/keys.ts'
import {
  type AppRecord,
  derivedLimit,
  isDerivedFrom,
  isSameRate,
  outdated,
} from '../../core/limits/app-rate.ts'
import type { AppRate } from '../../core/limits/derived.ts'
import type { QueueConfig } from '../../core/queue/config.ts'
import type { ShardGlance, ShardState } from '../../core/shard/state.ts'
import { forEachSideBySide } from '../../core/side-by-side.ts'
import { saidOf } from '../../core/why/said.ts'
import type { Context } from '../context.ts'
import { wakeNow } from '../wake.ts'
import { knownShards } from './known-shards.ts'
import { writeAndFence } from './set-limits.ts'

type RateContext = Pick<Context, 'config' | 'store' | 'wake' | 'clock'>

export interface AppRateChange {
  readonly app: string
  readonly rate: AppRate
  readonly note: { readonly by?: string | undefined; readonly reason?: string | undefined }
  readonly onProgress?: ((progress: AppRateProgress) => void) | undefined
}

export interface AppRateProgress {
  /** How many partitions have the new number so far. */
  readonly done: number
  /** How many there are: known when all of them have it. */
  readonly total?: number
}

export interface AppRateResult {
  readonly partitions: number
  /** Somebody has set another rate meanwhile: that call does the rest. */
  readonly isReplaced?: true
}

const PAGE = 500
const SIDE_BY_SIDE = 16
const TRIES = 10

/**
 * When it returns, nothing is admitted above the new number: in partitions that there were, for their items have it, and in
 * those made meanwhile, for whoever makes one reads the rate afterwards.
 */
export async function setAppRate(context: RateContext, change: AppRateChange): Promise<AppRateResult> {
  let record = await announce(context, change)
  while (!record.isComplete) {
    const next = await onePage(context, change.app, record)
    if (!(await context.store.states.saveAppRecord(change.app, next, record)))
      return { partitions: next.done, isReplaced: true }
    change.onProgress?.({ done: next.done, ...(next.isComplete ? { total: next.done } : {}) })
    record = next
  }
  return { partitions: record.done }
}

/** The same rate as before: what is there of it holds, and may be half done. */
async function announce(
  { config, store }: RateContext,
  { app, rate, note }: AppRateChange,
): Promise<AppRecord> {
  const configured = config.apps[app] ?? rate
  for (let tries = 0; tries < TRIES; tries++) {
    const before = await store.states.appRecord(app)
    if (before && isSameRate(before.rate, rate) && isSameRate(before.configured, configured)) return before
    const generation = (before?.generation ?? 0) + 1
    const record = { rate, configured, generation, ...saidOf(note), done: 0, isComplete: false }
    if (await store.states.saveAppRecord(app, record, before)) return record
  }
  throw new Error(`others set the rate of app "${app}" all the time: call again`)
}

async function onePage(context: RateContext, app: string, record: AppRecord): Promise<AppRecord> {
  const { cursor: from, ...rest } = record
  const at = from === undefined ? {} : { cursor: from }
  const page = await context.store.states.scan({ isStrong: true, limit: PAGE, ...at })
  await forEachSideBySide(page.states, SIDE_BY_SIDE, (state) => outdate(context, app, { state, record }))
  // One that is damaged stands still, but is mended some day.
  const found = [...page.states, ...page.damaged].flatMap(({ shard }) => partitionOf(context, app, shard))
  let done = record.done
  await forEachSideBySide(found, SIDE_BY_SIDE, async (partition) => {
    if (await recompute(context, partition, record)) done++
  })
  return page.cursor === undefined
    ? { ...rest, done, isComplete: true }
    : { ...rest, done, cursor: page.cursor }
}

/** A queue that is gone may be brought back by a deploy, and must not come back with the number of a rate that was replaced. */
async function outdate(
  context: RateContext,
  app: string,
  { state, record }: { readonly state: ShardGlance; readonly record: AppRecord },
): Promise<void> {
  const { shard, derived } = state
  if (!derived || !isDerivedFrom(app, derived) || partitionOf(context, app, shard).length > 0) return
  await context.store.states.rederive(shard, outdated(derived, record))
}

interface Partition {
  readonly queue: QueueConfig
  readonly shard: Shard
}

/** The plain shards of the app's queues. */
function partitionOf({ config }: RateContext, app: string, key: string): Partition[] {
  const shard = parseShard(key)
  if (!shard.ok || !isPlain(shard.value)) return []
  const queue = placeOf(config, shard.value)
  return queue.ok && queue.value.derivation?.app === app ? [{ queue: queue.value, shard: shard.value }] : []
}

/**
 * Whoever waits there is woken, and whoever has slots: one whose own jobs have them all stands in no line, and only its own item says
 * that it wants more. The others look when something comes.
 */
async function recompute(
  context: RateContext,
  { queue, shard }: Partition,
  record: AppRecord,
): Promise<boolean> {
  const { derivation } = queue
  if (!derivation) return false
  const { states } = context.store
  const derived = derivedLimit(derivation, record)
  const write = (owner: ShardKey) => states.rederive(owner, derived)
  try {
    const written = await writeAndFence(context, { queue, shard }, write)
    if (!written) return false
    await wakeNow(context, toldOf(shard, written.owner, queue.shards))
    return true
  } catch (error) {
    if (error instanceof DamagedStateError) return true
    throw error
  }
}

/** Without books no shard beside the plain one has any slots. */
function toldOf(shard: Shard, owner: ShardState, shards: number): ReadonlySet<ShardKey> {
  const { borrowers, waiting } = knownShards(shard, owner, shards)
  const others = owner.books ? [...borrowers, ...waiting] : []
  return new Set(owner.waiting || others.length > 0 ? [owner.shard, ...others] : [])
}
