/** Why a job does not run, or the jobs of a partition: read, decided as a pass would, and not written. */
import { doomOf } from '../../core/job/doom.ts'
import { type Job, parseJob, type RawItem } from '../../core/job/job.ts'
import {
  isPlain,
  type Position,
  parseShard,
  parseSortKey,
  type Shard,
  type ShardKey,
} from '../../core/keys.ts'
import { type QueueConfig, queueNamed } from '../../core/queue/config.ts'
import { jobsInFlight, slotOfJob } from '../../core/shard/in-flight.ts'
import { isRunning, slotEntries, sortKeyOf } from '../../core/shard/state.ts'
import { forEachSideBySide } from '../../core/side-by-side.ts'
import type { Reason } from '../../core/why/reason.ts'
import type { AskedJob, Counted, JobWhy, PartitionWhy, ShardWhy, Trouble } from '../../core/why/why.ts'
import type { RawKey } from '../../ports/store.ts'
import { endedJob } from './ended-jobs.ts'
import { type Eyes, type Looked, lookAt } from './look-at.ts'
import { shardsOf } from './shards-of.ts'
import { sizesSeen } from './sizes.ts'

/** So many items behind its key are searched for a later attempt of a job. */
const SEARCHED = 100
/** So many jobs before a job are counted, of each priority. */
const MOST_AHEAD = 100

export async function whyJob(eyes: Eyes, key: RawKey): Promise<JobWhy> {
  const at = eyes.clock.now()
  const [shard, position] = [parseShard(key.pk), parseSortKey(key.sk)]
  const malformed = shard.ok ? position : shard
  if (!shard.ok || !position.ok)
    return { kind: 'malformed', at, problem: malformed.ok ? '' : malformed.reason }
  // First the state and then the item: a job that ends in between is gone, and does not wait.
  const looked = await lookAt(eyes, key.pk as ShardKey)
  const { item, isSearchedWhole } = await findJob(eyes, key, position.value)
  if (!item)
    return (await endedAs(eyes, at, shard.value, position.value)) ?? { kind: 'gone', at, isSearchedWhole }
  const job = parseJob(eyes.config, item)
  if (!job.ok) return { kind: job.isUnknown ? 'stranded' : 'malformed', at, problem: job.reason }
  if (looked.kind !== 'looked') return looked
  const { id, attempt, runAt } = job.value
  const asked = { pk: item.pk, sk: item.sk, id, attempt }
  const slot = slotOfJob(looked.state.slots, id)
  if (slot && sortKeyOf([id, slot]) === item.sk)
    return isRunning(slot)
      ? { kind: 'running', at, job: asked, until: slot.deadline }
      : { kind: 'claimed', at, job: asked, sentAt: slot.sentAt }
  if (runAt > at) return { kind: 'delayed', at, job: asked, until: runAt }
  const doom = doomOf(job.value, at)
  if (doom) return { kind: 'doomed', at, job: asked, error: doom.error }
  return whyWaiting(eyes, looked, asked, job.value)
}

/** Of a queue without history nothing is read. */
async function endedAs(
  { config, store }: Eyes,
  at: number,
  shard: Shard,
  position: Position,
): Promise<JobWhy | undefined> {
  if (queueNamed(config, shard.queue)?.history_ms === undefined) return undefined
  const job = await endedJob(store, shard, position)
  return job && { kind: 'ended', at, job }
}

/** The item of a job, under its key or, since that failed or was given back, under a later one. */
async function findJob(
  { store }: Eyes,
  { pk, sk }: RawKey,
  { priority, id }: Position,
): Promise<{ readonly item: RawItem | undefined; readonly isSearchedWhole: boolean }> {
  const query = { shard: pk as ShardKey, from: sk, before: `${priority}#:` }
  const [first] = (await store.jobs.range({ ...query, limit: 1 })).items
  if (!first || first.sk === sk) return { item: first, isSearchedWhole: true }
  const { items, more } = await store.jobs.range({ ...query, limit: SEARCHED })
  return { item: items.find((item) => item.sk.endsWith(`Z#${id}`)), isSearchedWhole: !more }
}

async function whyWaiting(
  eyes: Eyes,
  { at, state, holds, looks, startable }: Looked,
  job: AskedJob,
  { priority, runAt, id, shard }: Job,
): Promise<JobWhy> {
  const holder = slotOfJob(state.slots, id)
  const counted = await countAhead(eyes, job, priority, at)
  const flying = jobsInFlight(slotEntries(state.slots))
  const inFlight = flying.filter((slot) => sortKeyOf(slot) < job.sk).length
  const ahead = { ...counted, count: Math.max(0, counted.count - inFlight) }
  const isNext = ahead.count < startable && !ahead.atLeast
  const ofShard = isNext ? [] : holds.filter(isOfAll)
  const twin: readonly Reason[] = holder ? [{ reason: 'same id', jobs: 1 }] : []
  return {
    kind: 'waiting',
    at,
    job,
    since: runAt,
    ahead,
    aheadIn: isPlain(shard) ? 'partition' : 'shard',
    holds: holder ? twin : ofShard,
    looks,
  }
}

/** That others have twins in flight says nothing of this one; and that more is due than was read is what `ahead` says. */
const isOfAll = ({ reason }: Reason): boolean => reason !== 'same id' && reason !== 'not read'

/** The due jobs that go before it: of each better priority those that are due, and of its own those before its key. */
async function countAhead({ store }: Eyes, job: AskedJob, priority: number, at: number): Promise<Counted> {
  const shard = job.pk as ShardKey
  const notYet = new Date(at + 1).toISOString()
  const ends = Array.from({ length: priority + 1 }, (_, n) => (n === priority ? job.sk : `${n}#${notYet}`))
  const counts = await Promise.all(
    ends.map((before, n) => store.jobs.count({ shard, from: `${n}#`, before, most: MOST_AHEAD })),
  )
  const count = counts.reduce((sum, one) => sum + one.count, 0)
  return counts.some(({ atLeast }) => atLeast) ? { count, atLeast: true } : { count }
}

/** Each shard costs what a pass over it reads. */
const SIDE_BY_SIDE = 16

export async function whyPartition(
  eyes: Eyes,
  queue: QueueConfig,
  partition: string | undefined,
): Promise<PartitionWhy> {
  const at = eyes.clock.now()
  const named: Shard = { queue: queue.name, ...(partition === undefined ? {} : { partition }) }
  const keys = await shardsOf(eyes, queue, named)
  const seen = new Map<ShardKey, Looked | Trouble>()
  const asked = sizesSeen(eyes, queue, named)
  await forEachSideBySide(keys, SIDE_BY_SIDE, async (key) => void seen.set(key, await lookAt(eyes, key)))
  const found = keys.map((key) => [key, seen.get(key)] as const)
  const shards = found.flatMap(([, one]) => (one?.kind === 'looked' && hasWork(one) ? [shardWhy(one)] : []))
  const troubles = found.flatMap(([shard, one]) => (one && one.kind !== 'looked' ? [{ ...one, shard }] : []))
  return { kind: 'partition', at, ...named, ...(await asked), shards, troubles }
}

const hasWork = ({ staying, startable, holds }: Looked): boolean =>
  staying.length + startable + holds.length > 0

export const shardWhy = ({ state, staying, startable, holds, looks }: Looked): ShardWhy => ({
  shard: state.shard,
  inFlight: jobsInFlight(staying).length,
  startable,
  holds,
  looks,
})
