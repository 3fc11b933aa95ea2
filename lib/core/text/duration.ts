/** Durations as people write them. */
import * as z from 'zod'

/** A number with a unit: `250ms`, `30s`, `5m`, `2h`, `1d`. One without is milliseconds, everywhere: 3600 is 3.6 s, an hour is `1h`. */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** The duration in milliseconds, or `undefined` if the text is not a duration. */
export function parseDuration(duration: unknown): number | undefined {
  if (typeof duration === 'number') return Number.isFinite(duration) ? Math.round(duration) : undefined
  if (typeof duration !== 'string') return undefined
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(duration.trim())
  if (!match) return undefined
  const [, amount, unit] = match
  return Math.round(Number(amount) * (UNIT_MS[unit ?? ''] ?? Number.NaN))
}

/** Milliseconds, in whatever form they were given. Both bounds are allowed. */
export const durationBetween = (min_ms: number, max_ms: number) =>
  z
    .custom<Duration>(
      (value) => parseDuration(value) !== undefined,
      'a duration is a number of ms or text like "30s", "5m", "1h"',
    )
    .transform((value) => parseDuration(value) as number)
    .pipe(z.number().min(min_ms).max(max_ms))
