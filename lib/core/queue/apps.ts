/** Apps of the configuration, and the queues whose concurrency comes from the rate of one. */
import * as z from 'zod'
import { ConfigurationError } from '../errors.ts'
import { QUEUE_NAME } from '../keys.ts'
import type { Derivation } from '../limits/app-rate.ts'
import { type AppRate, appRateSchema } from '../limits/derived.ts'
import { MOST_ALLOWED } from '../limits/limits.ts'
import { clipValue } from '../text/clip.ts'

/** By name: how many calls an app's API takes. */
export const appsSchema = z.record(
  z.string().regex(QUEUE_NAME, 'an app name has letters, digits, _ and -, at most 64'),
  appRateSchema,
)

export const appFields = {
  /** The app from whose rate a partition's concurrency is derived. Excludes `concurrency`. */
  app: z.string().optional(),
  /** A partition of an app has at least so many slots. Default: 1. */
  floor: z.int().min(1).max(MOST_ALLOWED).optional(),
}

interface AppInput {
  readonly app?: string | undefined
  readonly floor?: number | undefined
  readonly concurrency?: number | undefined
}

/** @throws ConfigurationError that names the path of a mistake */
export function derivationOf(
  apps: Readonly<Record<string, AppRate>>,
  queue: string,
  { app, floor, concurrency }: AppInput,
): Derivation | undefined {
  const refuse = (key: string, problem: string) => new ConfigurationError(`queues.${queue}.${key}`, problem)
  if (app === undefined) {
    if (floor !== undefined) throw refuse('floor', 'it is the least that an app gives: name the app, too')
    return undefined
  }
  if (concurrency !== undefined)
    throw refuse('concurrency', 'it is derived from the rate of the app: leave out one of the two')
  const rate = Object.hasOwn(apps, app) ? apps[app] : undefined
  if (!rate) throw refuse('app', noApp(apps, app))
  return { app, rate, floor: floor ?? 1 }
}

/** The name may come from anywhere. */
export const noApp = (apps: Readonly<Record<string, AppRate>>, name: unknown): string =>
  `there is no app "${clipValue(name)}"; there are: ${Object.keys(apps).join(', ') || 'none'}`
