/** Jobs that no function knows: when somebody looks again, and when no deploy can be under way any more. */

/** After so long a queue or a task that nobody knows is a mistake. */
export const UNKNOWN_FOR_MS = 86_400_000

const SOONEST_LOOK_MS = 5000
const LATEST_LOOK_MS = 900_000

/** Soon at first, then less and less often. */
export const unknownDelay = (since: number, now: number): number =>
  Math.round(Math.min(LATEST_LOOK_MS, Math.max(SOONEST_LOOK_MS, (now - since) / 2)))

/** What this configuration makes of an item or a wish, or why it makes nothing of it. */
export type ParsedHere<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false
      readonly reason: string
      /** Its queue, or its queue's partition rule, is not in this configuration. It may be in a newer one. */
      readonly isUnknown: boolean
    }
