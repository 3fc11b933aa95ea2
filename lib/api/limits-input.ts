/** Limits as operators write them, turned into an override as it is kept. */
import * as z from 'zod'
import { ConfigurationError } from '../core/errors.ts'
import { limitFields, toRate } from '../core/limits/input.ts'
import { type LimitOverride, mostSlots, NOTE_FIELDS } from '../core/limits/limits.ts'
import { boundedUntil, type SlowDown } from '../core/limits/slow-down.ts'
import type { QueueConfig } from '../core/queue/config.ts'
import { type Duration, parseDuration } from '../core/text/duration.ts'
import { toConfigurationError } from '../core/text/issues.ts'
import { saidOf } from '../core/why/said.ts'

/** Limits for one partition. What is left out stays as configured; 0 pauses. */
export interface LimitsInput {
  readonly concurrency?: number
  /** `period` with its unit: `'1h'`. A number without one is ms. */
  readonly rateLimit?: { readonly allowed: number; readonly period: Duration; readonly margin?: Duration }
}

/** Who sets limits, and why: kept beside them for whoever wonders, and in the line that the client logs. */
export interface LimitsNote {
  readonly by?: string
  readonly reason?: string
}

/** Strict: a limit whose name is misspelt would otherwise lift the one that was meant. */
const inputSchema = z.strictObject(limitFields('leave it out for the configured one'))

const noteSchema = z.strictObject(NOTE_FIELDS)

export function toNote(given: LimitsNote): Pick<LimitOverride, 'by' | 'reason'> {
  const note = noteSchema.safeParse(given)
  if (!note.success) throw toConfigurationError(note.error, 'note')
  return saidOf(note.data)
}

/** @throws ConfigurationError that names the wrong limit, or what is wrong with the note */
export function toOverride(
  queue: QueueConfig,
  limits: LimitsInput | null,
  note: LimitsNote = {},
): LimitOverride | undefined {
  const said = toNote(note)
  if (limits === null) return undefined
  const input = inputSchema.safeParse(limits)
  if (!input.success) throw toConfigurationError(input.error, 'limits')
  const { concurrency, rateLimit } = input.data
  const most = queue.shards * mostSlots(queue)
  if (concurrency !== undefined && concurrency > most)
    throw new ConfigurationError(
      'concurrency',
      `${queue.shards} shards of queue "${queue.name}" hold at most ${most} jobs: configure more shards`,
    )
  return {
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(rateLimit ? { rateLimit: toRate(rateLimit) } : {}),
    ...said,
  }
}

/** @throws ConfigurationError if `until` is neither a date nor a duration, or the note makes no sense */
export function toSlowDown(
  until: Date | Duration | null,
  note: LimitsNote = {},
  now: number,
): SlowDown | undefined {
  const { by, reason = 'somebody asked for it' } = toNote(note)
  if (until === null) return undefined
  const at = until instanceof Date ? until.getTime() : now + (parseDuration(until) ?? Number.NaN)
  if (!Number.isFinite(at))
    throw new ConfigurationError('until', 'it is no date and no duration like "30s", "5m" or "1h"')
  return { until: boundedUntil(at, now), reason, ...(by === undefined ? {} : { by }) }
}
