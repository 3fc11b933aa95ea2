/**
 * What is remembered of a job that has ended, if its queue has a `history`: what became of it, how long it waited, and for what. It
 * does not hold the payload, so that writing it costs one unit.
 */
import type { Shard } from '../keys.ts'
import { firstBytes } from '../text/first-bytes.ts'
import { stableHash } from '../text/hash.ts'
import type { DeadReason } from './dead-letter.ts'
import type { Done, Ending } from './ending.ts'
import { itemBytes } from './item-size.ts'
import type { Job } from './job.ts'
import { spreadKey, spreadKeys } from './spread-keys.ts'
import { type Wait, type Waits, waitOf } from './wait.ts'

/** The key of the record in the History table. */
export interface EndedKey {
  /** `ended|<queue>|<partition, or empty>|<0 to 15>`. */
  readonly pk: string
  /** The job's id. Ids are unique in their partition: one that is used again takes the place of the earlier one. */
  readonly sk: string
}

interface Ended extends Wait {
  readonly ending: 'done' | DeadReason
  readonly task: string
  /** The last one, from 1. */
  readonly attempt: number
  /** When the last attempt was due, epoch ms. */
  readonly runAt: number
  /** When the last attempt began, epoch ms. Absent if there was none, or if its worker has died. */
  readonly startedAt?: number
  readonly endedAt: number
  /** Why it is a dead letter; the beginning of that. */
  readonly error?: string
  /** The name of the schedule that has made it. */
  readonly schedule?: string
  readonly cancelledBy?: string
}

/** A job that has ended. Times are epoch ms. */
export interface EndedJob extends Ended {
  readonly id: string
}

export interface EndedRecord extends EndedKey, Ended {
  /** Epoch seconds at which DynamoDB forgets it. */
  readonly expiresAt: number
}

/** Those that leave nothing to be done: a job that is tried again, or given back, has not ended. */
export type LastEnding = Done | Extract<Ending, { kind: 'dead' }>

/** One write unit is 1,024 bytes. */
const MAX_RECORD_BYTES = 1000
const [LEAST_ERROR_BYTES, MOST_ERROR_BYTES] = [100, 500]
/** A name may be as long as a key; one that is longer than this is found by its beginning. */
const MAX_NAME_BYTES = 128
/** Hardly any job is held by more; the longest are kept. */
const MOST_WAITS = 5

/** Over as many keys as the letters of a queue: jobs of one partition may end as fast as they die. */
export const endedKey = (place: Pick<Shard, 'queue' | 'partition'>, id: string): EndedKey => ({
  pk: spreadKey(prefixOf(place), stableHash(id)),
  sk: id,
})

/** Every `pk` under which the ended jobs of a partition stand. */
export const endedKeys = (place: Pick<Shard, 'queue' | 'partition'>): readonly string[] =>
  spreadKeys(prefixOf(place))

const prefixOf = ({ queue, partition = '' }: Pick<Shard, 'queue' | 'partition'>): string =>
  `ended|${queue}|${partition}`

/** The record of a job, or `undefined` if its queue has no history. */
export function endedRecordOf(job: Job, ending: LastEnding, endedAt: number): EndedRecord | undefined {
  const { history_ms } = job.queue
  if (history_ms === undefined) return undefined
  const record = {
    ...endedKey(job.shard, job.id),
    ending: ending.kind === 'done' ? ending.kind : ending.reason,
    task: firstBytes(job.task, MAX_NAME_BYTES),
    attempt: job.attempt,
    runAt: job.runAt,
    ...(job.startedAt === undefined ? {} : { startedAt: job.startedAt }),
    endedAt,
    ...boundedWait(waitOf(job)),
    ...(job.schedule ? { schedule: firstBytes(job.schedule.name, MAX_NAME_BYTES) } : {}),
    ...cancelledBy(job, ending),
    expiresAt: Math.floor((endedAt + history_ms) / 1000),
  }
  return ending.kind === 'done' ? record : { ...record, error: clippedError(ending.error, record) }
}

const cancelledBy = ({ cancellation }: Job, ending: LastEnding): Pick<EndedRecord, 'cancelledBy'> =>
  cancellation && ending.kind === 'dead' && ending.reason === 'cancelled'
    ? { cancelledBy: firstBytes(cancellation.by, MAX_NAME_BYTES) }
    : {}

/** What is left out is missing of the whole, as the way to the worker is. */
function boundedWait({ waits_ms, ...wait }: Wait): Wait {
  if (!waits_ms) return wait
  const longest = Object.entries(waits_ms).toSorted(([, one], [, other]) => other - one)
  return { ...wait, waits_ms: Object.fromEntries(longest.slice(0, MOST_WAITS)) as Waits }
}

/** It takes what the others leave of a write unit: the dead letter has all of it. */
const clippedError = (error: string, others: Omit<EndedRecord, 'error'>): string => {
  const left = MAX_RECORD_BYTES - itemBytes({ ...others, error: '' })
  return firstBytes(error, Math.min(MOST_ERROR_BYTES, Math.max(LEAST_ERROR_BYTES, left)))
}

/** Whether a record is of the job that stood there, or of a later attempt of it, and of no earlier job with its id. */
export const isOfJob = (record: Pick<EndedRecord, 'runAt'>, { runAt }: Pick<Job, 'runAt'>): boolean =>
  record.runAt >= runAt

export const endedJobOf = ({ pk: _, sk, expiresAt: _1, ...ended }: EndedRecord): EndedJob => ({
  id: sk,
  ...ended,
})
