/** Whether a partition's slots are in use: with more to do than it can, and with four fifths of that. */
import { Flow, SECOND_MS } from '../flow.ts'
import { type Case, type Goal, judged, percent, shown } from '../rows.ts'
import { quantile, type Span } from '../statistics.ts'

/** Handlers that run, not slots that are held: the time between two jobs of a slot counts as lost. */
const BUSY: Goal = { atLeast: 98 }
const BESIDE_IDLE: Goal = { atMost: 1000 }
/** The stream by itself takes 0.9 s for one record of some thousands: a little more is not always the product's doing. */
const WITH_SLOW_STREAM: Goal = { atMost: 1200 }
const LOAD = 0.8
/** What comes last has to start, too. */
const DRAIN_MS = 10_000

interface Limit {
  /** Absent: unlimited. */
  readonly concurrency?: number
  /** Until everything has swung in, and for how long is measured then. */
  readonly backlog: Span
  readonly load: Span
  /** What has been reached if the goal has not (docs/DECISIONS.md). */
  readonly busyToday: Goal
  readonly besideIdleToday?: Goal
}

const seconds = (from: number, until: number): Span => ({ from: from * SECOND_MS, until: until * SECOND_MS })

const LIMITS: readonly Limit[] = [
  { concurrency: 1, backlog: seconds(10, 130), load: seconds(10, 250), busyToday: { atLeast: 97 } },
  { concurrency: 10, backlog: seconds(10, 60), load: seconds(10, 130), busyToday: { atLeast: 97 } },
  { concurrency: 20, backlog: seconds(10, 60), load: seconds(10, 130), busyToday: { atLeast: 97 } },
  { concurrency: 100, backlog: seconds(10, 30), load: seconds(10, 40), busyToday: { atLeast: 97 } },
  {
    backlog: seconds(3, 6),
    load: seconds(2, 5),
    busyToday: { atLeast: 95 },
    besideIdleToday: { atMost: 3000 },
  },
]

export const BUSY_CASES: readonly Case[] = LIMITS.flatMap((limit) => {
  const name = limit.concurrency === undefined ? 'unlimited' : `limit ${limit.concurrency}`
  return [
    { name: `${name}, backlog`, measure: (seed) => underBacklog(`${name}, backlog`, limit, seed) },
    { name: `${name}, 80 % load`, measure: (seed) => underLoad(`${name}, 80 % load`, limit, seed) },
  ] satisfies Case[]
})

const flowOf = ({ concurrency }: Limit, seed: number): Flow =>
  new Flow({ seed, limits: concurrency === undefined ? {} : { concurrency } })

async function underBacklog(name: string, limit: Limit, seed: number) {
  const { until } = limit.backlog
  const flow = flowOf(limit, seed)
  // Shards get different numbers of jobs, and none may run out of them.
  flow.stand('a', Math.ceil((1.3 * flow.slots * until) / SECOND_MS) + 10)
  await flow.run(until)
  return [
    judged(`${name}: slots busy, %`, percent(flow.busy(limit.backlog)), BUSY, limit.busyToday),
    shown(`${name}: throttled calls`, flow.throttled),
  ]
}

async function underLoad(name: string, limit: Limit, seed: number) {
  const { until } = limit.load
  const flow = flowOf(limit, seed)
  flow.arrive('a', LOAD * flow.slots, { from: 0, until })
  await flow.run(until + DRAIN_MS)
  const longest_ms = Math.max(...flow.waitsBesideIdle_ms('a', limit.load))
  return [
    judged(
      `${name}: longest wait beside an idle slot, ms`,
      longest_ms,
      BESIDE_IDLE,
      limit.besideIdleToday ?? WITH_SLOW_STREAM,
    ),
    shown(`${name}: p99 from put to start, ms`, quantile(flow.waits_ms('a', limit.load), 0.99)),
    shown(`${name}: throttled calls`, flow.throttled),
  ]
}
