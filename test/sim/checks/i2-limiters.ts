/**
 * I2 over limiters: in no window of `period` do more starts count than a total or a pool allows, over all queues and shards,
 * in true time, each as many as its job costs. Judged for what was claimed while one configuration has been in force.
 */
import type { Plan } from '../workloads/plan.ts'
import type { Check } from './check.ts'
import { useOf } from './i1-limiters.ts'
import { slackOf } from './i2-rate.ts'
import { readShard } from './keys.ts'

/** A rate that covers a queue, and how many starts a job of each queue counts as. */
export interface CoveringRate {
  readonly name: string
  readonly allowed: number
  readonly period_ms: number
  readonly margin_ms: number
  readonly costOf: (queue: string) => number | undefined
}

type Written = { readonly rateLimit?: WrittenRate | undefined } | number | undefined
interface WrittenRate {
  readonly allowed: number
  readonly period: unknown
  readonly margin?: unknown
}

/** By what the user has written; a run's durations are numbers. */
export function ratesOver({ versions }: Plan, version: number, queue: string): CoveringRate[] {
  const { queues, pools = {} } = (versions[version] ?? versions[0]).input
  const input = queues[queue]
  return [
    ...rateOf(`total|${queue}`, input?.total, (name) => (name === queue ? 1 : undefined)),
    ...Object.keys(input?.pools ?? {}).flatMap((pool) =>
      rateOf(`pool|${pool}`, pools[pool], (name) => useOf(queues[name]?.pools?.[pool], 'cost')),
    ),
  ]
}

function rateOf(name: string, written: Written, costOf: CoveringRate['costOf']): CoveringRate[] {
  if (typeof written !== 'object' || !written.rateLimit) return []
  const { allowed, period, margin } = written.rateLimit
  const period_ms = Number(period)
  const usual_ms = Math.min(1000, Math.max(20, Math.round(period_ms / 40)))
  return [{ name, allowed, period_ms, margin_ms: margin === undefined ? usual_ms : Number(margin), costOf }]
}

export const limiterRates: Check = {
  name: 'I2 totals and pools',
  after(event, { truth, fail }) {
    if (event.kind !== 'attemptStarted') return
    const version = truth.limits.versionInForce(truth.now)
    if (version === undefined) return
    for (const rate of ratesOver(truth.plan, version, readShard(event.pk).queue)) {
      const excess_ms = Math.max(0, 2 * truth.plan.maxSkew_ms - (rate.margin_ms - slackOf(rate)))
      const window_ms = rate.period_ms - excess_ms
      const starts = truth.attempts
        .filter(({ startedAt }) => startedAt > truth.now - window_ms)
        .filter(
          ({ claimedAt }) => truth.limits.onlyVersion(claimedAt - LONGEST_PASS_MS, truth.now) === version,
        )
        .reduce((sum, { pk }) => sum + (rate.costOf(readShard(pk).queue) ?? 0), 0)
      if (starts > rate.allowed)
        fail(
          `${rate.name}: ${starts} starts within ${window_ms} ms; ${rate.allowed} per ${rate.period_ms} ms`,
        )
    }
  },
}

/** A start is granted before its job is claimed, by a pass that takes its time. */
const LONGEST_PASS_MS = 30_000
