/** What a customer's CRM allows: the same numbers are told to Sluice and to the service that checks them. */
export interface CrmLimits {
  /** Simultaneous calls. */
  readonly concurrency: number
  /** Calls in any window of `period_ms`. */
  readonly allowed: number
  readonly period_ms: number
}
