/** What tenants with little to do lose if another brings ten thousand jobs. */
import { Flow, type FlowSettings, SECOND_MS } from '../flow.ts'
import { type Case, type Goal, judged, shown } from '../rows.ts'
import { quantile } from '../statistics.ts'

const RATIO: Goal = { atMost: 1.2 }
const BACKLOG = 10_000
/** As many as a client puts in one call. */
const CALL = 1000
const VICTIMS = 10
const SLOTS = 10
const VICTIM_TAKES_MS = 100
const DURING = { from: 5 * SECOND_MS, until: 65 * SECOND_MS }
/** What comes last has to start, too. */
const DRAIN_MS = 40_000

interface Place {
  readonly name: string
  readonly accountConcurrency?: number
  /** Default: each tenant has ten slots. */
  readonly limits?: FlowSettings['limits']
  /** How many jobs each victim brings a second. */
  readonly aSecond: number
  readonly ratioToday?: Goal
}

const PLACES: readonly Place[] = [
  { name: 'plenty of workers', aSecond: 2 },
  // The neighbour alone could use all of it.
  { name: 'a total of 20', limits: { concurrency: 20, total: 20 }, aSecond: 2, ratioToday: { atMost: 2 } },
  { name: 'an account of ten', accountConcurrency: 10, aSecond: 1, ratioToday: { atMost: 40 } },
]

export const NEIGHBOUR_CASES: readonly Case[] = PLACES.map((place) => {
  const name = `neighbour, ${place.name}`
  return { name, measure: (seed) => beside(name, place, seed) }
})

async function beside(name: string, place: Place, seed: number) {
  const alone = await victims(place, seed, 0)
  const crowded = await victims(place, seed, BACKLOG)
  const ratio = Math.round((100 * crowded.p99_ms) / alone.p99_ms) / 100
  return [
    shown(`${name}: victim's p99 alone, ms`, alone.p99_ms),
    shown(`${name}: victim's p99 beside 10,000 jobs, ms`, crowded.p99_ms),
    judged(`${name}: the one by the other`, ratio, RATIO, place.ratioToday),
    shown(`${name}: throttled calls`, crowded.throttled),
  ]
}

/** @param backlog what the neighbour puts as they begin */
async function victims(place: Place, seed: number, backlog: number) {
  const { accountConcurrency, limits = { concurrency: SLOTS }, aSecond } = place
  const account = accountConcurrency === undefined ? {} : { accountConcurrency }
  const flow = new Flow({ seed, limits, ...account })
  for (let n = 0; n < VICTIMS; n++) flow.arrive(`victim-${n}`, aSecond, DURING, VICTIM_TAKES_MS)
  for (let put = 0; put < backlog; put += CALL) flow.put(DURING.from, 'neighbour', CALL)
  await flow.run(DURING.until + DRAIN_MS)
  return { p99_ms: quantile(flow.waits_ms('victim-', DURING), 0.99), throttled: flow.throttled }
}
