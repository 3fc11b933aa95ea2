/**
 * A clock that goes on by being asked, and not by itself: on a machine that is busy with something else no start that was granted
 * is over before its job comes, so what is counted is the same everywhere.
 */
import type { Clock } from '../lib/ports/clock.ts'

const STEP_MS = 1

export function steadyClock(): Clock {
  let now = Date.now()
  return {
    now: () => (now += STEP_MS),
    sleep: async (duration_ms) => {
      now += duration_ms
    },
  }
}
