/** What many partitions share: whether its units are in use, and whether each partition has its part. */
import { Flow, type FlowSettings, SECOND_MS } from '../flow.ts'
import { type Case, type Goal, judged, percent, shown } from '../rows.ts'
import type { Span } from '../statistics.ts'

const BUSY: Goal = { atLeast: 96 }
/** Who waits is served within one round of the others. */
const DIFFERENCE: Goal = { atMost: 1 }

interface Shared {
  readonly name: string
  readonly units: number
  readonly limits: FlowSettings['limits']
  readonly pools?: FlowSettings['pools']
  readonly partitions: number
  readonly within: Span
  readonly busyToday?: Goal
}

interface Turns extends Shared {
  readonly differenceToday?: Goal
}

const seconds = (from: number, until: number): Span => ({ from: from * SECOND_MS, until: until * SECOND_MS })

const SHARED: readonly Shared[] = [
  {
    name: 'total of 1,000, 500 partitions',
    units: 1000,
    limits: { concurrency: 4, total: 1000 },
    partitions: 500,
    within: seconds(10, 20),
    busyToday: { atLeast: 95 },
  },
  {
    name: 'pool of 4, 200 partitions',
    units: 4,
    limits: { concurrency: 4, pools: { api: 1 } },
    pools: { api: { concurrency: 4 } },
    partitions: 200,
    within: seconds(10, 130),
  },
]

/** From when on all stand in the line. */
const TURNS: readonly Turns[] = [
  {
    name: 'pool of 4, 50 partitions that all wait',
    units: 4,
    limits: { concurrency: 4, pools: { api: 1 } },
    pools: { api: { concurrency: 4 } },
    partitions: 50,
    within: seconds(30, 180),
  },
  {
    name: 'total of 80 in chunks, 50 partitions that all wait',
    units: 80,
    limits: { concurrency: 4, total: 80 },
    partitions: 50,
    within: seconds(30, 90),
    // More units than partitions: some have one and others three in the other chunk, and equals do not take turns.
    differenceToday: { atMost: 110 },
  },
]

export const SHARED_CASES: readonly Case[] = [
  ...SHARED.map((shared) => ({ name: shared.name, measure: (seed: number) => busy(shared, seed) })),
  ...TURNS.map((shared) => ({ name: shared.name, measure: (seed: number) => turns(shared, seed) })),
]

/** All wait from the beginning to the end. */
async function backlogOf({ limits, pools = {}, partitions, units, within }: Shared, seed: number) {
  const flow = new Flow({ seed, limits, pools })
  const each = Math.ceil((1.5 * units * within.until) / SECOND_MS / partitions) + 4
  for (let n = 0; n < partitions; n++) flow.stand(`tenant-${n}`, each)
  await flow.run(within.until)
  return flow
}

async function busy(shared: Shared, seed: number) {
  const { name, units, within, busyToday } = shared
  const flow = await backlogOf(shared, seed)
  return [
    judged(`${name}, backlog: units busy, %`, percent(flow.busy(within, units)), BUSY, busyToday),
    shown(`${name}, backlog: throttled calls`, flow.throttled),
  ]
}

async function turns(shared: Turns, seed: number) {
  const counts = [...(await backlogOf(shared, seed)).served(shared.within).values()]
  return [
    judged(
      `${shared.name}: largest difference of jobs that they got`,
      Math.max(...counts) - Math.min(...counts),
      DIFFERENCE,
      shared.differenceToday,
    ),
  ]
}
