/** The same as `resolve.ts`, for the verbs of `ended-verbs.ts`. */
import type { EndedRecord } from '../../lib/core/job/ended-job.ts'
import type { EndedOperation } from './ended-verbs.ts'
import { FAR_S } from './given.ts'
import { at, bit, type Intent } from './intent.ts'
import { isOneOf } from './is-one-of.ts'
import { type Names, TIMES, UNIQUE_KEYS } from './names.ts'

export const ENDED_KINDS = ['rememberEnded', 'rememberEnded', 'rememberEnded', 'ended', 'endedJobs'] as const
export type EndedKind = (typeof ENDED_KINDS)[number]
export const isEnded = isOneOf(ENDED_KINDS)

export function resolveEnded(kind: EndedKind, intent: Intent, names: Names): EndedOperation {
  const record = recordOf(intent, names)
  switch (kind) {
    case 'rememberEnded':
      return { op: 'rememberEnded', record, since: at(TIMES, intent.token) }
    case 'ended':
      return { op: 'ended', key: { pk: record.pk, sk: record.sk } }
    case 'endedJobs':
      return { op: 'endedJobs', pk: record.pk }
  }
}

const WAITS = [{}, { waited_ms: 7 }, { waited_ms: 9, waits_ms: { worker: 2, constructor: 3 } }] as const

/** Under two keys, so that many are under one: ids that hash alike are rare. */
function recordOf({ shard, id, time, other, payload, bits }: Intent, names: Names): EndedRecord {
  const [queue, partition = ''] = at(names.shards, shard).split('|')
  const isDone = bit(bits, 1)
  return {
    pk: `ended|${queue}|${partition}|${bits % 2}`,
    sk: at(names.ids, id),
    ending: isDone ? 'done' : at(['exhausted', 'expired', 'cancelled'] as const, other),
    task: 'sync',
    attempt: 1 + other,
    runAt: at(TIMES, bits),
    endedAt: at(TIMES, time),
    ...at(WAITS, payload),
    ...(bit(bits, 2) ? { startedAt: at(TIMES, other) } : {}),
    ...(isDone ? {} : { error: at(UNIQUE_KEYS, other) }),
    ...(bit(bits, 3) ? { schedule: at(UNIQUE_KEYS, payload) } : {}),
    expiresAt: FAR_S + bits,
  }
}
