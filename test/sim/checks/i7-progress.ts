/**
 * I7 and liveness: once faults are off, a shard that has a due job, a slot to spare and a start to spare in its rate
 * starts something soon, whatever the others do, unless all workers are busy. How soon: `i7-bound.ts`.
 */

import type { Tables } from '../../../lib/adapters/memory/tables.ts'
import type { ShardKey } from '../../../lib/core/keys.ts'
import { CLAIMED_AHEAD_MS, LINE_LOOK_LATEST_MS } from '../../../lib/core/times.ts'
import { MOST_COST } from '../workloads/costs.ts'
import { isHeld } from '../workloads/limiter-acts.ts'
import { ADAPTIVE } from '../workloads/queues.ts'
import { longestLineIn } from '../workloads/short-lines.ts'
import type { Check } from './check.ts'
import { busyIn, firstOfCalls } from './flights.ts'
import { type Covered, coveringOf, usedOf, useOf } from './i1-limiters.ts'
import { ratesOver } from './i2-limiters.ts'
import { boundOf, isBoundAlways } from './i7-bound.ts'
import { asSet, keptOf, lacksGuaranteed } from './i7-guaranteed.ts'
import { ownerOf, readShard } from './keys.ts'
import type { Rate } from './limits.ts'
import { isRefusedByAny, isRunnableIn } from './runnable.ts'
import type { Truth } from './truth.ts'

/** A worker that has just become free may be needed by somebody else. */
const SCARCE_MS = 10_000
/** A start may be on record a little before its time. */
const AHEAD_MS = CLAIMED_AHEAD_MS + 50

/** Who waits for a rate stands in no line: that it is not held any more shows at the next look, as is written down. */
const SEEN_AFTER_MS = 60_000

export interface Progress extends Check {
  /** Looks at every shard; called now and then, once faults are off. */
  look(seen: Parameters<NonNullable<Check['after']>>[1]): void
  /** The longest that a shard had to wait, with all it needs but what a fault had left behind. */
  readonly slowest_ms: () => number
}

interface Idle {
  readonly since: number
  /** The most that there were: one that has had its turn, and has no jobs any more, took the time for it all the same. */
  readonly turns: number
}

export const progress = (): Progress => {
  const idle = new Map<string, Idle>()
  const lifted = new Map<string, number>()
  let slowest_ms = 0
  return {
    name: 'I7 progress',
    slowest_ms: () => slowest_ms,
    after(event, { truth }) {
      if (event.kind === 'attemptStarted') idle.delete(event.pk)
      if (event.kind === 'limiterLifted') lifted.set(event.name, truth.now)
    },
    look({ truth, tables, fail }) {
      const bound = boundOf(truth.plan)
      // Who finds a line full looks again by itself, at a time that is drawn.
      const keptOut_ms = longestLineIn(truth.plan) ? 1.5 * LINE_LOOK_LATEST_MS + bound : 0
      // Shards that share a few units take turns, and wait for one another's dead attempts, one after the other.
      const boundOfOne = (turns: number): number =>
        bound * (isBoundAlways(truth.plan) ? turns : Math.min(2, turns)) + keptOut_ms
      const scarce = truth.now - truth.allWorkersBusyAt < SCARCE_MS
      for (const shard of new Set([...tables.jobs.keys(), ...idle.keys()])) {
        if (scarce || !couldStart(shard)) {
          idle.delete(shard)
          continue
        }
        const known = idle.get(shard)
        const since = known?.since ?? truth.now
        const turns = Math.max(known?.turns ?? 0, turnsBefore(truth, tables, shard))
        idle.set(shard, { since, turns })
        slowest_ms = Math.max(slowest_ms, truth.now - since)
        if (truth.now - since > boundOfOne(turns))
          fail(`${shard} could start a job for ${truth.now - since} ms and does not`)
      }

      if (isBoundAlways(truth.plan))
        for (const one of truth.standing.values())
          if (isRefusedByAny(one) && truth.now - one.since > bound)
            fail(`${one.pk} ${one.sk} can never run, and stands there for ${truth.now - one.since} ms`)

      function couldStart(shard: string): boolean {
        const { partition, queue } = readShard(shard)
        const [limits, ...others] = truth.limits.ofPartition(partition, truth.now, truth.now)
        const version = truth.limits.versionInForce(truth.now)
        if (!limits || others.length > 0 || version === undefined) return false
        // Until its resumption has ended, or limits are raised: then all that waits has been woken.
        if (tables.queuePauses?.has(queue) || tables.queueLimits?.get(queue)?.waking) return false
        const running = [...truth.running].filter((attempt) => attempt.pk === shard)
        const busy = busyIn(tables.states.get(shard as ShardKey)?.slots, running)
        const due = [...(tables.jobs.get(shard)?.keys() ?? [])].find((sk) => {
          const standing = truth.at(shard, sk)
          return (
            standing &&
            !standing.lineage.malformed &&
            isRunnableIn(truth.plan, version, standing) &&
            standing.runAt + waitOf(truth.plan, shard) + 2 * truth.plan.maxSkew_ms <= truth.now &&
            !busy.has(standing.id)
          )
        })
        if (due === undefined || limits.concurrency === 0 || isSlowed(tables, shard, truth.now - SLOWED_MS))
          return false
        if (firstOfCalls(truth.runningIn(partition)).length >= limits.concurrency) return false
        const job = { pk: shard, item: truth.at(shard, due)?.item }
        if (!hasUnits(truth, tables, job, version)) return false
        if (!hasSharedStart(truth, tables, job, version)) return false
        const covering = [...coveringOf(truth.plan, version, job).keys()]
        const rates = ratesOver(truth.plan, version, job).map(({ name }) => name)
        if ([...covering, ...rates].some((name) => isHeld({ tables }, name, truth.now - SLOWED_MS)))
          return false
        if (rates.some((name) => truth.now - (lifted.get(name) ?? Number.NEGATIVE_INFINITY) < SEEN_AFTER_MS))
          return false
        const { rate } = limits
        if (!rate) return true
        if (rate.allowed === 0) return false
        if (isThrottled(tables, shard) && (isSpread(tables, shard) || rate.costs)) return false
        if (rate.costs) return hasOwnStart(truth, tables, shard, rate)
        const period_ms = rate.period_ms * (isThrottled(tables, shard) ? ADAPTIVE.most : 1)
        const span = period_ms + rate.margin_ms + period_ms / 10 + 2 * truth.plan.maxSkew_ms + AHEAD_MS
        const counted = truth.counted.filter(
          (one) => one.partition === partition && one.at > truth.now - span,
        )
        return counted.length < rate.allowed
      }
    },
  }
}

/** For how long a job may wait for others that go with it, by whatever version. */
const waitOf = ({ versions }: Truth['plan'], shard: string): number =>
  Math.max(0, ...versions.map(({ config }) => config.queues[readShard(shard).queue]?.batch?.wait_ms ?? 0))

/** Whoever is woken for the end of a slow-down may be late. */
const SLOWED_MS = 10_000

const isSlowed = ({ states }: Tables, shard: string, since: number): boolean =>
  (states.get(ownerOf(shard))?.slowed?.until ?? 0) > since

/**
 * How many shards with jobs there are that may have units before this one has its turn, itself counted. Where its partition
 * lacks what is guaranteed to it, only those of its own.
 */
function turnsBefore(truth: Truth, tables: Tables, shard: string): number {
  const { plan, limits, now } = truth
  // The jobs of a lane are alike.
  const firstOf = (pk: string) => truth.at(pk, [...(tables.jobs.get(pk)?.keys() ?? [])][0] ?? '')?.item
  const { partition } = readShard(shard)
  const namesOf = (pk: string): string[] => [
    readShard(pk).partition,
    ...[...coveringOf(plan, limits.versionInForce(now) ?? 0, { pk, item: firstOf(pk) })]
      .filter(([name, covering]) => !lacksGuaranteed(tables, asSet(tables, name, covering), partition))
      .map(([name]) => name),
  ]
  const own = new Set(namesOf(shard))
  const others = [...tables.jobs].filter(
    ([pk, jobs]) => pk !== shard && jobs.size > 0 && namesOf(pk).some((name) => own.has(name)),
  )
  return 1 + others.length
}

/** Whoever waits for a start has been granted one; whoever asks now finds one free. */
function hasSharedStart({ plan, now }: Truth, { states }: Tables, job: Covered, version: number): boolean {
  const rates = ratesOver(plan, version, job)
  const { granted } = states.get(job.pk as ShardKey) ?? {}
  if (rates.length > 0 && (granted?.until ?? 0) > now - GRANTED_MS) return false
  return rates.every(({ name, allowed, period_ms, margin_ms, costOf }) => {
    const queues = Object.keys((plan.versions[version] ?? plan.versions[0]).input.queues)
    const most = Math.max(
      costOf(job) ?? 1,
      Math.min(MOST_COST, allowed),
      ...queues.map((queue) => costOf({ pk: queue }) ?? 0),
    )
    const span = 1.1 * period_ms + margin_ms + 2 * plan.maxSkew_ms + AHEAD_MS
    const counted = Object.entries(states.get(`$limiter|${name}` as ShardKey)?.window ?? {})
    const used = counted.reduce((sum, [end, count]) => sum + (Number(end) > now - span ? count : 0), 0)
    return used + most <= allowed
  })
}

/** The same of a partition's rate that counts what jobs cost. */
function hasOwnStart({ plan, now }: Truth, { states }: Tables, shard: string, rate: Rate): boolean {
  if ((states.get(shard as ShardKey)?.granted?.until ?? 0) > now - GRANTED_MS) return false
  const window = states.get(`$limiter|rate|${ownerOf(shard)}` as ShardKey)?.window ?? {}
  const span = 1.1 * rate.period_ms + rate.margin_ms + 2 * plan.maxSkew_ms + AHEAD_MS
  const used = Object.entries(window).reduce(
    (sum, [end, count]) => sum + (Number(end) > now - span ? count : 0),
    0,
  )
  return used + MOST_COST <= rate.allowed
}

/** Whoever is woken for a start may be late. */
const GRANTED_MS = 10_000

/**
 * Nobody passes by the job that has waited for longest, which may use more units than all others. What is kept for others is
 * not there; what is guaranteed to its own partition is, whoever uses it still.
 */
const hasUnits = ({ plan, running }: Truth, tables: Tables, job: Covered, version: number): boolean =>
  [...coveringOf(plan, version, job)].every(([name, configured]) => {
    const { partition } = readShard(job.pk)
    const covering = asSet(tables, name, configured)
    const used = usedOf(plan, version, name, running)
    // What somebody has guaranteed at run time others may have had before.
    if (lacksGuaranteed(tables, covering, partition))
      return !isGuaranteedLater(plan, name) || used < covering.units
    const { queues } = (plan.versions[version] ?? plan.versions[0]).input
    const weights = Object.values(queues).flatMap(({ pools = {} }) => Object.values(pools))
    const most = name.startsWith('pool|')
      ? Math.max(MOST_OF_A_JOB, ...weights.map((use) => useOf(use, 'weight') ?? 0))
      : 1
    const kept = keptOf(tables, covering, partition)
    return used + most + kept <= covering.units
  })

const isGuaranteedLater = ({ limiterActs }: Truth['plan'], limiter: string): boolean =>
  limiterActs.some(({ name, limits }) => name === limiter && limits?.guaranteed !== undefined)

/** So many units of a pool a job asks for by itself. */
const MOST_OF_A_JOB = 2

/** Or may find that it is. One of many may then start so much less than it has borrowed, whatever the others have started. */
const isThrottled = ({ states }: Tables, shard: string): boolean => {
  const { adaptive, outcomes } = states.get(shard as ShardKey) ?? {}
  return (adaptive?.stretch ?? 1) > 1 || (outcomes?.failed ?? 0) > 0
}

const isSpread = ({ states }: Tables, shard: string): boolean =>
  readShard(shard).index !== undefined || states.get(shard as ShardKey)?.books !== undefined
