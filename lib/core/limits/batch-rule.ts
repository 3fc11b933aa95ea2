/** Several jobs as one attempt, in one slot: when, and how many. */

export interface BatchRule {
  /** So many jobs at the most. */
  readonly size: number
  /** A batch that is not full starts when one of its jobs has been due for so long. */
  readonly wait_ms: number
}
