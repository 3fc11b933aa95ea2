/** Rates of EventBridge's schedules. */
const UNITS_MS: Record<string, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 }

/** The period of `rate(1 minute)`. A `cron(…)` has none: such a rule only fires by hand locally. */
export function parseRate(expression: string): number | undefined {
  const [, count, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? []
  const unit_ms = UNITS_MS[unit ?? '']
  return unit_ms === undefined ? undefined : Number(count) * unit_ms
}
