/**
 * I8: what a handler has asked for stands in the item of its partition, or of the limiter that it names, when its slot is free; and its
 * outcome is counted by then, if its queue adapts to that.
 */
import type { ShardKey } from '../../../lib/core/keys.ts'
import type { ShardState } from '../../../lib/core/shard/state.ts'
import type { HandlerPlan } from '../workloads/plan.ts'
import { POOL } from '../workloads/queues.ts'
import type { Version } from '../workloads/versions.ts'
import type { Effect } from '../world/events.ts'
import type { Invocation } from '../world/invocation.ts'
import type { Check, Seen } from './check.ts'
import { isWritten } from './claims.ts'
import { flightsIn } from './flights.ts'
import { isAlwaysAdaptive } from './i8-throttled.ts'
import { ownerOf, readShard } from './keys.ts'
import type { AttemptTruth } from './lineage.ts'

interface Freed {
  readonly shard: string
  /** The ids of the slots. */
  readonly holders: readonly string[]
  readonly before: ShardState
  readonly after: ShardState
  readonly by: Invocation
  readonly isPass: boolean
}

export const askedIsWritten = (): Check => {
  /** Attempts that their own worker has ended, and whose slot it is about to free. */
  const ended = new Set<AttemptTruth>()
  return {
    name: 'I8 asked for',
    after(event, seen) {
      if (event.kind === 'over') for (const one of ended) if (one.by === event.by) ended.delete(one)
      // Its job stands as it was: nothing else is written.
      if (event.kind === 'attemptEnded' && event.how === 'slowed') {
        const slowed = seen.truth.attempts.findLast((one) => one.pk === event.pk && one.sk === event.sk)
        if (slowed?.by === event.by) ended.add(slowed)
      }
      if (event.kind !== 'effect') return
      const { effect, by } = event
      const key = keyOfEnd(effect)
      const last = key && seen.truth.attempts.findLast((one) => one.pk === key.pk && one.sk === key.sk)
      if (last?.by === by && last.end !== undefined && last.end !== 'crashed') ended.add(last)
      const freed = freedBy(effect, by)
      if (!freed) return
      for (const one of ended)
        if (isOf(freed, one)) {
          ended.delete(one)
          if (!seen.truth.troubled.has(by)) judge(freed, one, seen)
        }
    },
  }
}

/** The item whose end is written, as its handler has ended. */
function keyOfEnd(effect: Effect): { readonly pk: string; readonly sk: string } | undefined {
  if (effect.op === 'bury')
    return effect.outcome === 'buried' && effect.letter.reason === 'exhausted' ? effect.key : undefined
  if (effect.op === 'remove') return effect.outcome === 'removed' ? effect.key : undefined
  return effect.op === 'replace' && effect.outcome === 'replaced' ? effect.key : undefined
}

function freedBy(effect: Effect, by: Invocation): Freed | undefined {
  if (by.fn !== 'worker') return undefined
  if (isWritten(effect)) {
    const { shard, change, read, outcome } = effect
    return { shard, holders: change.drop, before: read, after: outcome.state, by, isPass: true }
  }
  if (effect.op !== 'release' || effect.outcome.kind !== 'released' || !effect.before) return undefined
  const { shard, holder, before, outcome } = effect
  return { shard, holders: [holder.id], before, after: outcome.state, by, isPass: false }
}

const isOf = ({ shard, holders, before, by }: Freed, { pk, id, by: own }: AttemptTruth): boolean =>
  own === by &&
  pk === shard &&
  flightsIn(before.slots).some((flight) => flight.id === id && holders.includes(flight.holder))

function judge(freed: Freed, attempt: AttemptTruth, seen: Seen): void {
  if (attempt.end === 'slowed') judgeSlowed(freed, attempt, seen)
  else judgeOutcome(freed, attempt, seen)
}

/** A plain shard says it in its own pass; if there is none, it is written later. */
function judgeSlowed(
  { shard, by, isPass }: Freed,
  attempt: AttemptTruth,
  { truth, tables, fail }: Seen,
): void {
  const { plan, now } = truth
  const for_ms = slowOf(attempt)
  if (for_ms === undefined || attempt.standing?.cancelled) return
  const limiter = isOfPool(attempt, for_ms, plan.versions[by.version] ?? plan.versions[0])
    ? LIMITER
    : undefined
  const item = limiter ? (`$limiter|${limiter}` as ShardKey) : ownerOf(shard)
  const until = (attempt.endedAt ?? 0) + for_ms - 2 * plan.maxSkew_ms
  if (until <= now + 2 * plan.maxSkew_ms || (item === shard && !isPass)) return
  // Somebody may have lifted it meanwhile.
  if (plan.limiterActs.some(({ name, what }) => name === limiter && what === 'slow')) return
  const slowed = tables.states.get(item)?.slowed?.until ?? 0
  if (slowed < until)
    fail(`${attempt.pk} ${attempt.sk} has asked for a slow-down of ${item} until ${until}, not ${slowed}`)
}

const LIMITER = `pool|${POOL}`

/** Of a payload that is kept outside nobody else knows what it says. */
function slowOf({ standing }: AttemptTruth): number | undefined {
  const payload = standing?.item['payload'] as { readonly handler?: HandlerPlan } | undefined
  return payload?.handler?.slow_ms
}

/** As `workloads/handlers.ts` throws it; a pool that does not cover the job is none that it can speak for. */
function isOfPool({ pk }: AttemptTruth, for_ms: number, { input }: Version): boolean {
  const [queue = '', , last = ''] = pk.split('|')
  const isOfLane = /(^|\+)pool\.p(\*|\.|\+|$)/.test(last)
  const pools = Object.hasOwn(input.queues, queue) ? input.queues[queue]?.pools : undefined
  return for_ms % 2 !== 0 && (isOfLane || pools?.[POOL] !== undefined)
}

/** Of a batch it depends on all of its jobs; of what somebody has cancelled nobody counts it. */
function judgeOutcome(
  { shard, before, after, isPass }: Freed,
  attempt: AttemptTruth,
  { truth, fail }: Seen,
): void {
  const { queue } = readShard(shard)
  const isBatched = truth.plan.versions.some(({ input }) => input.queues[queue]?.batch)
  if (!isAlwaysAdaptive(truth.plan, queue) || isBatched || attempt.standing?.cancelled) return
  const what = attempt.end === 'succeeded' ? 'ok' : 'failed'
  if (!isPass) {
    if ((after.outcomes?.[what] ?? 0) <= (before.outcomes?.[what] ?? 0))
      fail(`${shard} has been given a slot back, and nobody counts that its attempt has ${what}`)
    return
  }
  const { last = '', since = 0 } = after.adaptive ?? {}
  const isChanged = last === '' && Math.abs(truth.now - since) < CHANGED_MS
  if (!isChanged && !last.endsWith(what === 'ok' ? '0' : '1'))
    fail(`${shard} judges by "${last}", and its last attempt has ${what}`)
}

/** A change begins anew, with the time of the pass. */
const CHANGED_MS = 15_000
