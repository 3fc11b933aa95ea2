/** What an API allows: the same numbers are told to Sluice and to the service that checks them. */
export interface ApiLimits {
  /** Units in use simultaneously: a call uses one, unless it says otherwise. */
  readonly concurrency: number
  /** Calls in any window of `period_ms`. Absent: any number. */
  readonly allowed?: number | undefined
  readonly period_ms?: number | undefined
  /** How many of the units are kept for one customer: all others share the rest. */
  readonly kept?: { readonly customerId: string; readonly units: number } | undefined
}

/** A customer's CRM limits both. */
export interface CrmLimits extends ApiLimits {
  readonly allowed: number
  readonly period_ms: number
}
