/** How long it takes from put to start if the job's own partition is idle. */
import { Flow, SECOND_MS } from '../flow.ts'
import { type Case, shown } from '../rows.ts'
import { quantile } from '../statistics.ts'

const JOBS = 400
const EVERY_MS = 100
/** When cold starts and the first claims of the others are over. */
const BEGIN_MS = 5 * SECOND_MS
const END_MS = BEGIN_MS + JOBS * EVERY_MS
const BUSY_PARTITIONS = 10
const SLOTS = 10

export const LATENCY_CASES: readonly Case[] = [
  { name: 'put to start, all idle', measure: (seed) => latencies('put to start, all idle', seed, 0) },
  {
    name: 'put to start, backlog elsewhere',
    measure: (seed) => latencies('put to start, backlog elsewhere', seed, BUSY_PARTITIONS),
  },
]

async function latencies(name: string, seed: number, busy: number) {
  const flow = new Flow({ seed, limits: { concurrency: SLOTS } })
  for (let n = 0; n < busy; n++) flow.stand(`busy-${n}`, (SLOTS * END_MS) / SECOND_MS)
  for (let n = 0; n < JOBS; n++) flow.put(BEGIN_MS + n * EVERY_MS, `idle-${n}`, 1)
  await flow.run(END_MS + 5 * SECOND_MS)
  const waits_ms = flow.waits_ms('idle-', { from: BEGIN_MS, until: END_MS + SECOND_MS })
  return [
    shown(`${name}: p50, ms`, quantile(waits_ms, 0.5)),
    shown(`${name}: p99, ms`, quantile(waits_ms, 0.99)),
  ]
}
