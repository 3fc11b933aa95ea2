/** When a failed attempt is made again. */
export interface RetryPolicy {
  /** How often a job is tried in all, the first time included. */
  readonly attempts: number
  readonly backoff_ms: number
  readonly factor: number
  readonly maxBackoff_ms: number
  /** 0: none. 1: full jitter, anywhere between 0 and the backoff. */
  readonly jitter: number
}

/**
 * Exponential backoff with jitter: `min(max, backoff × factor^(attempt − 1))`, of which a share of up to `jitter`
 * is taken off at random. See "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
 * @param attempt the attempt that failed, from 1
 * @param random from 0 (inclusive) to 1 (exclusive)
 */
export function retryDelay(policy: RetryPolicy, attempt: number, random: number): number {
  const growth = Math.min(policy.factor ** (attempt - 1), Number.MAX_VALUE) // 0 × infinity is not a number
  const full = Math.min(policy.maxBackoff_ms, policy.backoff_ms * growth)
  return Math.round(full * (1 - policy.jitter * random))
}
