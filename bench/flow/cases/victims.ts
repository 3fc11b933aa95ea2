/** Tenants with little to do, beside a neighbour that brings ten thousand jobs as they begin, or beside none. */
import { Flow, type FlowSettings, SECOND_MS } from '../flow.ts'
import type { Goal } from '../rows.ts'
import { quantile } from '../statistics.ts'

/** The p99 of a victim beside the neighbour, by the one without it. */
export const RATIO: Goal = { atMost: 1.2 }
export const BACKLOG = 10_000
/** As many as a client puts in one call. */
const CALL = 1000
const VICTIM_TAKES_MS = 100
const BEGIN_MS = 5 * SECOND_MS
/** What comes last has to start, too. */
const DRAIN_MS = 40_000

export interface Victims {
  readonly names: readonly string[]
  /** How many jobs each of them brings a second. */
  readonly aSecond: number
  readonly for_ms: number
}

/** @param backlog what the neighbour puts */
export async function victimsBeside(
  settings: FlowSettings,
  { names, aSecond, for_ms }: Victims,
  backlog: number,
) {
  const flow = new Flow(settings)
  const during = { from: BEGIN_MS, until: BEGIN_MS + for_ms }
  for (const name of names) flow.arrive(name, aSecond, during, VICTIM_TAKES_MS)
  for (let put = 0; put < backlog; put += CALL) flow.put(BEGIN_MS, 'neighbour', CALL)
  await flow.run(during.until + DRAIN_MS)
  return { p99_ms: quantile(flow.waits_ms('victim', during), 0.99), throttled: flow.throttled }
}

/** To two digits. */
export const ratioOf = (one: number, other: number): number => Math.round((100 * one) / other) / 100
