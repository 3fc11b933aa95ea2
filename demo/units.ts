/** What a job costs by itself, case by case: the benchmark's measurement, on an engine of its own. */
import { measureSmall } from '../bench/cases.ts'
import type { Charge } from '../bench/charges.ts'
import { startBench } from '../bench/harness.ts'

export interface CaseUnits {
  readonly case: string
  readonly writes: number
  readonly reads: number
  readonly budget: number
}

export interface UnitsPerJob {
  /** Over the whole run of the demo: retries, failed conditions and malformed jobs included. */
  readonly write_per_job: number
  readonly read_per_job: number
  readonly by_case: readonly CaseUnits[]
}

export async function unitsPerJob(run: Charge, jobs: number): Promise<UnitsPerJob> {
  await using bench = await startBench()
  const rounded = (units: number) => Math.round(units * 100) / 100
  const costs = await measureSmall(bench)
  return {
    write_per_job: rounded(run.writes / jobs),
    read_per_job: rounded(run.reads / jobs),
    by_case: costs.map((cost) => ({ ...cost, writes: rounded(cost.writes), reads: rounded(cost.reads) })),
  }
}
