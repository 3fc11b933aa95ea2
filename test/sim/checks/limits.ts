/** Which limits were in force when, as the observer saw deploys and overrides take effect. */

import type { DeploymentRecord } from '../../../lib/core/deployment.ts'
import type { LimitOverride } from '../../../lib/core/limits/limits.ts'
import type { QueueInput } from '../../../lib/core/queue/config.ts'
import { APP, isDerived, numberOf } from '../workloads/app-rates.ts'
import type { Plan } from '../workloads/plan.ts'
import { knows } from '../workloads/versions.ts'
import type { Rollout } from '../world/deploys.ts'
import type { WorldEvent } from '../world/events.ts'
import { readShard } from './keys.ts'
import { KNOWN_MS, QueueLimitHistory } from './queue-limits.ts'

export interface Rate {
  readonly allowed: number
  readonly period_ms: number
  readonly margin_ms: number
  /** It counts what jobs cost. */
  readonly costs?: true
}

export interface InForce {
  readonly concurrency: number
  readonly rate: Rate | undefined
}

interface Change {
  readonly at: number
  readonly override: LimitOverride | undefined
  /** The invocation that has set it. */
  readonly by: number
  /** Until when a pass may still obey what was in force before: until the one who set it has returned. */
  heardAt: number
}

/** A function asks whether it has been replaced as its pass begins; the pass may take so long. */
export const longestPass = ({ weather }: Plan): number => (weather === 'rough' ? 120_000 : 30_000)

const isReadable = ({ weather }: Plan): boolean => weather !== 'rough' && weather !== 'refusing'

export class LimitHistory {
  /** What somebody has set for totals and pools, less than is configured, and since when all obey it. */
  readonly limiterSets = new Map<string, { readonly since: number; readonly limits: LimitOverride }>()
  /** What somebody has set for all partitions of queues. */
  readonly queues: QueueLimitHistory
  readonly #plan: Plan
  readonly #rollouts: () => readonly Rollout[]
  /** Which versions might decide by the record, and since when. */
  readonly #allowed: { readonly at: number; readonly versions: readonly number[] }[] = []
  readonly #overrides = new Map<string, Change[]>()
  /** What the rate of the app gives a partition, as configured first. */
  readonly #numbers: { readonly concurrency: number; readonly from: number; until: number }[] = []

  constructor(plan: Plan, rollouts: () => readonly Rollout[]) {
    this.#plan = plan
    // Who cannot read what is set goes by what it has read before, for as long as it lives.
    const blind_ms = isReadable(plan) ? 0 : plan.workerTimeout_ms
    this.queues = new QueueLimitHistory(KNOWN_MS + longestPass(plan) + blind_ms)
    this.#rollouts = rollouts
    this.#allowed.push({ at: Number.NEGATIVE_INFINITY, versions: [0] })
    const app = plan.versions[0].config.apps[APP]
    if (app) this.#rateSet(numberOf(app.rate), false, Number.NEGATIVE_INFINITY)
  }

  overridden(
    partition: string,
    override: LimitOverride | undefined,
    { at, by }: Pick<Change, 'at' | 'by'>,
  ): void {
    const change = { at, override, by, heardAt: at + longestPass(this.#plan) }
    this.#overrides.set(partition, [...(this.#overrides.get(partition) ?? []), change])
  }

  learn(event: WorldEvent, now: number): void {
    if (event.kind === 'effect' && event.effect.op === 'saveLimits')
      this.queues.saved(event.effect.queue, event.effect.is, now)
    if (event.kind === 'limitsSet') this.#heard(readShard(event.shard).partition, event.by.id, now)
    if (event.kind === 'appRate') this.#rateSet(event.concurrency, event.isHeard, now)
    if (event.kind === 'limiterSet') this.limiterSets.set(event.name, { since: now, limits: event.limits })
    if (event.kind === 'limiterLifted') this.limiterSets.delete(event.name)
  }

  /** The rate of the app is being set, or has been. */
  #rateSet(concurrency: number, isHeard: boolean, at: number): void {
    const last = this.#numbers.at(-1)
    if (isHeard) {
      for (const before of this.#numbers.slice(0, -1)) before.until = Math.min(before.until, at)
    } else if (last?.concurrency !== concurrency)
      this.#numbers.push({ concurrency, from: at, until: Number.POSITIVE_INFINITY })
  }

  /** Every number that a partition of the app may have had at some moment from `from` to `to`. */
  #derived(from: number, to: number, { floor = 1 }: QueueInput): number[] {
    const held = this.#numbers.filter((one) => one.from <= to && one.until >= from)
    return held.map(({ concurrency }) => Math.max(floor, concurrency))
  }

  /** Who set the limit has returned: all obey that, or what another has set since. */
  #heard(partition: string, by: number, at: number): void {
    const changes = this.#overrides.get(partition) ?? []
    const own = changes.findLastIndex((change) => change.by === by)
    for (const change of changes.slice(0, own + 1)) change.heardAt = Math.min(change.heardAt, at)
  }

  recorded({ configuration, next }: DeploymentRecord, at: number): void {
    const versions = [configuration, next].flatMap((name) =>
      name === undefined ? [] : Number(name.slice(1)),
    )
    this.#allowed.push({ at, versions })
  }

  /** Whether the record let a version decide at some moment from `from` to `to`. */
  isAllowed(version: number, from: number, to: number): boolean {
    return this.#allowed.some(
      ({ at, versions }, n) =>
        at <= to && (this.#allowed[n + 1]?.at ?? Infinity) >= from && versions.includes(version),
    )
  }

  /** Every limit that a pass over a shard of the partition may have obeyed at some moment from `from` to `to`. */
  ofPartition(partition: string, from: number, to: number): InForce[] {
    const { queue } = readShard(partition)
    const changes: Change[] = [
      { at: Number.NEGATIVE_INFINITY, override: undefined, by: -1, heardAt: 0 },
      ...(this.#overrides.get(partition) ?? []),
    ]
    const overrides = changes.filter(({ at }, n) => at <= to && (changes[n + 1]?.heardAt ?? Infinity) >= from)
    const ofQueue = this.queues.of(queue, from, to)
    const versions = this.#versions(from, to).filter((version) => this.#knows(version, partition))
    return versions.flatMap((version) => {
      const plan = this.#plan.versions[version]?.queues.find(({ name }) => name === queue)
      const numbers =
        plan && isDerived(plan) ? this.#derived(from, to, plan.input) : [plan?.config.concurrency]
      const usual = numbers.flatMap((concurrency) =>
        ofQueue.map((set) =>
          combine({ ...plan?.config, ...(concurrency === undefined ? {} : { concurrency }) }, set),
        ),
      )
      return usual.flatMap((limits) => overrides.map(({ override }) => overridden(limits, override)))
    })
  }

  /** The version that decided all the while; `undefined` if there was another as well. */
  onlyVersion(from: number, now: number): number | undefined {
    const [version, ...others] = new Set(this.#versions(from, now))
    return others.length === 0 ? version : undefined
  }

  /** The version that every function has now, unless some may still have another. */
  versionInForce(now: number): number | undefined {
    return this.onlyVersion(now, now)
  }

  #knows(version: number, shard: string): boolean {
    const { config } = this.#plan.versions[version] ?? this.#plan.versions[0]
    return knows(config, shard)
  }

  /** Several, while a deploy is under way and functions of both versions may still decide. */
  #versions(from: number, to: number): number[] {
    const rollouts = this.#rollouts()
    return rollouts.flatMap(({ version, from: begun }, n) =>
      (n === 0 || begun <= to) && this.#endOf(version, rollouts[n + 1]) >= from ? [version] : [],
    )
  }

  /** Until when functions of a version that another replaces may still claim jobs. */
  #endOf(version: number, next: Rollout | undefined): number {
    if (!next) return Number.POSITIVE_INFINITY
    const lastOld = next.until + this.#plan.workerTimeout_ms
    // Who cannot read the record goes on.
    if (!isReadable(this.#plan)) return lastOld
    const forbidden = this.#allowed.find(({ at, versions }) => at >= next.from && !versions.includes(version))
    return Math.min(lastOld, (forbidden?.at ?? Infinity) + longestPass(this.#plan))
  }

  /** The rate that all shards of a partition obey now, and since when all of them have. */
  rateRegime(partition: string, now: number): { readonly rate: Rate; readonly since: number } | undefined {
    const rate = this.#onlyRate(partition, now, now)
    if (!rate) return undefined
    let since = Number.NEGATIVE_INFINITY
    for (const at of this.#boundaries(partition)) {
      if (at < now && !this.#onlyRate(partition, at, now)) since = Math.max(since, at + 1)
    }
    return { rate, since }
  }

  /** `undefined` where there is none, or more than one. */
  #onlyRate(partition: string, from: number, to: number): Rate | undefined {
    const rates = this.ofPartition(partition, from, to).map(({ rate }) => rate)
    const [first] = rates
    return rates.every((rate) => JSON.stringify(rate) === JSON.stringify(first)) ? first : undefined
  }

  #boundaries(partition: string): number[] {
    const overrides = this.#overrides.get(partition) ?? []
    return [
      ...overrides.flatMap(({ at, heardAt }) => [at, heardAt]),
      ...this.queues.boundaries(readShard(partition).queue),
      ...this.#rollouts().flatMap(({ version, from }, n, all) => [from, this.#endOf(version, all[n + 1])]),
    ]
  }
}

/** What is the same in all versions that have the queue. */
export const configuredIn = ({ versions }: Plan, queue: string) =>
  versions
    .map(({ config }) => (Object.hasOwn(config.queues, queue) ? config.queues[queue] : undefined))
    .find(Boolean)

/** A rate that somebody sets counts as the queue does. */
type Usual = InForce & { readonly costs?: true }

interface Configured {
  readonly concurrency?: number
  readonly rateLimit?: { allowed: number; period_ms: number; margin_ms: number }
  readonly costs?: true
}

function combine(configured: Configured | undefined, set: LimitOverride | undefined): Usual {
  const costs = configured?.costs ? { costs: true as const } : {}
  const rate = configured?.rateLimit && { ...configured.rateLimit, ...costs }
  return overridden({ concurrency: configured?.concurrency ?? Number.POSITIVE_INFINITY, rate, ...costs }, set)
}

function overridden(usual: Usual, override: LimitOverride | undefined): Usual {
  if (override?.paused) return { ...usual, concurrency: 0 }
  const concurrency = override?.concurrency ?? usual.concurrency
  const given = override?.rateLimit
  if (!given) return { ...usual, concurrency }
  const { allowed, period_ms } = given
  const margin_ms = given.margin_ms ?? Math.min(1000, Math.max(20, Math.round(period_ms / 40)))
  const costs = usual.costs ? { costs: true as const } : {}
  return { ...usual, concurrency, rate: { allowed, period_ms, margin_ms, ...costs } }
}
