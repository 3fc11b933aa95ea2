/** Which share of a rate is used if there is always more to do. */
import { Flow, type FlowSettings, SECOND_MS } from '../flow.ts'
import { type Case, type Goal, judged, percent } from '../rows.ts'
import { rateUse } from '../statistics.ts'

interface Rate {
  readonly allowed: number
  readonly period_s: number
  /** For so many periods is measured. */
  readonly periods: number
  /** With as many slots the partition is spread over shards, each of which has a part of the rate. Default: no limit. */
  readonly concurrency?: number
}

const RATES: readonly Rate[] = [
  { allowed: 10, period_s: 1, periods: 60 },
  { allowed: 20, period_s: 10, periods: 12 },
  { allowed: 10, period_s: 1, periods: 60, concurrency: 1000 },
]

const SHARED = 'a shared rate of 10 a second over 100 partitions'
const RULED = 'a rate of 10 a second by a rule of its own, one value over 100 partitions'
const TEN = { allowed: 10, period: SECOND_MS } as const

export const RATE_CASES: readonly Case[] = [
  ...RATES.map((rate) => {
    const beside = rate.concurrency === undefined ? '' : `, ${rate.concurrency} slots`
    const name = `rate of ${rate.allowed} per ${rate.period_s} s${beside}`
    return { name, measure: (seed: number) => useOf(name, rate, seed) }
  }),
  { name: SHARED, measure: (seed) => useOfShared(SHARED, { total: { rateLimit: TEN } }, seed) },
  { name: RULED, measure: (seed) => useOfShared(RULED, { rateLimit: { ...TEN, partition: 'task' } }, seed) },
]

/** A pass reads its own item and the plain shard's; that those who wait for starts ask each other must not show. */
const STATE_READS: Goal = { atMost: 12 }

async function useOf(name: string, { allowed, period_s, periods, concurrency }: Rate, seed: number) {
  const period_ms = period_s * SECOND_MS
  const slots = concurrency === undefined ? {} : { concurrency }
  const flow = new Flow({ seed, limits: { ...slots, rateLimit: { allowed, period: period_ms } } })
  flow.stand('a', 2 * allowed * periods)
  await flow.run(periods * period_ms)
  const share = rateUse(flow.starts, allowed, period_ms)
  return [
    judged(`${name}, backlog: used, %`, percent(share), { atLeast: 95 }),
    judged(`${name}, backlog: state items read a job`, Number(flow.stateReadsAJob.toFixed(1)), STATE_READS),
  ]
}

const PARTITIONS = 100

/** Each start goes to another partition than the one before it. */
async function useOfShared(name: string, limits: FlowSettings['limits'], seed: number) {
  const [{ allowed }, periods] = [TEN, 60]
  const flow = new Flow({ seed, limits })
  for (let n = 0; n < PARTITIONS; n++) flow.stand(`t${n}`, (2 * allowed * periods) / PARTITIONS)
  await flow.run(periods * SECOND_MS)
  const share = rateUse(flow.starts, allowed, SECOND_MS)
  return [judged(`${name}: used, %`, percent(share), { atLeast: 95 })]
}
