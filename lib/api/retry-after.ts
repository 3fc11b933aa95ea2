/** How a handler says that the service that it calls wants to be called later. */
import { SluiceError } from '../core/errors.ts'
import type { LimiterId } from '../core/limits/queue-limiter.ts'
import { type Duration, parseDuration } from '../core/text/duration.ts'
import { parseHttpDate } from '../core/text/http-date.ts'

/**
 * Throw it from a handler: the job goes back with no attempt spent, and its partition starts nothing before `until`
 * (bounded to between a second and a day from now). What runs already goes on.
 *
 * With the name of a total, a pool or a tag nothing that needs that starts before, in whatever queue, and the partition is free. It has to
 * cover the job: otherwise the partition is slowed down, and the reason says so. With the type of the configuration
 * another name does not compile.
 * @example throw new RetryAfterError('30s', 'their nightly backup')
 * @example throw new RetryAfterError('30s', { pool: 'hubspot', reason: 'HTTP 429 for the whole account' })
 * @example throw new RetryAfterError('30s', { tag: 'portal', each: portal, reason: 'HTTP 429 for this portal' })
 * @example throw new RetryAfterError<typeof config>('30s', { pool: 'hubspot' })
 * @example throw new RetryAfterError(response.headers.get('retry-after'))
 */
export class RetryAfterError<Configuration = unknown> extends SluiceError {
  override readonly name = 'RetryAfterError'
  /** Epoch ms. */
  readonly until: number
  readonly reason: string
  /** Of the total, the pools and the tags that cover the job, the one that starts nothing; absent for the partition. */
  readonly limiter?: LimiterId

  /**
   * @param when a date, a duration (`30s`, or a number of ms), or the header `Retry-After` as it comes: `120` or `2.0`
   *   (seconds), or an HTTP date. Whatever cannot be read, an absent header too, is taken for 30 s.
   * @param why the reason, which who reads the log or asks why jobs wait sees; or with it the limiter that is meant
   */
  constructor(
    when: Date | Duration | string | null | undefined,
    why: string | RetryAfterWhy<Configuration> = {},
  ) {
    // Without TypeScript it may be anything, and another error in place of this one would spend an attempt.
    const given = typeof why === 'string' ? { reason: why } : ((why ?? {}) as RetryAfterWhy)
    const { reason: said, ...of } = given
    const reason = typeof said === 'string' ? said : 'the service asked for it'
    super(`slow down: ${reason}`)
    this.until = timeOf(when) ?? Date.now() + OTHERWISE_MS
    this.reason = reason
    if ('pool' in of || 'total' in of || 'tag' in of || 'rate' in of) this.limiter = of
  }
}

/** The limiters of a configuration; of one whose type nobody gives, any. */
export type LimiterOf<Configuration> = Configuration extends {
  readonly queues: infer Queues
  readonly pools: infer Pools
  readonly tags: readonly { readonly key: infer Tag }[]
}
  ? LimiterId<keyof Queues & string, keyof Pools & string, Tag & string>
  : LimiterId

/** Why, and whether a limiter is meant in place of the partition. */
export type RetryAfterWhy<Configuration = unknown> =
  | { readonly reason?: string }
  | ({ readonly reason?: string } & LimiterOf<Configuration>)

const OTHERWISE_MS = 30_000

function timeOf(when: Date | Duration | string | null | undefined): number | undefined {
  if (when instanceof Date) return Number.isFinite(when.getTime()) ? when.getTime() : undefined
  if (typeof when === 'string' && /^\s*\d+(\.\d+)?\s*$/.test(when)) return Date.now() + Number(when) * 1000
  const duration = parseDuration(when)
  if (duration !== undefined) return Date.now() + duration
  return typeof when === 'string' ? parseHttpDate(when) : undefined
}

/** What `fetch` returns, as far as it is needed. */
export interface ResponseLike {
  readonly status: number
  readonly headers: { get(name: string): string | null }
}

/**
 * Throws a `RetryAfterError` if the service answers that it is called too often (429), or cannot serve now (503): for the partition, or
 * for the limiter that is named.
 * @example
 * const response = await fetch(url, { signal })
 * throwIfToRetryAfter(response)
 * throwIfToRetryAfter<typeof config>(response, { pool: 'hubspot' })
 */
export function throwIfToRetryAfter<Configuration = unknown>(
  response: ResponseLike,
  limiter?: LimiterOf<Configuration>,
): void {
  const { status, headers } = (response ?? {}) as Partial<ResponseLike>
  if (status !== 429 && status !== 503) return
  const of: Partial<LimiterId> = limiter ?? {}
  throw new RetryAfterError(retryAfterIn(headers), { reason: `HTTP ${status}`, ...of })
}

/** Without TypeScript they may be anything, and another error would spend an attempt, as above. */
function retryAfterIn(headers: ResponseLike['headers'] | undefined): string | null {
  try {
    return headers?.get('retry-after') ?? null
  } catch {
    return null
  }
}
