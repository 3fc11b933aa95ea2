/** The run itself: the jobs go in, and the service is watched until it has every contact. */
import { setTimeout as sleep } from 'node:timers/promises'
import { ScanCommand } from '@aws-sdk/client-dynamodb'
import type { Charge } from '../bench/charges.ts'
import type { DeadLetter } from '../lib/index.ts'
import type { CrmProgress, CrmReport } from './crm/crm.ts'
import type { Report } from './report.ts'
import { thousands } from './report.ts'
import { sendAll } from './send.ts'
import { QUEUES } from './shared.ts'
import type { Stage } from './stage.ts'
import type { DemoJob, Workload } from './workload.ts'

export interface Run {
  readonly report: CrmReport
  readonly deadLetters: readonly DeadLetter[]
  readonly dueAt: ReadonlyMap<string, number>
  /** What all of it cost. */
  readonly units: Charge
  readonly took_ms: number
}

/** The jobs arrive within this time. */
const SPREAD_MS = 10_000
/**
 * When so much time passes without a new contact, what is not there is missing: long enough for a worker that died to
 * be noticed (its message comes back after 48 s) and for the sweep to send again what was lost (after two minutes).
 */
const PATIENCE_MS = 150_000
const SETTLE_MS = 10_000
const POLL_MS = 250
const GAUGES = 6

export async function runWithSluice(
  stage: Stage,
  workload: Workload,
  report: Report,
  signal: AbortSignal,
): Promise<Run> {
  const before = await stage.counter.units()
  const startedAt = Date.now()
  const dueAt = new Map<string, number>()
  const onSent = (jobs: readonly DemoJob[], at: number) => {
    for (const job of jobs) dueAt.set(job.contactId, at + job.delay_ms)
  }
  // Should sending fail, there is nothing more to watch.
  const failed = new AbortController()
  const sending = sendAll(stage, workload, { spread_ms: SPREAD_MS, onSent, signal })
  sending.catch(() => failed.abort())
  const watched = AbortSignal.any([signal, failed.signal])
  await watch({ stage, workload, report }, watched, () => dueAt.size)
  await sending
  const took_ms = Date.now() - startedAt
  await settle(stage, workload, signal)
  const after = await stage.counter.units()
  return {
    report: await stage.crm.report(),
    deadLetters: await deadLetters(stage),
    dueAt,
    units: { writes: after.writes - before.writes, reads: after.reads - before.reads },
    took_ms,
  }
}

interface Watched {
  readonly stage: Stage
  readonly workload: Workload
  readonly report: Report
}

/** Shows how it goes until every contact is there. */
async function watch(
  { stage: { crm }, workload: { customers, jobs }, report }: Watched,
  signal: AbortSignal,
  sent: () => number,
): Promise<void> {
  const shown = customers.slice(0, GAUGES)
  const gauges = shown.map(({ id, jobs }) => ({ name: id, total: jobs }))
  const progress = report.progress([{ name: 'all', total: jobs.length }, ...gauges])
  let done = 0
  let deadline = Date.now() + PATIENCE_MS
  for (; done < jobs.length && Date.now() < deadline && !signal.aborted; await sleep(POLL_MS)) {
    const now = await crm.progress()
    if (total(now) > done) deadline = Date.now() + PATIENCE_MS
    done = total(now)
    progress.update([done, ...shown.map(({ id }) => now.succeeded[id] ?? 0)], describe(now, sent()))
  }
  progress.stop()
}

const total = ({ succeeded }: CrmProgress): number =>
  Object.values(succeeded).reduce((sum, count) => sum + count, 0)

const describe = ({ active, refused }: CrmProgress, sent: number): string =>
  `enqueued ${thousands(sent)}, calls in flight ${active}, refused ${refused}`

/** The last jobs have been seen by the service, but not yet deleted; the malformed may still be on their way. */
async function settle(stage: Stage, { malformed }: Workload, signal: AbortSignal) {
  const deadline = Date.now() + SETTLE_MS
  for (; Date.now() < deadline && !signal.aborted; await sleep(POLL_MS)) {
    const scan = new ScanCommand({ TableName: stage.jobsTable, Select: 'COUNT', ConsistentRead: true })
    const { Count = 0 } = await stage.dynamodb.send(scan)
    const letters = await deadLetters(stage)
    if (Count === 0 && letters.length >= malformed.length) return
  }
}

async function deadLetters({ client }: Stage): Promise<DeadLetter[]> {
  const letters: DeadLetter[] = []
  for (const queue of QUEUES) for await (const letter of client.deadLetters(queue)) letters.push(letter)
  return letters
}
