/** Which share of a rate is used if there is always more to do. */
import { Flow, SECOND_MS } from '../flow.ts'
import { type Case, judged, percent } from '../rows.ts'
import { rateUse } from '../statistics.ts'

interface Rate {
  readonly allowed: number
  readonly period_s: number
  /** For so many periods is measured. */
  readonly periods: number
}

const RATES: readonly Rate[] = [
  { allowed: 10, period_s: 1, periods: 60 },
  { allowed: 20, period_s: 10, periods: 12 },
]

export const RATE_CASES: readonly Case[] = RATES.map((rate) => {
  const name = `rate of ${rate.allowed} per ${rate.period_s} s`
  return { name, measure: async (seed) => [await useOf(name, rate, seed)] }
})

async function useOf(name: string, { allowed, period_s, periods }: Rate, seed: number) {
  const period_ms = period_s * SECOND_MS
  const flow = new Flow({ seed, limits: { rateLimit: { allowed, period: period_ms } } })
  flow.stand('a', 2 * allowed * periods)
  await flow.run(periods * period_ms)
  const share = rateUse(flow.starts, allowed, period_ms)
  return judged(`${name}, backlog: used, %`, percent(share), { atLeast: 95 })
}
