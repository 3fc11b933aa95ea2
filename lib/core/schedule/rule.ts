/** When a schedule ticks: by a cron expression in a zone, by an interval, or one time. All times are epoch ms. */

export interface CronRule {
  readonly kind: 'cron'
  /** Five fields, or six with seconds first. */
  readonly cron: string
  /** An IANA name. */
  readonly timeZone: string
}
export interface IntervalRule {
  readonly kind: 'every'
  readonly every_ms: number
  /** Ticks are at this time plus whole intervals: 0 aligns them to the clock. */
  readonly from: number
}
export interface OnceRule {
  readonly kind: 'at'
  readonly at: number
}
export type Rule = CronRule | IntervalRule | OnceRule
