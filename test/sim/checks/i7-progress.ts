/**
 * I7 and liveness: once faults are off, a shard that has a due job, a slot to spare and a start to spare in its rate
 * starts something soon, whatever the others do, unless all workers are busy. How soon: `i7-bound.ts`.
 */

import type { Tables } from '../../../lib/adapters/memory/tables.ts'
import { CLAIMED_AHEAD_MS } from '../../../lib/core/times.ts'
import type { Check } from './check.ts'
import { coveringOf, usedOf } from './i1-limiters.ts'
import { ratesOver } from './i2-limiters.ts'
import { boundOf, isBoundAlways } from './i7-bound.ts'
import { ownerOf, readShard } from './keys.ts'
import { isRunnableIn } from './runnable.ts'
import type { Truth } from './truth.ts'

/** A worker that has just become free may be needed by somebody else. */
const SCARCE_MS = 10_000
/** Only a worker sees what is wrong with it. */
const NEEDS_A_WORKER = 'no plan'
/** A start may be on record a little before its time. */
const AHEAD_MS = CLAIMED_AHEAD_MS + 50

export interface Progress extends Check {
  /** Looks at every shard; called now and then, once faults are off. */
  look(seen: Parameters<NonNullable<Check['after']>>[1]): void
  /** The longest that a shard had to wait, with all it needs but what a fault had left behind. */
  readonly slowest_ms: () => number
}

export const progress = (): Progress => {
  const idleSince = new Map<string, number>()
  let slowest_ms = 0
  return {
    name: 'I7 progress',
    slowest_ms: () => slowest_ms,
    after(event) {
      if (event.kind === 'attemptStarted') idleSince.delete(event.pk)
    },
    look({ truth, tables, fail }) {
      const bound = boundOf(truth.plan)
      // Shards that share a few units take turns, and wait for one another's dead attempts, one after the other.
      const boundOfOne = (shard: string): number => {
        const turns = turnsBefore(truth, tables, shard)
        return bound * (isBoundAlways(truth.plan) ? turns : Math.min(2, turns))
      }
      const scarce = truth.now - truth.allWorkersBusyAt < SCARCE_MS
      for (const shard of new Set([...tables.jobs.keys(), ...idleSince.keys()])) {
        if (scarce || !couldStart(shard)) {
          idleSince.delete(shard)
          continue
        }
        const since = idleSince.get(shard) ?? truth.now
        idleSince.set(shard, since)
        slowest_ms = Math.max(slowest_ms, truth.now - since)
        if (truth.now - since > boundOfOne(shard))
          fail(`${shard} could start a job for ${truth.now - since} ms and does not`)
      }

      if (isBoundAlways(truth.plan))
        for (const { pk, sk, since, item, lineage } of truth.standing.values())
          if (lineage.malformed && item['payload'] !== NEEDS_A_WORKER && truth.now - since > bound)
            fail(`${pk} ${sk} can never run, and stands there for ${truth.now - since} ms`)

      function couldStart(shard: string): boolean {
        const { partition } = readShard(shard)
        const [limits, ...others] = truth.limits.ofPartition(partition, truth.now, truth.now)
        const version = truth.limits.versionInForce(truth.now)
        if (!limits || others.length > 0 || version === undefined) return false
        const running = [...truth.running].filter((attempt) => attempt.pk === shard)
        const due = [...(tables.jobs.get(shard)?.keys() ?? [])].some((sk) => {
          const standing = truth.at(shard, sk)
          return (
            standing &&
            !standing.lineage.malformed &&
            isRunnableIn(truth.plan, version, standing) &&
            standing.runAt + 2 * truth.plan.maxSkew_ms <= truth.now &&
            !running.some(({ id }) => id === standing.id)
          )
        })
        if (!due || limits.concurrency === 0 || isSlowed(tables, shard, truth.now - SLOWED_MS)) return false
        if (truth.runningIn(partition).length >= limits.concurrency) return false
        if (!hasUnits(truth, shard, version)) return false
        if (!hasSharedStart(truth, tables, shard, version)) return false
        const { rate } = limits
        if (!rate) return true
        if (rate.allowed === 0) return false
        const span =
          rate.period_ms + rate.margin_ms + rate.period_ms / 10 + 2 * truth.plan.maxSkew_ms + AHEAD_MS
        const counted = truth.counted.filter(
          (one) => one.partition === partition && one.at > truth.now - span,
        )
        return counted.length < rate.allowed
      }
    },
  }
}

/** Whoever is woken for the end of a slow-down may be late. */
const SLOWED_MS = 10_000

const isSlowed = ({ states }: Tables, shard: string, since: number): boolean =>
  (states.get(ownerOf(shard))?.slowed?.until ?? 0) > since

/** How many shards with jobs there are that may have units before this one has its turn, itself counted. */
function turnsBefore({ plan, limits, now }: Truth, tables: Tables, shard: string): number {
  const namesOf = (pk: string): string[] => [
    readShard(pk).partition,
    ...coveringOf(plan, limits.versionInForce(now) ?? 0, readShard(pk).queue).map(({ name }) => name),
  ]
  const own = new Set(namesOf(shard))
  const others = [...tables.jobs].filter(
    ([pk, jobs]) => pk !== shard && jobs.size > 0 && namesOf(pk).some((name) => own.has(name)),
  )
  return 1 + others.length
}

/** Whoever waits for a start has been granted one; whoever asks now finds one free. */
function hasSharedStart({ plan, now }: Truth, { states }: Tables, shard: string, version: number): boolean {
  const rates = ratesOver(plan, version, readShard(shard).queue)
  if (rates.length > 0 && (states.get(shard)?.granted?.until ?? 0) > now - GRANTED_MS) return false
  return rates.every(({ name, allowed, period_ms, margin_ms, costOf }) => {
    const queues = Object.keys((plan.versions[version] ?? plan.versions[0]).input.queues)
    const most = Math.max(...queues.map((queue) => costOf(queue) ?? 0))
    const span = 1.1 * period_ms + margin_ms + 2 * plan.maxSkew_ms + AHEAD_MS
    const counted = Object.entries(states.get(`$limiter|${name}`)?.window ?? {})
    const used = counted.reduce((sum, [end, count]) => sum + (Number(end) > now - span ? count : 0), 0)
    return used + most <= allowed
  })
}

/** Whoever is woken for a start may be late. */
const GRANTED_MS = 10_000

/** Nobody passes by the job that has waited for longest, which may use more units than all others. */
const hasUnits = ({ plan, running }: Truth, shard: string, version: number): boolean =>
  coveringOf(plan, version, readShard(shard).queue).every((covering) => {
    const queues = Object.keys((plan.versions[version] ?? plan.versions[0]).input.queues)
    const most = Math.max(...queues.map((queue) => covering.weightOf(queue) ?? 0))
    return usedOf(covering, running) + most <= covering.units
  })
