/** Jobs that no function knows: when somebody looks again, and when no deploy can be under way any more. */
import { clipValue } from '../text/clip.ts'
import { UNKNOWN_LATEST_MS, UNKNOWN_SOONEST_MS } from '../times.ts'
import type { Config } from './configured.ts'

/** Soon at first, then less and less often. */
export const unknownDelay = (since: number, now: number): number =>
  Math.round(Math.min(UNKNOWN_LATEST_MS, Math.max(UNKNOWN_SOONEST_MS, (now - since) / 2)))

/** What this configuration makes of an item or a wish, or why it makes nothing of it. */
export type ParsedHere<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false
      readonly reason: string
      /** Its queue, or its queue's partition rule, is not in this configuration. It may be in a newer one. */
      readonly isUnknown: boolean
      /** Another configuration may have room for it: while one is at work, it is not refused. */
      readonly byConfiguration?: true
    }

/** The name may come from anywhere. */
export const noQueue = ({ queues }: Config, name: unknown): string =>
  `there is no queue "${clipValue(name)}"; there are: ${Object.keys(queues).join(', ')}`
