/** I8: once a call has returned that pauses a total or a pool, or slows it down, nothing that it covers is claimed, in any queue. */
import type { Check } from './check.ts'
import { isWritten } from './claims.ts'
import { coveringOf } from './i1-limiters.ts'

/** Whoever claims by another configuration, which knows no such limiter, has begun by then. */
const PASS_MS = 60_000

export const heldStartNothing = (): Check => {
  const held = new Map<string, number>()
  return {
    name: 'I8 held',
    after(event, { truth, fail }) {
      if (event.kind === 'limiterHeld') held.set(event.name, event.until)
      if (event.kind === 'limiterLifted') held.delete(event.name)
      if (event.kind !== 'effect' || !isWritten(event.effect)) return
      const { shard, change } = event.effect
      const version = truth.limits.onlyVersion(truth.now - PASS_MS, truth.now)
      if (version === undefined || Object.keys(change.take).length === 0) return
      for (const name of coveringOf(truth.plan, version, { pk: shard }).keys())
        if (truth.now + 2 * truth.plan.maxSkew_ms < (held.get(name) ?? 0))
          fail(`${shard} claims ${Object.keys(change.take)}, and ${name} is held`)
    },
  }
}
