/** Which limits were in force when, as the observer saw deploys and overrides take effect. */
import type { LimitOverride } from '../../../lib/core/limits.ts'
import type { Plan } from '../workloads/plan.ts'
import { type Deploy, knows } from '../workloads/versions.ts'
import { readShard } from './keys.ts'

export interface Rate {
  readonly allowed: number
  readonly period_ms: number
  readonly margin_ms: number
}

export interface InForce {
  readonly concurrency: number
  readonly rate: Rate | undefined
}

interface Change {
  readonly at: number
  readonly override: LimitOverride | undefined
}

/** A function asks whether it has been replaced as its pass begins; the pass may take so long. */
export const longestPass = ({ weather }: Plan): number => (weather === 'rough' ? 120_000 : 30_000)

export class LimitHistory {
  readonly #plan: Plan
  readonly #deploys: readonly Deploy[]
  readonly #overrides = new Map<string, Change[]>()

  constructor(plan: Plan, deploys: readonly Deploy[]) {
    this.#plan = plan
    this.#deploys = deploys
  }

  overridden(shard: string, override: LimitOverride | undefined, at: number): void {
    this.#overrides.set(shard, [...(this.#overrides.get(shard) ?? []), { at, override }])
  }

  /** Every limit that a pass over the shard may have obeyed at some moment from `from` to `to`. */
  of(shard: string, from: number, to: number): InForce[] {
    const { queue } = readShard(shard)
    const changes = [
      { at: Number.NEGATIVE_INFINITY, override: undefined },
      ...(this.#overrides.get(shard) ?? []),
    ]
    const overrides = changes.filter(({ at }, n) => at <= to && (changes[n + 1]?.at ?? Infinity) >= from)
    const versions = this.#versions(from, to).filter((version) => this.#knows(version, shard))
    return versions.flatMap((version) =>
      overrides.map(({ override }) => combine(this.#plan.versions[version]?.config.queues[queue], override)),
    )
  }

  /** The version that every function has now, unless some may still have another. */
  versionInForce(now: number): number | undefined {
    const [version, ...others] = new Set(this.#versions(now, now))
    return others.length === 0 ? version : undefined
  }

  #knows(version: number, shard: string): boolean {
    const { config } = this.#plan.versions[version] ?? this.#plan.versions[0]
    return knows(config, shard)
  }

  /** Several, while a deploy is under way and functions of both versions may still decide. */
  #versions(from: number, to: number): number[] {
    const all = [{ version: 0, from: Number.NEGATIVE_INFINITY }, ...this.#deploys]
    return all.flatMap((deploy, n) => {
      const next = this.#deploys[n]
      return deploy.from <= to && (next ? this.#endOf(next) : Infinity) >= from ? [deploy.version] : []
    })
  }

  /** Until when what this deploy replaces may still claim jobs. */
  #endOf({ until, recordedAt }: Deploy): number {
    return Math.min(until + this.#plan.workerTimeout_ms, recordedAt + longestPass(this.#plan))
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
    const overrides = this.#shardsOf(partition).flatMap((shard) => this.#overrides.get(shard) ?? [])
    return [
      ...overrides.map(({ at }) => at),
      ...this.#deploys.flatMap((deploy) => [deploy.from, this.#endOf(deploy)]),
    ]
  }

  shardCount(queue: string): number {
    return configuredIn(this.#plan, queue)?.shards ?? 1
  }

  /** Over all shards of a partition: during a change they differ. */
  ofPartition(partition: string, from: number, to: number): InForce[] {
    return this.#shardsOf(partition).flatMap((shard) => this.of(shard, from, to))
  }

  #shardsOf(partition: string): string[] {
    const [queue = '', name = ''] = partition.split('|')
    const count = this.shardCount(queue)
    if (count === 1) return [name === '' ? queue : partition]
    return Array.from({ length: count }, (_, index) => `${queue}|${name}|${index}`)
  }
}

/** What is the same in all versions that have the queue. */
export const configuredIn = ({ versions }: Plan, queue: string) =>
  versions
    .map(({ config }) => (Object.hasOwn(config.queues, queue) ? config.queues[queue] : undefined))
    .find(Boolean)

interface Configured {
  readonly concurrency?: number
  readonly rateLimit?: { allowed: number; period_ms: number; margin_ms: number }
}

function combine(configured: Configured | undefined, override: LimitOverride | undefined): InForce {
  const concurrency = override?.concurrency ?? configured?.concurrency ?? Number.POSITIVE_INFINITY
  const given = override?.rateLimit
  if (!given) return { concurrency, rate: configured?.rateLimit }
  const { allowed, period_ms } = given
  const margin_ms = given.margin_ms ?? Math.min(1000, Math.max(20, Math.round(period_ms / 40)))
  return { concurrency, rate: { allowed, period_ms, margin_ms } }
}

/** A shard's share: the first ones get what does not divide. */
export const shareOf = (total: number, index: number, shards: number): number =>
  total === Infinity ? Infinity : Math.floor(total / shards) + (index < total % shards ? 1 : 0)
