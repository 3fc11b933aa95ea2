/**
 * I8: once a call has returned that pauses a total, a pool or the limit of a tag, or slows it down, nothing that it covers is claimed, in
 * any queue.
 */
import type { Effect } from '../world/events.ts'
import type { Check } from './check.ts'
import { isWritten } from './claims.ts'
import { flightsIn } from './flights.ts'
import { coveringOf } from './i1-limiters.ts'
import type { Truth } from './truth.ts'

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
      for (const name of namesOver(event.effect, version, truth))
        if (truth.now + 2 * truth.plan.maxSkew_ms < (held.get(name) ?? 0))
          fail(`${shard} claims ${Object.keys(change.take)}, and ${name} is held`)
    },
  }
}

/** What covers the jobs that are claimed. In some runs others are put in their places by hand meanwhile. */
function namesOver({ shard, change }: Pass, version: number, truth: Truth): Set<string> {
  const { plan } = truth
  const flights = plan.edits.length > 0 ? [] : flightsIn(change.take)
  const items = [undefined, ...flights.map(({ sk }) => truth.at(shard, sk)?.item)]
  return new Set(items.flatMap((item) => [...coveringOf(plan, version, { pk: shard, item }).keys()]))
}

type Pass = Extract<Effect, { op: 'pass' }>
