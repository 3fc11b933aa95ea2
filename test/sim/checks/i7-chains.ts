/**
 * I7: an invocation goes on with its own shard for a few seconds only, for whoever waits for a worker must not wait for
 * the end of another's backlog. Judged where calls take no time to speak of.
 */

import { CHAIN_MS } from '../../../lib/core/times.ts'
import type { Check } from './check.ts'
import { isWritten } from './claims.ts'

/** A pass that began in time may go round a dozen times, and be sent twice. */
const SLACK_MS = { calm: 8000, kind: 15_000 } as const

export const boundedChains: Check = {
  name: 'I7 bounded chains',
  after(event, { truth, fail }) {
    const { weather } = truth.plan
    if (weather !== 'calm' && weather !== 'kind') return
    if (event.kind !== 'effect' || event.by.fn !== 'worker' || !isWritten(event.effect)) return
    const takesOver = Object.values(event.effect.change.take).some((slot) => 'deadline' in slot)
    const since_ms = truth.now - event.by.begunAt
    if (takesOver && since_ms > CHAIN_MS + SLACK_MS[weather])
      fail(`worker#${event.by.id} takes the next job of ${event.effect.shard} after ${since_ms} ms`)
  },
}
