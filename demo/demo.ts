/** The demo from beginning to end. */
import { compare } from './comparison.ts'
import { type DemoJson, toJson } from './json.ts'
import { type Report, seconds, thousands } from './report.ts'
import { judge, problems } from './result.ts'
import { agreeOnLimits, type Stage, setStage } from './stage.ts'
import { describeWorkload, printComparison, printResult, printUnits, printVerdict } from './summary.ts'
import { unitsPerJob } from './units.ts'
import { warmUp } from './warm-up.ts'
import { runWithSluice } from './with-sluice.ts'
import { createWorkload, type Workload, type WorkloadOptions } from './workload.ts'

export interface Outcome {
  /** No limit was broken and no job is missing. */
  readonly ok: boolean
  readonly json: DemoJson
}

/** @returns nothing when it was interrupted */
export async function runDemo(
  options: WorkloadOptions,
  report: Report,
  signal: AbortSignal,
): Promise<Outcome | undefined> {
  const workload = createWorkload(options)
  report.heading('Sluice: many customers, one fragile API')
  describeWorkload(report, workload)
  report.line()
  await using stage = await setStage(report)
  await report.step(
    'Functions',
    () => warmUp(stage.cloud),
    (count) => `${count} environments are warm`,
  )
  await report.step(
    'Limits',
    () => agreeOnLimits(stage, workload.customers),
    (count) => `${count} customers have other limits than the configured ones, set at run time`,
  )
  return signal.aborted ? undefined : await runBoth(stage, workload, report, signal)
}

async function runBoth(
  stage: Stage,
  workload: Workload,
  report: Report,
  signal: AbortSignal,
): Promise<Outcome | undefined> {
  report.heading('With Sluice')
  const run = await runWithSluice(stage, workload, report, signal)
  if (signal.aborted) return undefined
  const result = judge({ ...run, workload })
  report.line(`\n${thousands(result.completed)} jobs done in ${seconds(run.took_ms)}\n`)
  printResult(report, workload, result)

  report.heading('Without: the same jobs through plain SQS')
  const measured = unitsPerJob(run.units, result.jobs)
  measured.catch(() => {}) // Awaited below, unless we are interrupted.
  const comparison = await compare(stage, workload.jobs, report, signal)
  if (signal.aborted) return undefined
  const units = await measured
  printComparison(report, comparison)
  printUnits(report, units)
  report.line()
  printVerdict(report, result, run.took_ms)
  return { ok: problems(result).length === 0, json: toJson(result, comparison.refused, units) }
}
