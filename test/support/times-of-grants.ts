/** How the durations of grants depend on each other and on the rest. */
import { expect } from 'vitest'
import * as times from '../../lib/core/times.ts'

export type Related = (failure: string, names: readonly (keyof typeof times)[], holds: () => void) => void

export function relateGrants(related: Related): void {
  related(
    'a start that was granted ahead is not lost because its message takes as long as any other',
    ['GRANTED_AHEAD_MS', 'CLAIMED_AHEAD_MS'],
    () => expect(times.GRANTED_AHEAD_MS).toBeGreaterThanOrEqual(2 * times.CLAIMED_AHEAD_MS),
  )
  related(
    'a start is granted for so long that a worker can begin first, and given up before its claim is sent again',
    ['GRANTED_FOR_MS', 'RESEND_AFTER_MS'],
    () => {
      expect(times.GRANTED_FOR_MS).toBeGreaterThan(times.GRANTED_AHEAD_MS + times.START_LEAD_MS)
      expect(times.GRANTED_FOR_MS).toBeLessThan(times.RESEND_AFTER_MS)
    },
  )
  related(
    'a start is granted for longer if messages come late, and is over when its claim is sent again',
    ['GRANTED_AT_MOST_MS', 'GRANTED_FOR_MS', 'RESEND_AFTER_MS'],
    () => {
      expect(times.GRANTED_AT_MOST_MS).toBeGreaterThan(2 * times.GRANTED_FOR_MS)
      expect(times.GRANTED_AT_MOST_MS).toBeLessThan(times.RESEND_AFTER_MS)
    },
  )
  related(
    'a job that is to expire starts in time: a wake-up may be a second late, and a message as much',
    ['BEFORE_EXPIRY_MS', 'DELAY_STEP_MS'],
    () => expect(times.BEFORE_EXPIRY_MS).toBeGreaterThan(2 * times.DELAY_STEP_MS),
  )
  related(
    'units that are kept for a start are used before anybody takes their shard for one that has died',
    ['KEPT_FOR_START_MS', 'GRANTED_AHEAD_MS', 'LATE_MS'],
    () => {
      expect(times.KEPT_FOR_START_MS).toBeGreaterThan(times.GRANTED_AHEAD_MS)
      expect(times.KEPT_FOR_START_MS).toBeLessThan(times.LATE_MS)
    },
  )
  related(
    'a rate that is no longer paused is noticed before a sweep would find its jobs',
    ['PAUSED_RATE_LOOK_MS', 'SWEEP_EVERY_MS'],
    () => expect(times.PAUSED_RATE_LOOK_MS).toBeLessThan(times.SWEEP_EVERY_MS),
  )
}
