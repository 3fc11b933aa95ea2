/**
 * How what people set at run time composes: the limits and the pause of an override are changed each by itself. So whoever
 * resumes gives back what is in force without the pause, also if somebody has set limits meanwhile; and whoever sets limits
 * of what is paused resumes nothing.
 */
import type { LimitOverride } from './limits.ts'

/** Who pauses, and why. */
export type Pause = NonNullable<LimitOverride['paused']>

type Change = (override: LimitOverride | undefined) => LimitOverride | undefined

/** @param limits `undefined` for those that are configured */
export const withLimits =
  (limits: LimitOverride | undefined): Change =>
  (override) =>
    override?.paused ? { ...limits, paused: override.paused } : limits

export const paused =
  (pause: Pause): Change =>
  (override) => ({ ...override, paused: pause })

export const resumed: Change = (override) => {
  if (!override?.paused) return override
  const { paused: _paused, ...limits } = override
  const { concurrency, rateLimit, guaranteed } = limits
  return [concurrency, rateLimit, guaranteed].every((limit) => limit === undefined) ? undefined : limits
}
