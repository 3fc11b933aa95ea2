/** The clock stands still in some runs with schedules: for up to an hour there is neither a tick nor a sweep. */
import type { SimRandom } from '../world/random.ts'
import type { RunSpan } from './plan.ts'

export interface ClockOutage {
  readonly from: number
  readonly until: number
}

const MINUTE_MS = 60_000

/** Such a run goes on for longer, so that there is time before and after. */
export const longerFor = (random: SimRandom, end: number): number =>
  end + random.pick([5, 20, 60]) * MINUTE_MS

/** It is over when faults are. */
export function drawClockOutage(random: SimRandom, { begin, end }: RunSpan): ClockOutage {
  const span_ms = end - begin
  const lasts_ms = Math.min(
    60 * MINUTE_MS,
    random.int(Math.floor(span_ms / 4), Math.floor((span_ms * 3) / 4)),
  )
  const from = random.int(begin, end - lasts_ms)
  return { from, until: from + lasts_ms }
}
