/**
 * How long a job may wait that could start: computed from what the plan's faults can cost. Where nothing dies and
 * nothing is lost, the bound is a few seconds, so that a wake-up that is never sent is seen although the sweep would
 * make up for it.
 */

import { SWEEP_EVERY_MS, WAKE_VISIBILITY_MS, WORK_COMES_BACK_MS } from '../../../lib/core/times.ts'
import type { Plan } from '../workloads/plan.ts'

/** Some twenty calls of up to 240 ms if shards ask one another, a wake-up in whole seconds, a cold start. */
const CALM_MS = 10_000
/** Several calls in a row are sent twice, each after up to 3 s, and messages are slow on the way. */
const SECONDS_MS = 22_000
/** The wake queue and the stream bring again what a dispatcher could not do. */
const DISPATCHED_AGAIN_MS = WAKE_VISIBILITY_MS
const LONGEST_TRANSIT_MS = 600_000
const SLACK_MS = 60_000

/**
 * Whether the bound holds at any time, and not only once faults are off. A limit that a deploy raises, or a hand in the
 * table, is noticed by the next pass, which in an idle shard is the sweep's.
 */
export const isBoundAlways = (plan: Plan): boolean =>
  isBoundWhileTicking(plan) && plan.schedules?.clockOutage === undefined

/** The same, but that the clock may stand still. */
export const isBoundWhileTicking = ({ weather, deploys, overrides }: Plan): boolean =>
  (weather === 'calm' || weather === 'kind') &&
  deploys.length === 0 &&
  !overrides.some(({ byHand }) => byHand)

export function boundOf(plan: Plan): number {
  const { weather, workerTimeout_ms, maxSkew_ms } = plan
  if (isBoundAlways(plan)) return weather === 'calm' ? CALM_MS : SECONDS_MS + 2 * maxSkew_ms
  const recovered_ms = workerTimeout_ms + SWEEP_EVERY_MS + SLACK_MS
  if (weather === 'rough') return recovered_ms + LONGEST_TRANSIT_MS
  return recovered_ms + WORK_COMES_BACK_MS + DISPATCHED_AGAIN_MS
}
