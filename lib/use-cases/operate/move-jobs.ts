/** Jobs of a queue that left the configuration: to another queue, or to the dead letters. */

import { InvalidJobError } from '../../core/errors.ts'
import type { RawItem } from '../../core/job/job.ts'
import { type Config, queueNamed } from '../../core/queue/config.ts'
import { noQueue } from '../../core/queue/unknown.ts'
import { clipValue } from '../../core/text/clip.ts'
import { shardPages } from '../shard-pages.ts'
import { type Goal, type MoveContext, moveJob } from './move-job.ts'
import { checkLimit } from './operator-call.ts'
import { type StrandedShard, strandedShards } from './stranded-shards.ts'
import { take } from './take.ts'

export interface MoveOptions {
  /** A configured queue, or the dead letters. */
  readonly to: string
  /** Who wants that: it stands in the error of the dead letters. Default: client.moveJobs. */
  readonly by?: string
  /** How many jobs are moved at the most. Default: no limit. */
  readonly limit?: number
  /** Called after every few jobs. */
  readonly onProgress?: (progress: MoveProgress) => void
}

export interface MoveProgress {
  /** How many jobs were moved so far. */
  readonly moved: number
  /** How many jobs were left where they are so far. */
  readonly skipped: number
}

export interface MoveResult {
  readonly moved: number
  readonly skipped: readonly SkippedJob[]
}

/** A job that stays where it is, because it runs, or could not run in the other queue. */
export interface SkippedJob {
  readonly pk: string
  readonly sk: string
  readonly reason: string
}

/** The name of no queue that jobs can be moved to. */
const DEAD_LETTERS = 'dead-letters'
/** Jobs of one shard go one after the other, for their transactions look at the same state item. */
const SHARDS_SIDE_BY_SIDE = 8
const PAGE = 25

/** Whoever dies in between has moved some jobs and not touched the others: the next call goes on with those. */
export async function moveJobs(
  context: MoveContext,
  from: string,
  options: MoveOptions,
): Promise<MoveResult> {
  const goal = goalOf(context.config, from, options)
  const { limit = Number.POSITIVE_INFINITY, onProgress } = options
  const tally: Tally = { goal, limit, moved: 0, begun: 0, skipped: [] }
  const listing = strandedShards(context)
  while (!isEnough(tally)) {
    const shards = await take(listing, SHARDS_SIDE_BY_SIDE, ({ queue }) => queue === from)
    if (shards.length === 0) break
    const report = () => onProgress?.({ moved: tally.moved, skipped: tally.skipped.length })
    const outcomes = await Promise.allSettled(
      shards.map((shard) => emptyShard(context, shard, tally, report)),
    )
    const failure = outcomes.find(({ status }) => status === 'rejected')
    if (failure?.status === 'rejected') throw failure.reason
  }
  return { moved: tally.moved, skipped: tally.skipped }
}

/** Callers without TypeScript are told, too. */
function goalOf(config: Config, from: string, { to, by = 'client.moveJobs', limit }: MoveOptions): Goal {
  if (typeof from !== 'string') throw new InvalidJobError(noQueue(config, from))
  checkLimit(limit)
  if (to === DEAD_LETTERS) return { deadLettersBy: clipValue(by) }
  const queue = queueNamed(config, to)
  if (!queue)
    throw new InvalidJobError(`${noQueue(config, to)}. Say with \`to\` one of these, or "${DEAD_LETTERS}"`)
  return { queue: queue.name }
}

interface Tally {
  readonly goal: Goal
  readonly limit: number
  moved: number
  /** Under way: several shards are emptied simultaneously. */
  begun: number
  readonly skipped: SkippedJob[]
}

const isEnough = ({ moved, begun, limit }: Tally): boolean => moved + begun >= limit

async function emptyShard(
  context: MoveContext,
  stranded: StrandedShard,
  tally: Tally,
  report: () => void,
): Promise<void> {
  if (isEnough(tally)) return
  for await (const { items } of shardPages(context, stranded.shard, PAGE)) {
    for (const item of items) if (!isEnough(tally)) await moveAndCount(context, stranded, item, tally)
    report()
    if (isEnough(tally)) return
  }
}

async function moveAndCount(
  context: MoveContext,
  stranded: StrandedShard,
  item: RawItem,
  tally: Tally,
): Promise<void> {
  tally.begun++
  try {
    const outcome = await moveJob(context, stranded, item, tally.goal)
    if (outcome?.kind === 'moved') tally.moved++
    if (outcome?.kind === 'skipped') tally.skipped.push({ pk: item.pk, sk: item.sk, reason: outcome.reason })
  } finally {
    tally.begun--
  }
}
