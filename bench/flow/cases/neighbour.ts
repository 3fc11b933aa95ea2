/** What tenants with little to do lose if another brings ten thousand jobs. */
import { type FlowSettings, SECOND_MS } from '../flow.ts'
import { type Case, type Goal, judged, shown } from '../rows.ts'
import { BACKLOG, RATIO, ratioOf, victimsBeside } from './victims.ts'

const NAMES = Array.from({ length: 10 }, (_, n) => `victim-${n}`)
const SLOTS = 10
const FOR_MS = 60 * SECOND_MS

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
  const ratio = ratioOf(crowded.p99_ms, alone.p99_ms)
  return [
    shown(`${name}: victim's p99 alone, ms`, alone.p99_ms),
    shown(`${name}: victim's p99 beside 10,000 jobs, ms`, crowded.p99_ms),
    judged(`${name}: the one by the other`, ratio, RATIO, place.ratioToday),
    shown(`${name}: throttled calls`, crowded.throttled),
  ]
}

/** @param backlog what the neighbour puts as they begin */
function victims(place: Place, seed: number, backlog: number) {
  const { accountConcurrency, limits = { concurrency: SLOTS }, aSecond } = place
  const account = accountConcurrency === undefined ? {} : { accountConcurrency }
  return victimsBeside({ seed, limits, ...account }, { names: NAMES, aSecond, for_ms: FOR_MS }, backlog)
}
