/** The options of `throttledBatch`: as they are written, and by default. */
import * as z from 'zod'
import { type AdaptiveInput, adaptiveSchema } from '../core/limits/adaptive-input.ts'
import { LONGEST_MS } from '../core/limits/limits.ts'
import { type Duration, durationBetween } from '../core/text/duration.ts'
import { toConfigurationError } from '../core/text/issues.ts'
import type { Pace } from './throttle.ts'

export const MOST_CONCURRENT = 10_000
export const MOST_QUEUED = 1_000_000

export interface ThrottleSettings {
  /** How many calls run simultaneously. Default: 3. */
  readonly maxConcurrent?: number
  /** The shortest time between the starts of two calls. Default: none. */
  readonly minInterval?: Duration
  /** Slows down while too many calls fail; `true` for the defaults, `false` for none. Default: `true`. */
  readonly adaptive?: boolean | AdaptiveInput
  /** How many items are taken from the iterable before they can start; it is not asked for more. Default: 50. */
  readonly maxQueue?: number
}

export interface Settings extends Pace {
  readonly maxConcurrent: number
  readonly maxQueue: number
  readonly maxErrors: number
}

/** Of another realm it is of another class. */
const isSignal = (value: unknown): boolean => {
  const { aborted, addEventListener } = Object(value) as Partial<Record<keyof AbortSignal, unknown>>
  return typeof aborted === 'boolean' && typeof addEventListener === 'function'
}

const settingsSchema = z.strictObject({
  maxConcurrent: z.int().min(1).max(MOST_CONCURRENT).default(3),
  minInterval: durationBetween(0, LONGEST_MS).default(0),
  adaptive: z.union([z.literal(false).transform(() => undefined), adaptiveSchema]).prefault(true),
  maxQueue: z.int().min(0).max(MOST_QUEUED).default(50),
  maxErrors: z.int().min(0).max(1_000_000).default(100),
  signal: z.custom(isSignal, 'is no AbortSignal').optional(),
  onProgress: z.custom((value) => typeof value === 'function', 'is no function').optional(),
})

interface Given extends ThrottleSettings {
  readonly maxErrors?: number
  readonly signal?: unknown
  readonly onProgress?: unknown
}

/** @throws ConfigurationError that names the option */
export function toSettings(options: Given): Settings {
  const result = settingsSchema.safeParse(options)
  if (!result.success) throw toConfigurationError(result.error, 'options')
  const { minInterval, signal: _, onProgress: __, ...settings } = result.data
  return { ...settings, interval_ms: minInterval }
}
