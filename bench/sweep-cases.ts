/** Sweeps over the tables of an engine: with their usual budget, and with one so small that a round takes several. */

import type { SluiceEvent } from '../lib/core/event.ts'
import { formatSortKey, type JobId, type ShardKey } from '../lib/core/keys.ts'
import { defineConfig } from '../lib/core/queue/config.ts'
import { emptyState, type Token } from '../lib/core/shard/state.ts'
import { forEachSideBySide } from '../lib/core/side-by-side.ts'
import { putAll } from '../lib/use-cases/enqueue.ts'
import { type SweepBudget, sweep } from '../lib/use-cases/sweep/sweep.ts'
import { difference } from './counting.ts'
import { type Bench, type Scenario, startBench } from './harness.ts'

export interface Sweep {
  readonly reads: number
  readonly writes: number
  readonly pages: number
  readonly items: number
  readonly jobShards: number
  readonly messages: number
  readonly isWholeRound: boolean
}
export interface SweepCase {
  readonly case: string
  readonly sweeps: readonly Sweep[]
  /** What is not as it should be. */
  readonly problems: readonly string[]
}
/** The Jobs table takes more sweeps of four pages than the State table: in those of one round each shard is seen once. */
const STATES = 20_000
const SHARDS = 2000
/** Shards with jobs and without a state item: nobody knows of them. */
const LOST = SHARDS / 2

const config = defineConfig({
  queues: { crm: { partition: { payload: 'customer' }, concurrency: 10, timeout: '10s' } },
})
const SLOTS = 5
const LARGE_SHARD = 1000
const MOST_SWEEPS = 100

export async function measureSweeps(): Promise<SweepCase[]> {
  await using bench = await startBench()
  const scenario = await bench.scenario(config)
  await fill(scenario)
  const whole = await sweepOnce(bench, scenario, {})
  const parts: Sweep[] = []
  while (sumOf(parts, 'jobShards') < SHARDS && parts.length < MOST_SWEEPS)
    parts.push(await sweepOnce(bench, scenario, { statePages: 4, jobPages: 4 }))
  return [
    { case: 'usual budget', sweeps: [whole], problems: problemsOfWhole(whole) },
    { case: 'four pages of each table', sweeps: parts, problems: problemsOfParts(parts) },
  ]
}

const problemsOfWhole = (sweep: Sweep): string[] => [
  ...expected('state items', sweep.items, STATES),
  ...expected('shards with jobs', sweep.jobShards, SHARDS),
  ...expected('messages', sweep.messages, LOST),
  ...(sweep.isWholeRound ? [] : ['it did not come to the end of the tables']),
]

/** Each sweep goes on where the last one stopped: together they see every shard once, and none reads more than it may. */
const problemsOfParts = (parts: readonly Sweep[]): string[] => [
  ...expected('shards with jobs', sumOf(parts, 'jobShards'), SHARDS),
  ...expected('messages', sumOf(parts, 'messages'), LOST),
  ...(sumOf(parts, 'items') < STATES ? ['not all state items were read'] : []),
  ...(parts.length < 2 ? ['one sweep was enough'] : []),
  ...(parts.some(({ pages }) => pages > 8) ? ['a sweep read more pages than it may'] : []),
]

const sumOf = (sweeps: readonly Sweep[], count: 'items' | 'jobShards' | 'messages'): number =>
  sweeps.reduce((sum, sweep) => sum + sweep[count], 0)

const expected = (what: string, found: number, wanted: number): string[] =>
  found === wanted ? [] : [`${found} ${what}, not ${wanted}`]

async function sweepOnce(
  { units }: Bench,
  { context }: Scenario,
  budget: Partial<SweepBudget>,
): Promise<Sweep> {
  const before = { ...units }
  let messages = 0
  const results: SluiceEvent<'swept'>[] = []
  const send = async (wakes: readonly unknown[]) => {
    messages += wakes.length
  }
  const emit = (event: SluiceEvent) => {
    if (event.kind === 'swept') results.push(event)
    else context.events.emit(event)
  }
  await sweep({ ...context, wake: { send }, events: { emit } }, budget)
  const { reads, writes } = difference(units, before)
  const [swept] = results
  if (!swept) throw new Error('the sweep says nothing of itself')
  const { pages, items, jobShards, parts, ended } = swept
  return { reads, writes, pages, items, jobShards, messages, isWholeRound: ended.length === parts }
}

/** State items of about 500 bytes, all in order; every other shard with jobs has none, and one has a thousand jobs. */
async function fill({ context }: Scenario): Promise<void> {
  const shardOf = (n: number) => `crm|customer-${String(n).padStart(8, '0')}` as ShardKey
  const now = Date.now()
  const idOf = (n: number, k: number) => `01JZZZZZZZZZZZZ${String(n).padStart(8, '0')}${k}` as JobId
  const slot = { priority: 5, runAt: now, deadline: now + 86_400_000 } as const
  const numbers = Array.from({ length: STATES }, (_, n) => n)
  await forEachSideBySide(numbers, 16, async (n) => {
    const take = Object.fromEntries(
      Array.from({ length: SLOTS }, (_, k) => [idOf(n, k), { ...slot, token: `token-${n}-${k}` as Token }]),
    )
    await context.store.states.pass(emptyState(shardOf(n)), {
      ...NOTHING,
      mark: `mark-${n}`,
      take,
      sentAt: now,
    })
  })
  const jobs = Array.from({ length: SHARDS }, (_, n) => {
    const isKnown = n % 2 === 0
    const pk = shardOf(isKnown ? n : STATES + n)
    const sk = formatSortKey({ priority: 5, runAt: now, id: idOf(n, 0) })
    return { pk, sk, task: 'sync', payload: { customer: 'a' } }
  })
  const large = Array.from({ length: LARGE_SHARD }, (_, k) => {
    const pk = shardOf(STATES + 1)
    return { pk, sk: formatSortKey({ priority: 6, runAt: now, id: idOf(k, 1) }), task: 'sync', payload: {} }
  })
  await putAll(context.store, [...jobs, ...large])
}

const NOTHING = { drop: [], resend: [], forget: [], waiting: false, waitingAmid: false, held: [] } as const
