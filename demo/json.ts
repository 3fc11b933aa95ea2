/** The one line that `--json` prints. */
import type { CustomerResult, Result, SharedResult } from './result.ts'
import type { UnitsPerJob } from './units.ts'

export interface DemoJson {
  readonly jobs: number
  readonly completed: number
  /** Well-formed jobs in the dead letters. */
  readonly dead: number
  readonly violations: number
  /** Calls that the service answered with 429. */
  readonly refused: number
  /** The same for the same jobs through plain SQS. */
  readonly refusedWithout: number
  readonly customers: readonly CustomerResult[]
  /** What all customers share. */
  readonly shared: readonly SharedResult[]
  readonly units: UnitsPerJob
}

export function toJson(result: Result, refusedWithout: number, units: UnitsPerJob): DemoJson {
  const { jobs, completed, dead, violations, refused, customers, shared } = result
  return { jobs, completed, dead, violations, refused, refusedWithout, customers, shared, units }
}
