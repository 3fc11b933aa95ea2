/**
 * A unique key's lock: which job has the key. It says no more: the key is taken as long as that job's item is there, so
 * whatever ends the job frees the key in the same write, and nobody can forget to. A retry takes the lock along.
 */
import type { JobKey } from '../keys.ts'
import { clipValue } from '../text/clip.ts'
import { sha256 } from '../text/digest.ts'
import { type Parsed, parsed, refused } from '../text/parsed.ts'
import { LOCK_KEPT_MS } from '../times.ts'
import type { JobItem, RawItem } from './job.ts'

/** `true`: no other job of the task has this payload in this partition. */
export type Unique =
  | true
  | {
      readonly key: string
      /** How long the job has the key: until its first attempt begins, or until it is gone. Default: `'unfinished'`. */
      readonly while?: 'waiting' | 'unfinished' | undefined
      /**
       * What becomes of another with the key: nothing, or it takes the place of the one that has it, if that waits. Default:
       * `'skip'`.
       */
      readonly onCollision?: 'skip' | 'replace' | undefined
    }

export interface LockKey {
  /** `$unique|<queue>|<key>` */
  readonly pk: string
  readonly sk: typeof LOCK
}
export interface Lock extends LockKey {
  /** As it stands now: a retry has another key. */
  readonly job: JobKey
  /** By what a call knows its own write. A job that is put back or moved to another queue has none. */
  readonly mark?: string
  /** Epoch seconds at which DynamoDB forgets it: long after its job. */
  readonly expiresAt: number
  /** When the first of those was put that were debounced into its job, epoch ms. */
  readonly since?: number
  /** The time of the event that its job is from, epoch ms. */
  readonly eventAt?: number
}
/** A lock that was there. */
export interface FoundLock extends Lock {
  /** Its job has been seen running, or claimed, or tried: the key may be taken over although that is there. */
  readonly hasStarted?: true
}
/** A job's item that says which unique key it has, for its retries, and the lock. */
export interface UniqueJob {
  readonly item: JobItem
  readonly lock: Lock
}

const LOCK = 'lock'
const MAX_KEY_LENGTH = 256

export function uniqueOf(unique: Unique, item: JobItem, mark: string, now: number): Parsed<UniqueJob> {
  const key = unique === true ? contentKey(item) : unique?.key
  if (typeof key !== 'string' || key === '' || key.length > MAX_KEY_LENGTH || !key.isWellFormed())
    return refused(
      `unique.key ${clipValue(key)} is not a text of 1 to ${MAX_KEY_LENGTH} characters: use a digest of a longer one, or unique: true`,
    )
  const job = { ...item, uniqueKey: key }
  const place = { pk: lockPk(item.pk, key), sk: LOCK } as const
  return parsed({ item: job, lock: { ...place, ...contentOf(item, now), mark } })
}

/** Where the lock of a job would be. Whether it is this job's is another question: anybody can write the attribute. */
export const lockKeyOf = ({ pk, uniqueKey: key }: RawItem): LockKey | undefined =>
  typeof key === 'string' && key !== '' && key.length <= MAX_KEY_LENGTH
    ? { pk: lockPk(pk, key), sk: LOCK }
    : undefined

/** The lock goes on to the job's next attempt, or to what takes its place. `now`: so that it outlives one that is long due. */
export const lockOfNext = (key: LockKey, next: JobItem, now = 0): Lock => ({
  ...key,
  ...contentOf(next, now),
})

/** What a lock says when its job is tried again, or moved: all else stays, its time too if the job is due as before. */
export function lockGoesOn({ pk }: RawItem, next: JobItem): Pick<Lock, 'job'> & Partial<Lock> {
  const { job, expiresAt } = contentOf(next, 0)
  return { job, ...(next.pk === pk ? { expiresAt } : {}) }
}

/** What a call finds that knows its own lock: its job, as it was put; on its further way; or in the place of another, under that id. */
export function ownWrite({ job }: Pick<Lock, 'job'>, { pk, sk }: JobItem): 'put' | 'existing' | 'replaced' {
  if (job.pk === pk && job.sk === sk) return 'put'
  return idIn(job.sk) === idIn(sk) ? 'existing' : 'replaced'
}

const idIn = (sk: string): string => sk.split('#').slice(2).join('#')

const contentOf = ({ pk, sk }: JobItem, now: number): Pick<Lock, 'job' | 'expiresAt'> => {
  const due = Date.parse(sk.split('#')[1] ?? '')
  return { job: { pk, sk }, expiresAt: Math.ceil((Math.max(due, now) + LOCK_KEPT_MS) / 1000) }
}

const lockPk = (pk: string, key: string): string => `$unique|${pk.split('|')[0]}|${key}`

/** The shards of a partition are no partitions; those of a queue without partitions have an empty one. */
const contentKey = ({ pk, task, payload }: JobItem): string =>
  sha256(JSON.stringify([pk.split('|')[1] || null, task, payload], inOrder))

/** Text that does not depend on the order in which somebody has written the names. */
const inOrder = (_name: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    : value
