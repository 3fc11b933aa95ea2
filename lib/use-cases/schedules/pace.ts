/** Writes one after the other at no more than so many a second, however fast they are. */
import type { Clock } from '../../ports/clock.ts'

/** So much of a second may pass in one moment: what is less than that waits for nothing. */
const BURST_MS = 100

/** Waits until one more may be begun. */
export type Pace = () => Promise<void>

export function paceOf(clock: Clock, perSecond: number): Pace {
  let begunAt = clock.now() - BURST_MS
  return async () => {
    const now = clock.now()
    begunAt = Math.max(begunAt, now - BURST_MS) + 1000 / perSecond
    if (begunAt > now) await clock.sleep(begunAt - now)
  }
}
