/** Which limits were in force when, as the observer saw deploys and overrides take effect. */
import type { LimitOverride } from '../../../lib/core/limits.ts'
import type { Plan } from '../workloads/plan.ts'
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

export class LimitHistory {
  readonly #plan: Plan
  readonly #overrides = new Map<string, Change[]>()

  constructor(plan: Plan) {
    this.#plan = plan
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
    return this.#versions(from, to).flatMap((version) =>
      overrides.map(({ override }) => combine(this.#plan.configs[version]?.queues[queue], override)),
    )
  }

  /** Both versions, while a deploy is under way and functions of both may still run. */
  #versions(from: number, to: number): number[] {
    const { deploy } = this.#plan
    if (!deploy) return [0]
    // A function of the old version that began at the last moment may run this much longer.
    const lastOld = deploy.until + this.#plan.workerTimeout_ms
    return [...(from <= lastOld ? [0] : []), ...(to >= deploy.from ? [1] : [])]
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
    const { deploy, workerTimeout_ms } = this.#plan
    const overrides = this.#shardsOf(partition).flatMap((shard) => this.#overrides.get(shard) ?? [])
    return [
      ...overrides.map(({ at }) => at),
      ...(deploy ? [deploy.from, deploy.until + workerTimeout_ms] : []),
    ]
  }

  shardCount(queue: string): number {
    return this.#plan.configs[0].queues[queue]?.shards ?? 1
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

interface Configured {
  readonly concurrency?: number
  readonly rateLimit?: { allowed: number; period_ms: number; margin_ms: number }
}

function combine(configured: Configured | undefined, override: LimitOverride | undefined): InForce {
  const concurrency = override?.concurrency ?? configured?.concurrency ?? Number.POSITIVE_INFINITY
  const given = override?.rateLimit
  if (!given) return { concurrency, rate: configured?.rateLimit }
  const { allowed, period_ms } = given
  const margin_ms = given.margin_ms ?? Math.min(1000, Math.max(200, Math.round(period_ms / 20)))
  return { concurrency, rate: { allowed, period_ms, margin_ms } }
}

/** A shard's share: the first ones get what does not divide. */
export const shareOf = (total: number, index: number, shards: number): number =>
  total === Infinity ? Infinity : Math.floor(total / shards) + (index < total % shards ? 1 : 0)
