/** The second run: the same jobs at the same service, through a plain queue. */
import { type PlainProgress, runPlainSqs } from './plain-sqs.ts'
import { type Report, thousands } from './report.ts'
import type { Stage } from './stage.ts'
import { WORKER } from './worker-size.ts'
import type { DemoJob } from './workload.ts'

export interface Comparison extends PlainProgress {
  readonly parallelism: number
  readonly took_ms: number
  /** Neither done nor given up when the time was over. */
  readonly left: number
}

/** Enough to see what happens. */
const LIMIT_MS = 15_000

export async function compare(
  { crm, sqs }: Stage,
  jobs: readonly DemoJob[],
  report: Report,
  signal: AbortSignal,
): Promise<Comparison> {
  const parallelism = WORKER.invocations * WORKER.batchSize
  await crm.reset()
  const startedAt = Date.now()
  const progress = report.progress([{ name: 'all', total: jobs.length }])
  const options = { sqs, crmUrl: crm.url, jobs, parallelism, limit_ms: LIMIT_MS, signal }
  const result = await runPlainSqs(options, (now) => progress.update([now.succeeded], describe(now)))
  progress.stop()
  const left = jobs.length - result.succeeded - result.givenUp
  return { ...result, parallelism, took_ms: Date.now() - startedAt, left }
}

const describe = ({ givenUp, refused }: PlainProgress): string =>
  `refused ${thousands(refused)}, given up ${thousands(givenUp)}`
