/** The last resting place of a job that cannot run, with the reason that a person needs. */

import { parseShard, QUEUE_NAME } from '../keys.ts'
import { firstBytes } from '../text/first-bytes.ts'
import { stableHash } from '../text/hash.ts'
import { type Parsed, parsed, refused } from '../text/parsed.ts'
import { LETTER_KEPT_MS } from '../times.ts'
import { MAX_LETTER_TEXT_BYTES } from './item-size.ts'
import type { RawItem } from './job.ts'
import { spreadKey, spreadKeys } from './spread-keys.ts'
import type { Wait } from './wait.ts'

export type DeadReason =
  /** It could never have run: its key, its shape, its queue, its task or its payload is wrong. */
  | 'refused'
  /** Its last attempt failed. */
  | 'exhausted'
  /** It was not started in time. */
  | 'expired'
  /** Somebody has cancelled it: the error says who, and why. */
  | 'cancelled'

/** The key of a letter in the History table. */
export interface LetterKey {
  /** `dead|<queue>|<0 to 15>`, with the queue `unknown` if the key names none. */
  readonly pk: string
  /** `<time of death, ISO 8601>#<what it was called>#<hash, for others died with the same name in the same instant>`. */
  readonly sk: string
}

export interface DeadLetter extends LetterKey, Wait {
  readonly reason: DeadReason
  readonly error: string
  /**
   * As it stands in keys. Absent if its key names none, if it is an event, whose partition was not known yet, and in
   * letters of earlier versions.
   */
  readonly partition?: string
  /** The item or event as it came, as JSON text: text holds what DynamoDB's own nesting and types might not. */
  readonly job: string
  /** `job` is only the beginning of what came, which is too long for a letter: it cannot be put back. */
  readonly truncated?: true
  /** Epoch seconds at which DynamoDB forgets it. */
  readonly expiresAt: number
}

const MAX_ERROR_LENGTH = 2000
/** DynamoDB takes sort keys of 1,024 bytes. */
const MAX_NAME_BYTES = 960
const plainKey = (queue: string): string => `dead|${QUEUE_NAME.test(queue) ? queue : 'unknown'}`

/** Every `pk` under which letters of a queue stand. Letters of earlier versions have the plain one, without a number. */
export const letterKeys = (queue: string): readonly string[] => [
  plainKey(queue),
  ...spreadKeys(plainKey(queue)),
]

export function deadLetterOf(item: RawItem, reason: DeadReason, error: string, now: number): DeadLetter {
  const [queue = ''] = item.pk.split('|')
  const shard = parseShard(item.pk)
  const partition = shard.ok ? shard.value.partition : undefined
  const dead = { queue, name: item.sk, job: item, ...(partition === undefined ? {} : { partition }) }
  return deadLetter(dead, { reason, error }, now)
}

/** An event that never became a job. */
export function deadEvent(
  { queue, id, event }: { readonly queue: string; readonly id: string; readonly event: unknown },
  error: string,
  now: number,
): DeadLetter {
  return deadLetter({ queue, name: id, job: event }, { reason: 'refused', error }, now)
}

interface Dead {
  readonly queue: string
  /** What it was called. */
  readonly name: string
  readonly job: unknown
  readonly partition?: string
}

function deadLetter(
  { queue, name, job, ...partition }: Dead,
  { reason, error }: Pick<DeadLetter, 'reason' | 'error'>,
  now: number,
): DeadLetter {
  const text = JSON.stringify(job, plain) ?? 'null'
  const hash = stableHash(text)
  return {
    pk: spreadKey(plainKey(queue), hash),
    sk: `${new Date(now).toISOString()}#${firstBytes(name, MAX_NAME_BYTES)}#${hash.toString(36)}`,
    ...partition,
    reason,
    error: error.slice(0, MAX_ERROR_LENGTH).toWellFormed(),
    job: firstBytes(text, MAX_LETTER_TEXT_BYTES),
    ...(Buffer.byteLength(text) > MAX_LETTER_TEXT_BYTES ? { truncated: true as const } : {}),
    expiresAt: Math.floor((now + LETTER_KEPT_MS) / 1000),
  }
}

/** What came, as JSON gives it back, or why it cannot be had any more. */
export function contentOf({ job, truncated }: DeadLetter): Parsed<unknown> {
  const cut = refused('only its beginning was kept, for it is too long for a dead letter: enqueue it again')
  if (truncated) return cut
  try {
    return parsed(JSON.parse(job))
  } catch {
    return cut // by an earlier version, which did not say so
  }
}

/** DynamoDB knows sets and bytes; JSON does not. */
function plain(_key: string, value: unknown): unknown {
  if (value instanceof Set) return [...value]
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  return value
}
